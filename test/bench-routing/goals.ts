import { baselines, type Contender } from './contenders.ts';
import type { Results } from './crew.ts';
import type { Load } from './herd.ts';
import type { HerdJob, Job } from './jobs.ts';
import { type Cell, type Estimate, excess, percentile } from './score.ts';
import { type Kind, kinds } from './worlds.ts';

/** What was to be reached, what was, and whether that is it. */
export interface Goal {
  readonly name: string;
  readonly found: string;
  readonly met: boolean;
}

/** The cell of a kind of world and a contender. */
export type Table = (kind: Kind, contender: Contender) => Cell;

/** Both goals by measurement are for ten requests a second. */
const rate = 10;
const closeTo = 0.05;
const closeOnTrace = 0.03;
const recoveredIn = 5;
/** Share of worlds in which it has to be that soon. */
const mostWorlds = 0.95;
const rightChoices = 0.99;
const rightOnTrace = 0.95;
/** Worlds in which nothing keeps a target from taking requests. */
const healthy = kinds.filter((kind) => kind !== 'limits' && kind !== 'outage');
/** Of a target's fair share. */
const mostSwing = 2;
const herdStrategies = ['lowestLatency', 'balanced'] as const;
const herdSeeds = [1, 2, 3];

/** Steady worlds, from when everything has been tried on. */
const steady = { kind: 'steady', options: { rate, duration: 40_000 }, from: 15_000 } as const;
const slower = { kind: 'slowdown' } as const;

/** Worlds that only goals need, by what they are for. */
export function goalJobs(seeds: number) {
  const steadily = (contender: Contender): Job => ({ ...steady, contender, seeds });
  const slowed = (contender: Contender, trouble: 'worth' | 'speed'): Job => ({
    ...slower,
    contender,
    seeds,
    options: { rate, duration: 36_000, trouble },
  });
  return {
    lowestLatency: steadily('lowestLatency'),
    fastestOracle: steadily('fastestOracle'),
    balanced: steadily('balanced'),
    oracle: steadily('oracle'),
    slowedLatency: slowed('lowestLatency', 'speed'),
    slowedBalanced: slowed('balanced', 'worth'),
    herds: [...herdStrategies, 'liteLlmLatency' as const, 'fair' as const].flatMap((herd) =>
      herdSeeds.map((seed): HerdJob => ({ herd, seed })),
    ),
  };
}

export type GoalJobs = ReturnType<typeof goalJobs>;

/** What only the goals of a trace need: in steady worlds, with what a strategy pays to learn. */
export function traceJobs(seeds: number) {
  return { fastestOracle: { kind: 'steady', contender: 'fastestOracle', seeds, options: {} } satisfies Job };
}

export function judgeTrace(
  jobs: ReturnType<typeof traceJobs>,
  results: Results,
  table: Table,
  played: readonly Kind[],
): readonly Goal[] {
  const fastest = results.of(jobs.fastestOracle).cell;
  const steadily = (contender: Contender): Cell => table('steady', contender);
  return [
    close('lowestLatency', excess(steadily('lowestLatency'), fastest, 'firstToken'), closeOnTrace),
    close('balanced', excess(steadily('balanced'), steadily('oracle'), 'score'), closeOnTrace),
    ...(['limits', 'outage'] as const).map((kind) =>
      cheapestChosen(`in \`${kind}\`: of those that take it, known or not`, [kind], table, rightOnTrace),
    ),
    neverWorse(table, played),
  ];
}

export function judge(jobs: GoalJobs, results: Results, table: Table): readonly Goal[] {
  const cell = (job: Job): Cell => results.of(job).cell;
  const recoveries = (job: Job): readonly number[] => results.of(job).recoveries;
  return [
    close('lowestLatency', excess(cell(jobs.lowestLatency), cell(jobs.fastestOracle), 'firstToken')),
    close('balanced', excess(cell(jobs.balanced), cell(jobs.oracle), 'score')),
    recovered('lowestLatency', recoveries(jobs.slowedLatency)),
    recovered('balanced', recoveries(jobs.slowedBalanced)),
    cheapestChosen('where all targets take requests', healthy, table),
    cheapestChosen(
      'also where one has limits or was down: of those that take it, known or not',
      kinds,
      table,
    ),
    neverWorse(table),
    ...herdStrategies.map((herd) =>
      inStep(herd, jobs.herds.filter((job) => job.herd === herd).map(results.herd)),
    ),
  ];
}

function close(name: string, { mean, margin }: Estimate, most = closeTo): Goal {
  return {
    name: `\`${name}\` is within ${percent(most, 0)} of the oracle in steady state`,
    found: `${percent(mean)} ± ${percent(margin)} above it`,
    met: mean + margin <= most,
  };
}

function recovered(name: string, recoveries: readonly number[]): Goal {
  const sorted = recoveries.toSorted((a, b) => a - b);
  const share = sorted.filter((seconds) => seconds <= recoveredIn).length / sorted.length;
  const [half, most] = [percentile(sorted, 0.5), percentile(sorted, mostWorlds)];
  return {
    name: `\`${name}\` has left a target ${recoveredIn} s after it has become five times as slow`,
    found: `in ${percent(share)} of ${sorted.length} worlds; after ${half.toFixed(1)} s in half of them, ${most.toFixed(1)} s in 95 %`,
    met: share >= mostWorlds,
  };
}

function cheapestChosen(where: string, of: readonly Kind[], table: Table, least = rightChoices): Goal {
  const cells = of.map((kind) => ({ kind, cell: table(kind, 'lowestCost') }));
  const all = cells.reduce((sum, { cell }) => sum + cell.requests, 0);
  const right = cells.reduce((sum, { cell }) => sum + cell.cheapest * cell.requests, 0) / all;
  const each = cells.map(({ kind, cell }) => `${kind} ${percent(cell.cheapest)}`).join(', ');
  return {
    name: `\`lowestCost\` takes the cheapest target in ${percent(least, 0)} of all requests, ${where}`,
    found: `${percent(right)} (${each})`,
    met: right >= least,
  };
}

/** Where a strategy is worse than a rule of others at 95 % confidence. */
function neverWorse(table: Table, of: readonly Kind[] = kinds): Goal {
  const worse = of.flatMap((kind) =>
    baselines.flatMap((baseline) => {
      const { mean, margin } = excess(table(kind, 'balanced'), table(kind, baseline), 'score');
      return mean - margin > 0 ? [`${kind}: ${percent(mean)} ± ${percent(margin)} above ${baseline}`] : [];
    }),
  );
  return {
    name: '`balanced` is in no kind of world worse than a rule of others',
    found: worse.length === 0 ? `${of.length * baselines.length} comparisons` : worse.join('; '),
    met: worse.length === 0,
  };
}

function inStep(name: string, herds: readonly (readonly Load[])[]): Goal {
  const least = Math.min(...herds.flat().map((load) => load.least));
  const most = Math.max(...herds.flat().map((load) => load.most));
  return {
    name: `50 processes with \`${name}\`: no target’s load is more than twice its fair share, or less than half of it`,
    found: `${least.toFixed(2)} to ${most.toFixed(2)} times`,
    met: least >= 1 / mostSwing && most <= mostSwing,
  };
}

export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}
