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
const left = 64;
const bottom = 26;
const top = 10;

/** Stacked bars as SVG without scripts. Colors are classes, so that they follow the page's light and dark. */
export function barChart({ title, series, bars, format }: Chart): string {
  const sums = bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const most = niceCeiling(Math.max(...sums, 0));
  const inner = { width: width - left - 8, height: height - bottom - top };
  const step = inner.width / Math.max(1, bars.length);
  const y = (value: number): number => top + inner.height * (1 - value / most);
  const grid = [0, 0.5, 1].map((share) => {
    const at = y(share * most).toFixed(1);
    return `<line class="grid" x1="${left}" x2="${width - 8}" y1="${at}" y2="${at}"/><text class="tick" x="${left - 8}" y="${Number(at) + 4}" text-anchor="end">${escapeHtml(format(share * most))}</text>`;
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
  return `<figure><figcaption>${escapeHtml(title)}<span class="legend">${series.length > 1 ? legend : ''}</span></figcaption><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">${grid.join('')}${drawn.join('')}</svg></figure>`;
}

/** The next round number: a bit above the highest bar. */
function niceCeiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10].find((each) => each * power >= value) ?? 10;
  return factor * power;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
