import type { Candidate, Latency, RankContext, Strategy } from '../types/options/strategy.ts';
import { oneOf, type Shapes } from '../util/shape.ts';
import { byFigure } from './shared/by-figure.ts';
import type { Constraints } from './shared/constraints.ts';

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
  return byFigure(
    'lowestLatency',
    { of, percentile, ...constraints },
    (candidate, context) => expectedTime(candidate, context, of, percentile),
    latencyTerms,
  );
}

export const latencyTerms: Shapes = {
  of: oneOf('firstToken', 'total'),
  percentile: oneOf('mean', 'p50', 'p90', 'p95', 'p99'),
};

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
