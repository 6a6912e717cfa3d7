import type { Spread } from '../statistics.ts';

/** Three digits that matter; more where a number has more before its point. */
export function digits(value: number): string {
  if (Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  const places = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: places, maximumFractionDigits: places });
}

/** The median, and from where to where it went. */
export function withSpread(figure: Spread | undefined, unit = ''): string {
  if (figure === undefined || Number.isNaN(figure.median)) return '–';
  const after = unit === '' ? '' : ` ${unit}`;
  const { median, min, max } = figure;
  if (min === max) return `${digits(median)}${after}`;
  return `${digits(median)}${after} (${digits(min)}${min < 0 ? ' to ' : '–'}${digits(max)})`;
}

/** The median, and the interval that holds the true one with 95 % confidence. */
export function withInterval(figure: Spread | undefined, unit = ''): string {
  if (figure?.interval === undefined) return withSpread(figure, unit);
  const [min, max] = figure.interval;
  return withSpread({ ...figure, min, max }, unit);
}

/** A table in Markdown; all columns but the first are figures. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|---|${'---:|'.repeat(head.length - 1)}`, ...rows.map(line)].join('\n');
}
