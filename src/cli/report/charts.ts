/** One bar, from the bottom up. */
export interface Bar {
  readonly label: string;
  /** By series. */
  readonly values: readonly number[];
}

export interface Chart {
  readonly title: string;
  readonly series: readonly string[];
  readonly bars: readonly Bar[];
  format(value: number): string;
}

const width = 720;
const height = 220;
const bottom = 26;
const top = 18;
/** Width of a character of a label on narrow screens, where labels are larger. */
const character = 11.5;

/** Stacked bars as SVG without scripts. Colors are classes, so that they follow the page's color scheme. */
export function barChart({ title, series, bars, format }: Chart): string {
  const sums = bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const most = niceCeiling(Math.max(...sums, 0));
  const isEmpty = sums.every((sum) => sum === 0);
  const ticks = ticksOf(most, format).slice(0, isEmpty ? 1 : 3);
  const left = 16 + character * Math.max(4, ...ticks.map(([, text]) => text.length));
  const inner = { width: width - left - 8, height: height - bottom - top };
  const step = inner.width / Math.max(1, bars.length);
  const y = (value: number): number => top + inner.height * (1 - value / most);
  const grid = ticks.map(([value, text]) => {
    const at = y(value).toFixed(1);
    return `<line class="grid" x1="${left}" x2="${width - 8}" y1="${at}" y2="${at}"/><text class="tick" x="${left - 8}" y="${Number(at) + 4}" text-anchor="end">${escapeHtml(text)}</text>`;
  });
  const every = Math.ceil(bars.length / 8);
  const drawn = bars.map(({ label, values }, index) => {
    const x = left + index * step;
    let below = 0;
    const rects = values.map((value, number) => {
      const from = y(below);
      below += value;
      const to = y(below);
      const size = `x="${(x + step * 0.1).toFixed(1)}" y="${to.toFixed(1)}" width="${(step * 0.8).toFixed(1)}" height="${Math.max(0, from - to).toFixed(1)}"`;
      return value === 0
        ? ''
        : `<rect class="s${number}" ${size}><title>${escapeHtml(`${label}, ${series[number]}: ${format(value)}`)}</title></rect>`;
    });
    const tick =
      index % every === 0
        ? `<text class="tick" x="${(x + step / 2).toFixed(1)}" y="${height - 8}" text-anchor="middle">${escapeHtml(label)}</text>`
        : '';
    return rects.join('') + tick;
  });
  const legend = series
    .map((name, number) => `<span><i class="s${number}"></i>${escapeHtml(name)}</span>`)
    .join('');
  return `<figure><figcaption>${escapeHtml(title)}<span class="legend">${series.length > 1 ? legend : ''}</span></figcaption><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">${grid.join('')}${drawn.join('')}${isEmpty ? `<text class="tick" x="${(left + width) / 2}" y="${height / 2}" text-anchor="middle">None in this period</text>` : ''}</svg></figure>`;
}

/** At zero, at half and at the top; no half where its label is one of the others, such as that of one request. */
function ticksOf(most: number, format: Chart['format']): readonly (readonly [value: number, text: string])[] {
  const [zero, half, top] = [format(0), format(most / 2), format(most)];
  const middle = half === zero || half === top ? [] : [[most / 2, half] as const];
  return [[0, zero], ...middle, [most, top]];
}

/** The next round number above the highest bar. */
function niceCeiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10].find((each) => each * power >= value) ?? 10;
  return factor * power;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
