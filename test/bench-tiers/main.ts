// What flex and batches save on a real workload: `npm run bench:tiers -- --trace FILE`, a CSV file of time stamps, context tokens and
// generated tokens. The trace is sent through the router in virtual time, with the catalog’s prices and laws of published figures.
// `--model openai/gpt-5-mini` takes another price, `--seed 2` other chance. docs/tiers-bench.md says what is assumed, and has the table.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { loadCatalog } from 'signalbox/catalog';
import { readTrace } from '../../src/simulator/trace.ts';
import { batchWorlds, flexWorlds } from './laws.ts';
import { type Plan, type Played, play } from './play.ts';
import { type Figures, figuresOf } from './table.ts';

const second = 1_000;
const hour = 3_600 * second;
const flexDeadlines = [10 * second, 60 * second, 600 * second];
const batchDeadlines = [6 * hour, 24 * hour];

const { values } = parseArgs({
  options: {
    trace: { type: 'string' },
    model: { type: 'string', default: 'openai/gpt-5-mini' },
    seed: { type: 'string', default: '1' },
  },
});
if (values.trace === undefined)
  throw new Error('--trace FILE is missing: a CSV file, such as Azure’s public traces');
const [provider = '', ...rest] = values.model.split('/');
const model = rest.join('/');
const price = (await loadCatalog()).price(provider, model, Date.UTC(2026, 9, 1));
if (price === undefined) throw new Error(`the catalog has no price of ${values.model}`);
const lines = createInterface({
  input: createReadStream(values.trace, 'utf8'),
  crlfDelay: Number.POSITIVE_INFINITY,
});
const { requests } = await readTrace(lines, values.trace);
const setting = { provider, model, price, requests, seed: Number(values.seed) };

const started = performance.now();
let furthest = 0;
const [calm] = flexWorlds;
const [usual] = batchWorlds;
if (calm === undefined || usual === undefined) throw new Error('there are no worlds');

const tokens = (of: 'inputTokens' | 'outputTokens'): string =>
  (requests.reduce((sum, request) => sum + request[of], 0) / 1_000_000).toFixed(2);
console.log(
  `${requests.length} requests in ${duration(requests.at(-1)?.at ?? 0)}, ${tokens('inputTokens')} million tokens in and ${tokens('outputTokens')} million out; ${values.model} at US$ ${price.input} and ${price.output} per million, seed ${values.seed}\n`,
);
row(
  '',
  'bill, US$',
  'saved',
  'of it for answers not used',
  'at half the price',
  'to standard: refused',
  'too slow',
  'not asked',
  'answer p50',
  'p95',
  'late',
  'p95 lateness',
  'lost',
);
row('---', ...Array.from({ length: 12 }, () => '---:'));
const alone = await playPlan({
  tiers: ['standard'],
  deadline: Number.POSITIVE_INFINITY,
  flex: calm,
  batch: usual,
});
const base = figuresOf(alone);
show('standard only', base);
for (const flex of flexWorlds)
  for (const deadline of flexDeadlines) {
    const played = await playPlan({ tiers: ['flex', 'standard'], deadline, flex, batch: usual });
    show(`flex (${flex.name}), deadline ${duration(deadline)}`, figuresOf(played));
  }
for (const batch of batchWorlds)
  for (const deadline of batchDeadlines) {
    const played = await playPlan({ tiers: ['batch', 'standard'], deadline, flex: calm, batch });
    show(`batch (${batch.name}), deadline ${duration(deadline)}`, figuresOf(played));
  }
console.log('\nStandard only would be late: '.concat(flexDeadlines.map(lateAlone).join(', '), '.'));
console.log(`What the router reports differs from the vendor’s bill by at most ${percent(furthest)}.`);
for (const { name, what } of flexWorlds) console.log(`- flex (${name}): ${what}`);
for (const { name, what } of batchWorlds) console.log(`- batch (${name}): ${what}`);
console.log(`\n${((performance.now() - started) / 1_000).toFixed(0)} seconds`);

async function playPlan(plan: Plan): Promise<Played> {
  const played = await play(setting, plan);
  const { bill } = figuresOf(played);
  furthest = Math.max(furthest, Math.abs(played.reported - bill) / bill);
  return played;
}

function lateAlone(deadline: number): string {
  const late = alone.outcomes.filter((outcome) => outcome.duration > deadline).length / requests.length;
  return `${percent(late)} by ${duration(deadline)}`;
}

function show(name: string, figures: Figures): void {
  const { bill, unused, cheap, fallbacks, p50, p95, late, lateness, lost } = figures;
  const hasDeadline = name !== 'standard only';
  row(
    name,
    bill.toFixed(2),
    hasDeadline ? percent(1 - bill / base.bill) : '',
    percent(unused / bill),
    percent(cheap),
    ...[fallbacks.refused, fallbacks.slow, fallbacks.skipped].map(percent),
    duration(p50),
    duration(p95),
    ...(hasDeadline ? [percent(late), duration(lateness)] : ['', '']),
    String(lost),
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function duration(ms: number): string {
  if (ms < 100 * second) return `${Number((ms / second).toFixed(1))} s`;
  return ms < 2 * hour ? `${Number((ms / 60_000).toFixed(1))} min` : `${Number((ms / hour).toFixed(1))} h`;
}

function row(...cells: readonly string[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}
