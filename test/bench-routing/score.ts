import type { Outcome } from './play.ts';
import { scoreOf } from './truth.ts';

/** What one world came to for one contender: means over its requests. */
export interface Result {
  /** US$. */
  readonly score: number;
  /** US$. */
  readonly cost: number;
  /** Seconds. */
  readonly firstToken: number;
}

/** What all worlds of a kind came to for one contender. */
export interface Cell {
  /** In the order of the seeds. */
  readonly results: readonly Result[];
  readonly requests: number;
  /** Of the first token, over all requests of all worlds, in seconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Attempts that failed, of a thousand requests. */
  readonly failures: number;
  /** Requests without an answer. */
  readonly lost: number;
  /** Share of requests that the cheapest target answered, of all that took them. */
  readonly cheapest: number;
}

/** A mean, and how far the true one may be from it at 95 % confidence. */
export interface Estimate {
  readonly mean: number;
  readonly margin: number;
}

export function resultOf(outcomes: readonly Outcome[]): Result {
  const count = Math.max(1, outcomes.length);
  const sum = (measure: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + measure(outcome), 0);
  return {
    score: sum(({ cost, firstToken, failures }) => scoreOf(cost, firstToken, failures)) / count,
    cost: sum(({ cost }) => cost) / count,
    firstToken: sum(({ firstToken }) => firstToken) / count,
  };
}

/** @param worlds outcomes of one world each, in the order of the seeds */
export function cellOf(worlds: readonly (readonly Outcome[])[]): Cell {
  const outcomes = worlds.flat();
  const count = Math.max(1, outcomes.length);
  const sorted = Float64Array.from(outcomes, ({ firstToken }) => firstToken).sort();
  const share = (is: (outcome: Outcome) => boolean): number => outcomes.filter(is).length / count;
  return {
    results: worlds.map(resultOf),
    requests: outcomes.length,
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
    failures: (1_000 * outcomes.reduce((sum, { failures }) => sum + failures, 0)) / count,
    lost: outcomes.filter(({ target }) => target === undefined).length,
    cheapest: share(({ cheapest }) => cheapest),
  };
}

/** Of a list in order. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** By the normal distribution, which for a mean over some dozens of seeds is near enough. */
export function estimate(samples: readonly number[]): Estimate {
  const count = samples.length;
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / count;
  const squares = samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0);
  return { mean, margin: count < 2 ? Number.NaN : 1.96 * Math.sqrt(squares / (count - 1) / count) };
}

/** How much more one contender comes to than another, on the same seeds, as a share of what the other one comes to. */
export function excess(of: Cell, over: Cell, measure: keyof Result): Estimate {
  const differences = of.results.map(
    (result, index) => result[measure] - (over.results[index]?.[measure] ?? 0),
  );
  const base = estimate(over.results.map((result) => result[measure])).mean;
  const { mean, margin } = estimate(differences);
  return { mean: mean / base, margin: margin / base };
}
