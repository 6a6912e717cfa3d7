import { baselines, type Contender } from './contenders.ts';
import type { Done, Job } from './jobs.ts';
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
const recoveredIn = 5;
/** Share of worlds in which it has to be that soon. */
const mostWorlds = 0.95;
const rightChoices = 0.99;

/** Steady worlds, from when everything has been tried on. */
const steady = { kind: 'steady', options: { rate, duration: 60_000 }, from: 20_000 } as const;
const slower = { kind: 'slowdown' } as const;

/** Worlds that only goals need, by what they are for. */
export function goalJobs(seeds: number) {
  const steadily = (contender: Contender): Job => ({ ...steady, contender, seeds });
  const slowed = (contender: Contender, trouble: 'worth' | 'speed'): Job => ({
    ...slower,
    contender,
    seeds,
    options: { rate, duration: 60_000, trouble },
  });
  return {
    lowestLatency: steadily('lowestLatency'),
    fastestOracle: steadily('fastestOracle'),
    balanced: steadily('balanced'),
    oracle: steadily('oracle'),
    slowedLatency: slowed('lowestLatency', 'speed'),
    slowedBalanced: slowed('balanced', 'worth'),
  };
}

export type GoalJobs = ReturnType<typeof goalJobs>;

export function judge(jobs: GoalJobs, done: (job: Job) => Done, table: Table): readonly Goal[] {
  const cell = (job: Job): Cell => done(job).cell;
  return [
    close('lowestLatency', excess(cell(jobs.lowestLatency), cell(jobs.fastestOracle), 'firstToken')),
    close('balanced', excess(cell(jobs.balanced), cell(jobs.oracle), 'score')),
    recovered('lowestLatency', done(jobs.slowedLatency).recoveries),
    recovered('balanced', done(jobs.slowedBalanced).recoveries),
    cheapestChosen(table),
    neverWorse(table),
  ];
}

function close(name: string, { mean, margin }: Estimate): Goal {
  return {
    name: `\`${name}\` is within ${percent(closeTo, 0)} of the oracle in steady state`,
    found: `${percent(mean)} ± ${percent(margin)} above it`,
    met: mean + margin <= closeTo,
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

function cheapestChosen(table: Table): Goal {
  const cells = kinds.map((kind) => ({ kind, cell: table(kind, 'lowestCost') }));
  const all = cells.reduce((sum, { cell }) => sum + cell.requests, 0);
  const right = cells.reduce((sum, { cell }) => sum + cell.cheapest * cell.requests, 0) / all;
  const each = cells.map(({ kind, cell }) => `${kind} ${percent(cell.cheapest)}`).join(', ');
  return {
    name: `\`lowestCost\` takes the cheapest target in ${percent(rightChoices, 0)} of all requests`,
    found: `${percent(right)} (${each})`,
    met: right >= rightChoices,
  };
}

/** Where a strategy is worse than a rule of others at 95 % confidence. */
function neverWorse(table: Table): Goal {
  const worse = kinds.flatMap((kind) =>
    baselines.flatMap((baseline) => {
      const { mean, margin } = excess(table(kind, 'balanced'), table(kind, baseline), 'score');
      return mean - margin > 0 ? [`${kind}: ${percent(mean)} ± ${percent(margin)} above ${baseline}`] : [];
    }),
  );
  return {
    name: '`balanced` is in no kind of world worse than a rule of others',
    found: worse.length === 0 ? `${kinds.length * baselines.length} comparisons` : worse.join('; '),
    met: worse.length === 0,
  };
}

export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}
