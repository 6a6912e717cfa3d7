// Strategies against each other, and against an oracle that knows all but luck, in worlds from seeds and in virtual time:
// `npm run bench:routing`. `-- --world steady --strategy lowestLatency` plays a part, `--seeds 50` fewer worlds of each kind,
// `--length 5` longer ones. docs/routing-bench.md says what is played, and how it is counted.
import { parseArgs } from 'node:util';
import { balanced, lowestLatency } from 'signalbox';
import { liteLlmLatency, type Player } from './baselines.ts';
import { baselines, type Contender, contenders, ownStrategies } from './contenders.ts';
import { doAll } from './crew.ts';
import { type Goal, goalJobs, judge, percent } from './goals.ts';
import { type Load, runHerd } from './herd.ts';
import type { Done, Job } from './jobs.ts';
import { type Cell, estimate, excess } from './score.ts';
import { type Kind, kinds } from './worlds.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    length: { type: 'string', default: '1' },
    world: { type: 'string', multiple: true },
    strategy: { type: 'string', multiple: true },
  },
});
const seeds = Number(values.seeds);
const length = Number(values.length);
const part = values.world !== undefined || values.strategy !== undefined;
const played = only(kinds, values.world, 'world');
const names = only(Object.keys(contenders) as Contender[], values.strategy, 'strategy');
/** The oracle is what the others are compared with; the other oracle is for a goal only. */
const usual: readonly Contender[] = [...baselines, ...ownStrategies];
const players: readonly Contender[] = ['oracle', ...(values.strategy === undefined ? usual : names)];

const started = performance.now();
const jobs = played.flatMap((kind) =>
  [...new Set(players)].map((contender): Job => ({ kind, contender, seeds, options: { length } })),
);
const forGoals = goalJobs(seeds);
const all = part ? jobs : [...jobs, ...Object.values(forGoals)];
const results = await doAll(all, progress);
for (const kind of played) show(kind);
if (!part) {
  const goals = [...judge(forGoals, doneOf, table), ...(await herds())];
  row('goal', 'found', '');
  row('---', '---', '---');
  for (const { name, found, met } of goals) row(name, found, met ? 'met' : '**missed**');
  process.exitCode = goals.every(({ met }) => met) ? 0 : 1;
}
console.log(`\n${seeds} seeds, ${((performance.now() - started) / 1_000).toFixed(0)} seconds`);

function doneOf(job: Job): Done {
  const done = results.get(job);
  if (done === undefined) throw new Error(`${job.contender} has not played ${job.kind}`);
  return done;
}

function table(kind: Kind, contender: Contender): Cell {
  const job = jobs.find((each) => each.kind === kind && each.contender === contender);
  if (job === undefined) throw new Error(`${contender} has not played ${kind}`);
  return doneOf(job).cell;
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

/** Several herds of each kind; one swing too many is a miss. */
async function herds(): Promise<readonly Goal[]> {
  const makes: readonly (readonly [name: string, make: () => Player])[] = [
    ['lowestLatency', () => ({ strategy: lowestLatency() })],
    ['balanced', () => ({ strategy: balanced() })],
    ['liteLlmLatency', liteLlmLatency],
  ];
  const goals: Goal[] = [];
  console.log('\n### A herd: 50 processes over four targets that get slower with their load\n');
  row('', ...Array.from({ length: 4 }, (_, index) => `load of target ${index + 1}, of its fair share`));
  row('---', '---:', '---:', '---:', '---:');
  for (const [name, make] of makes) {
    const loads: (readonly Load[])[] = [];
    for (let seed = 1; seed <= 3; seed++) {
      const herd = await runHerd({ seed, processes: 50, duration: 180_000, make });
      loads.push(herd);
      row(name, ...herd.map(({ least, most }) => `${least.toFixed(2)} to ${most.toFixed(2)}`));
    }
    const flat = loads.flat();
    const [least, most] = [
      Math.min(...flat.map((load) => load.least)),
      Math.max(...flat.map((load) => load.most)),
    ];
    if (name === 'liteLlmLatency') continue;
    goals.push({
      name: `50 processes with \`${name}\`: no target’s load is more than twice or less than half its fair share`,
      found: `${least.toFixed(2)} to ${most.toFixed(2)} times`,
      met: least >= 0.5 && most <= 2,
    });
  }
  console.log();
  return goals;
}

function progress(done: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${all.length} `);
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
