import { ConfigError } from '../errors.ts';
import type { Candidate, Latency, RankContext, Strategy } from '../types/options/strategy.ts';
import { type Constraints, constrained } from './shared/constraints.ts';
import { byMeasure, rankByScore } from './shared/rank-by-score.ts';

/** Which latency `lowestLatency` compares. */
export interface LatencyTerms {
  /**
   * Which latency to compare.
   * @default firstToken for streams, total otherwise
   */
  readonly of?: 'firstToken' | 'total';
  /**
   * Which statistic of the distribution to compare.
   * @default mean
   */
  readonly percentile?: keyof Latency;
}

const measures: readonly unknown[] = [undefined, 'firstToken', 'total'];
const percentiles: readonly unknown[] = [undefined, 'mean', 'p50', 'p90', 'p95', 'p99'];

/**
 * Prefers the fastest target, as measured by this process for prompts of this size and adjusted for failures.
 * Unmeasured targets are tried, slow ones are left within seconds, and idle ones are probed with at most one
 * request in a hundred.
 *
 * @throws ConfigError for an invalid term or constraint
 * @example
 * createRouter({ targets, strategy: lowestLatency({ percentile: 'p95' }) });
 */
export function lowestLatency({ of, percentile, ...constraints }: LatencyTerms & Constraints = {}): Strategy {
  checkLatencyTerms('lowestLatency', { of, percentile });
  return constrained(
    'lowestLatency',
    constraints,
    (candidates, context) =>
      rankByScore(
        candidates,
        context,
        (candidate) => expectedTime(candidate, context, of, percentile),
        byMeasure,
      ),
    ['of', 'percentile'],
  );
}

/** Expected milliseconds of a successful attempt. */
export function expectedTime(
  { expected }: Candidate,
  { stream }: RankContext,
  of: LatencyTerms['of'] = stream ? 'firstToken' : 'total',
  percentile: keyof Latency = 'mean',
): number | undefined {
  const latency = expected[of];
  return latency?.[percentile];
}

/** @throws ConfigError for an unknown term */
export function checkLatencyTerms(
  name: string,
  { of, percentile }: { readonly of: unknown; readonly percentile: unknown },
): void {
  if (!measures.includes(of)) throw new ConfigError(`${name}(): of`, 'firstToken or total', String(of));
  if (!percentiles.includes(percentile)) {
    throw new ConfigError(`${name}(): percentile`, 'mean, p50, p90, p95 or p99', String(percentile));
  }
}
