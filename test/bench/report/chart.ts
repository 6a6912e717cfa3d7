// Bar charts as SVG, without a library: readable on a light and on a dark page.
import { digits } from './figures.ts';

/** One bar, with a line from the least to the most where it is known. */
export interface Bar {
  readonly value: number;
  readonly min?: number;
  readonly max?: number;
}

export interface Row {
  readonly label: string;
  /** One bar for each series; `undefined` leaves its place empty. */
  readonly bars: readonly (Bar | undefined)[];
  /** Drawn in the colour of what the chart is about. */
  readonly own?: boolean;
}

export interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly string[];
  readonly rows: readonly Row[];
}

const width = 820;
const labels = 250;
const plot = 450;
const bar = 13;
const gap = 9;
const top = 64;

const style = `
  text { font: 12px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .soft { fill: #59636e; }
  .own .b0 { fill: #0969da; } .own .b1 { fill: #54a3f5; }
  .b0 { fill: #6e7781; } .b1 { fill: #a8b1ba; }
  .range { stroke: #1f2328; stroke-width: 1; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .soft { fill: #9198a1; }
    .own .b0 { fill: #4493f8; } .own .b1 { fill: #1f5fae; }
    .b0 { fill: #8b949e; } .b1 { fill: #565e67; }
    .range { stroke: #e6edf3; }
  }`;

export function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}

/** Draws a chart of horizontal bars. */
export function drawChart({ title, unit, series, rows }: Chart): string {
  const values = rows.flatMap(({ bars }) => bars.map((each) => each?.max ?? each?.value ?? 0));
  const scale = plot / Math.max(...values, Number.MIN_VALUE);
  const height = bar * series.length + gap;
  const drawn = rows.map((row, index) => drawRow(row, top + index * height, scale));
  const total = top + rows.length * height + gap;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" width="${width}" height="${total}" role="img" aria-label="${escapeXml(title)}">
<style>${style}
</style>
<text class="title" x="12" y="24">${escapeXml(title)}</text>
${drawLegend(series, unit)}
${drawn.join('\n')}
</svg>
`;
}

function drawLegend(series: readonly string[], unit: string): string {
  if (series.length === 1) return `<text class="soft" x="12" y="45">${escapeXml(unit)}</text>`;
  const step = 230;
  const keys = series.map(
    (name, index) =>
      `<rect class="b${index}" x="${labels + index * step}" y="36" width="10" height="10"/>` +
      `<text class="soft" x="${labels + 15 + index * step}" y="45">${escapeXml(name)}</text>`,
  );
  return [`<text class="soft" x="12" y="45">${escapeXml(unit)}</text>`, ...keys].join('\n');
}

function drawRow({ label, bars, own = false }: Row, y: number, scale: number): string {
  const middle = y + (bars.length * bar) / 2 + 4;
  const drawn = bars.map((each, index) => {
    if (each === undefined) return '';
    const line = y + index * bar;
    const length = Math.max(1, each.value * scale).toFixed(1);
    const end = labels + Math.max(each.max ?? each.value, each.value) * scale + 6;
    const range =
      each.min === undefined || each.max === undefined
        ? ''
        : `<line class="range" x1="${(labels + each.min * scale).toFixed(1)}" x2="${(labels + each.max * scale).toFixed(1)}" y1="${line + bar / 2}" y2="${line + bar / 2}"/>`;
    return (
      `<rect class="b${index}" x="${labels}" y="${line + 1}" width="${length}" height="${bar - 2}"/>${range}` +
      `<text class="soft" x="${end.toFixed(1)}" y="${line + bar - 2}">${escapeXml(digits(each.value))}</text>`
    );
  });
  return `<g${own ? ' class="own"' : ''}><text x="${labels - 10}" y="${middle}" text-anchor="end">${escapeXml(label)}</text>${drawn.join('')}</g>`;
}
