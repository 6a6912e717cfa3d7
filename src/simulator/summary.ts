import type { RequestEndEvent } from '../types/event.ts';

/** The counted fields of a request, simulated or real. */
export type Ended = Pick<
  RequestEndEvent,
  'outcome' | 'target' | 'cost' | 'wastedCost' | 'duration' | 'firstToken'
>;

/** The totals of all requests. Times are milliseconds, costs US$. */
export interface Figures {
  readonly requests: number;
  readonly answered: number;
  readonly failed: number;
  /** The caller left. */
  readonly aborted: number;
  /** All known costs, wasted ones included. */
  readonly cost: number;
  /** Answers of unknown cost. */
  readonly unpriced: number;
  /** Of answered streams; absent where there are none. */
  readonly firstToken?: Percentiles;
  /** Of all answered requests. */
  readonly total?: Percentiles;
  /** Ratio of answers by target, 0 to 1. */
  readonly shares: Readonly<Record<string, number>>;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export function figuresOf(ends: readonly Ended[]): Figures {
  const answers = ends.filter(({ outcome }) => outcome === 'success');
  const firstToken = percentilesOf(answers.flatMap((end) => end.firstToken ?? []));
  const total = percentilesOf(answers.map(({ duration }) => duration));
  return {
    requests: ends.length,
    answered: answers.length,
    failed: ends.filter(({ outcome }) => outcome === 'failed').length,
    aborted: ends.filter(({ outcome }) => outcome === 'aborted').length,
    cost: ends.reduce((sum, { cost, wastedCost }) => sum + (cost?.total ?? 0) + wastedCost, 0),
    unpriced: answers.filter(({ cost }) => cost === undefined).length,
    ...(firstToken === undefined ? {} : { firstToken }),
    ...(total === undefined ? {} : { total }),
    shares: sharesOf(answers),
  };
}

function sharesOf(answers: readonly Ended[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { target = 'unknown' } of answers) counts.set(target, (counts.get(target) ?? 0) + 1);
  return Object.fromEntries(
    [...counts].toSorted(([, a], [, b]) => b - a).map(([id, count]) => [id, count / answers.length]),
  );
}

/** Percentiles by nearest rank: each is a measured time. */
function percentilesOf(values: readonly number[]): Percentiles | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return sorted.length === 0 ? undefined : { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** The figures of one strategy. */
export interface Row extends Figures {
  /** As given on the command line. */
  readonly strategy: string;
  /** US$ relative to the actual cost, or to the first strategy without a log. */
  readonly difference: number;
}
