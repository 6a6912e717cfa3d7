// Strategies against each other, and against an oracle that knows all but luck, in worlds from seeds and in virtual time:
// `npm run bench:routing`. `-- --world steady --strategy lowestLatency` plays a part, `--seeds 50` fewer worlds of each kind,
// `--length 5` longer ones. `--trace FILE` plays the arrivals and sizes of a trace over the same worlds. docs/routing-bench.md says what is played, and how it is counted.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { readTrace, type TracedRequest } from '../../src/simulator/trace.ts';
import { baselines, type Contender, contenders, ownStrategies } from './contenders.ts';
import { doAll } from './crew.ts';
import { goalJobs, judge, judgeTrace, percent, traceJobs } from './goals.ts';
import type { Job } from './jobs.ts';
import { type Cell, estimate, excess } from './score.ts';
import { partsOf } from './workload.ts';
import { type Kind, kinds } from './worlds.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    trace: { type: 'string' },
    length: { type: 'string', default: '1' },
    world: { type: 'string', multiple: true },
    strategy: { type: 'string', multiple: true },
  },
});
const parts = values.trace === undefined ? [] : partsOf(await readTraceOf(values.trace));
const isTraced = values.trace !== undefined;
const seeds = Number(values.seeds ?? (isTraced ? 2 * parts.length : 200));
const length = Number(values.length);
const part = values.world !== undefined || values.strategy !== undefined;
/** A trace has no conversations. */
const all = kinds.filter((kind) => !isTraced || kind !== 'sessions');
const played = only(all, values.world, 'world');
const names = only(Object.keys(contenders) as Contender[], values.strategy, 'strategy');
/** The oracle is what the others are compared with; the other oracle is for a goal only. */
const usual: readonly Contender[] = [...baselines, ...ownStrategies];
const players: readonly Contender[] = ['oracle', ...(values.strategy === undefined ? usual : names)];

const started = performance.now();
const jobs = played.flatMap((kind) =>
  [...new Set(players)].map((contender): Job => ({ kind, contender, seeds, options: { length } })),
);
const forGoals = goalJobs(seeds);
const { herds, ...measured } = forGoals;
const forTrace = traceJobs(seeds);
const further = part ? [] : Object.values(isTraced ? forTrace : measured);
const toPlay = [...jobs, ...further];
const herdsToPlay = part || isTraced ? [] : herds;
const results = await doAll(toPlay, herdsToPlay, progress, parts);
for (const kind of played) show(kind);
if (!part) {
  if (!isTraced) showHerds();
  const goals = isTraced ? judgeTrace(forTrace, results, table, played) : judge(forGoals, results, table);
  row('goal', 'found', '');
  row('---', '---', '---');
  for (const { name, found, met } of goals) row(name, found, met ? 'met' : '**missed**');
  process.exitCode = goals.every(({ met }) => met) ? 0 : 1;
}
console.log(`\n${seeds} seeds, ${((performance.now() - started) / 1_000).toFixed(0)} seconds`);

function table(kind: Kind, contender: Contender): Cell {
  const job = jobs.find((each) => each.kind === kind && each.contender === contender);
  if (job === undefined) throw new Error(`${contender} has not played ${kind}`);
  return results.of(job).cell;
}

function show(kind: Kind): void {
  const oracle = table(kind, 'oracle');
  console.log(`\n### ${kind}: ${oracle.requests} requests in ${seeds} worlds\n`);
  row(
    '',
    'US$ per 1,000',
    'first token p50',
    'p95',
    'p99',
    'failed attempts per 1,000',
    'lost',
    'all in all, US$ per 1,000',
    'above the oracle',
  );
  row('---', ...Array.from({ length: 8 }, () => '---:'));
  for (const contender of new Set(players)) {
    const cell = table(kind, contender);
    const { mean, margin } = excess(cell, oracle, 'score');
    row(
      contender,
      thousand(cell, 'cost'),
      ...[cell.p50, cell.p95, cell.p99].map((seconds) => `${seconds.toFixed(2)} s`),
      cell.failures.toFixed(1),
      String(cell.lost),
      thousand(cell, 'score'),
      contender === 'oracle' ? '' : `${percent(mean)} ± ${percent(margin)}`,
    );
  }
}

function thousand({ results: worlds }: Cell, measure: 'cost' | 'score'): string {
  const { mean, margin } = estimate(worlds.map((world) => 1_000 * world[measure]));
  return `${mean.toFixed(3)} ± ${margin.toFixed(3)}`;
}

function showHerds(): void {
  console.log('\n### A herd: 50 processes over four targets that get slower with their load\n');
  row('', ...[1, 2, 3, 4].map((number) => `load of target ${number}, of its fair share`));
  row('---', '---:', '---:', '---:', '---:');
  for (const job of forGoals.herds) {
    row(job.herd, ...results.herd(job).map(({ least, most }) => `${least.toFixed(2)} to ${most.toFixed(2)}`));
  }
  console.log();
}

function progress(done: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${toPlay.length + herdsToPlay.length} `);
}

async function readTraceOf(file: string): Promise<readonly TracedRequest[]> {
  const lines = createInterface({
    input: createReadStream(file, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  return (await readTrace(lines, file)).requests;
}

/** Those that were asked for. */
function only<T extends string>(
  list: readonly T[],
  wanted: readonly string[] | undefined,
  what: string,
): readonly T[] {
  const unknown = wanted?.find((name) => !list.some((each) => each === name));
  if (unknown !== undefined) throw new Error(`no ${what} ${unknown}: ${list.join(', ')}`);
  return wanted === undefined ? list : list.filter((each) => wanted.includes(each));
}

function row(...cells: readonly string[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}
