import type { LedgerGroup } from '../../plugins/ledger/index.ts';
import { usd } from '../ledger/text.ts';
import { barChart, escapeHtml } from './charts.ts';
import { answeredRatio, type ReportData, wastedOf } from './data.ts';
import { count, headline, ms, percent, sections } from './figures.ts';

const style = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1c2330;--soft:#5b6575;--line:#dfe3ea;--card:#f6f7f9;--s0:#2f6fde;--s1:#e08a1e;--s2:#8b97a8;--s3:#3a9d6b}
@media(prefers-color-scheme:dark){:root{--bg:#12161d;--fg:#e6e9ef;--soft:#98a2b3;--line:#2a313c;--card:#1a2029;--s0:#6ea2ff;--s1:#f0ab4f;--s2:#76839a;--s3:#5fc693}}
*{box-sizing:border-box}body{margin:0 auto;max-width:1080px;padding:24px 16px 48px;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}
h1{font-size:24px;margin:0}h2{font-size:17px;margin:32px 0 8px}p{margin:4px 0;color:var(--soft)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:20px 0}.card{background:var(--card);border-radius:8px;padding:12px 14px}.card b{display:block;font-size:22px;color:var(--fg)}.card span{color:var(--soft);font-size:13px}
figure{margin:16px 0}figcaption{font-weight:600;display:flex;flex-wrap:wrap;gap:4px 16px;justify-content:space-between}svg{width:100%;height:auto;display:block}
.grid{stroke:var(--line)}.tick{fill:var(--soft);font-size:11px}.legend{font-weight:400;font-size:13px;color:var(--soft)}.legend span{margin-left:12px}.legend i{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:5px}
.s0{fill:var(--s0);background:var(--s0)}.s1{fill:var(--s1);background:var(--s1)}.s2{fill:var(--s2);background:var(--s2)}.s3{fill:var(--s3);background:var(--s3)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}th,td{padding:6px 10px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}th{color:var(--soft);font-weight:500}th:first-child,td:first-child{text-align:left;white-space:normal;overflow-wrap:anywhere;min-width:11em}
footer{margin-top:32px;color:var(--soft);font-size:13px}@media(max-width:600px){.tick{font-size:20px}}@media print{body{max-width:none}}`;

/** One page without scripts or links, to be sent by mail. */
export function toHtml(data: ReportData): string {
  const { total, from, to, source, days } = data;
  const period = from === undefined ? 'no requests' : from === to ? from : `${from} to ${to}`;
  const body =
    total === undefined ? '<p>The ledger has no requests in this period.</p>' : filled(data, total, days);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>LLM usage, ${escapeHtml(period)}</title><style>${style}</style></head><body>
<header><h1>LLM usage</h1><p>${escapeHtml(period)}</p></header>
${body}
<footer>From ${escapeHtml(source)}, by signalbox. Costs are as recorded: US$, before discounts that vendors grant on the invoice.</footer>
</body></html>
`;
}

function filled(data: ReportData, total: LedgerGroup, days: readonly LedgerGroup[]): string {
  const label = ({ key }: LedgerGroup): string => (key.day ?? '').slice(5);
  const money = barChart({
    title: 'Cost by day',
    series: ['Answers', 'Wasted', 'Mirrored copies'],
    bars: days.map((day) => ({
      label: label(day),
      values: [day.cost.answer, wastedOf(day), day.cost.mirrored],
    })),
    format: usd,
  });
  const requests = barChart({
    title: 'Requests by day',
    series: ['Answered at once', 'Answered after a failure', 'Aborted by the caller', 'From a cache'],
    bars: days.map((day) => ({
      label: label(day),
      values: [day.succeeded - day.failovers - day.cached, day.failovers, day.aborted, day.cached],
    })),
    format: (value) => count(Math.round(value)),
  });
  const failures = barChart({
    title: 'Failed attempts and failed requests by day',
    series: ['Failed requests', 'Failed attempts of requests that another target answered'],
    bars: days.map((day) => ({
      label: label(day),
      values: [day.failed, Math.max(0, day.failedAttempts - day.failed)],
    })),
    format: (value) => count(Math.round(value)),
  });
  const tables = sections(data).map(
    ({ title, note, head, rows }) =>
      `<h2>${escapeHtml(title)}</h2>${note === undefined ? '' : `<p>${escapeHtml(note)}</p>`}<div class="scroll"><table><thead><tr>${head.map((name) => `<th>${escapeHtml(name)}</th>`).join('')}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`).join('')}</tbody></table></div>`,
  );
  return `<p>${escapeHtml(headline(total))}</p>${cards(total)}${money}${requests}${failures}${tables.join('\n')}`;
}

function cards(total: LedgerGroup): string {
  const ratio = answeredRatio(total);
  const latency = total.latency;
  const figures: readonly (readonly [string, string])[] = [
    [count(total.requests), 'requests'],
    [ratio === undefined ? '–' : percent(ratio), 'answered'],
    [count(total.failovers), 'failures avoided'],
    [usd(total.cost.total), 'spent'],
    [usd(wastedOf(total)), 'of it wasted'],
    [usd(total.cost.saved), 'saved by caches'],
    [ms(latency?.firstToken?.p50), 'first token, median'],
    [ms(latency?.request?.p95), 'answer, 95th percentile'],
  ];
  return `<div class="cards">${figures.map(([value, name]) => `<div class="card"><b>${escapeHtml(value)}</b><span>${escapeHtml(name)}</span></div>`).join('')}</div>`;
}
