const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

export function count(value: number): string {
  return value < 10 && !Number.isInteger(value) ? value.toFixed(1) : whole.format(value);
}

export function compactCount(value: number): string {
  return value < 10_000 ? count(value) : short.format(value);
}

/** US$, with at least two significant digits. */
export function usd(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value === 0) return '$0';
  const size = Math.abs(value);
  const digits = size >= 1 ? 2 : size >= 0.01 ? 4 : size >= 0.0001 ? 5 : 7;
  const text = size.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: digits });
  return `${value < 0 ? '−' : ''}$${text}`;
}

export function ms(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value < 10) return `${Number(value.toFixed(1))} ms`;
  if (value < 1_000) return `${Math.round(value)} ms`;
  if (value < 60_000) return `${(value / 1_000).toFixed(value < 10_000 ? 2 : 1)} s`;
  return period(value);
}

/** A longer time, in its two largest units. */
export function period(value: number): string {
  const seconds = Math.max(0, Math.round(value / 1_000));
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ] as const;
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first === -1) return '0 s';
  let left = seconds;
  return units
    .slice(first, first + 2)
    .map(([name, size]) => {
      const n = Math.floor(left / size);
      left -= n * size;
      return n === 0 ? '' : `${n} ${name}`;
    })
    .filter((text) => text !== '')
    .join(' ');
}

export function percent(ratio: number): string {
  const value = 100 * ratio;
  if (value === 0 || value === 100) return `${value}%`;
  return `${value < 1 || value > 99 ? value.toFixed(2) : value.toFixed(1)}%`;
}

export function time(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB');
}

/** The time of today, otherwise with the date. */
export function moment(at: number): string {
  const date = new Date(at);
  const now = new Date();
  if (date.toDateString() === now.toDateString()) return time(at);
  const year = date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' as const };
  const day = date.toLocaleDateString('en-US', { month: 'short', day: 'numeric', ...year });
  // A line may only break between day and time.
  return `${day.replaceAll(' ', '\u00a0')} ${time(at).slice(0, 5)}`;
}
