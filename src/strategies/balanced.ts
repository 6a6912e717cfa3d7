import type { Strategy } from '../types/options/strategy.ts';
import { amount } from '../util/shape.ts';
import { expectedTime, type LatencyTerms, latencyTerms } from './lowest-latency.ts';
import { byFigure } from './shared/by-figure.ts';
import type { Constraints } from './shared/constraints.ts';

/** The worth of latency and failures to `balanced`. */
export interface BalancedTerms extends LatencyTerms {
  /**
   * US$ that saving a second of latency is worth; 0.001 is US$ 3.60 per hour.
   * @default 0.001
   */
  readonly perSecond?: number;
  /**
   * US$ that avoiding a failed attempt is worth, besides its latency.
   * @default 0.01
   */
  readonly perFailure?: number;
}

/**
 * Prefers the lowest sum of expected cost, latency and risk of failure, all in US$. Of targets within 5% of the lowest sum, it takes
 * the cheapest, or one that is more than 10% faster than the cheapest: the less busy of two drawn at random. Targets of unknown price
 * come last.
 *
 * @throws ConfigError for an invalid term or constraint
 * @example
 * // Saving a user one second is worth a tenth of a cent.
 * createRouter({ targets, strategy: balanced({ perSecond: 0.001 }) });
 */
export function balanced({
  perSecond = 0.001,
  perFailure = 0.01,
  of,
  percentile,
  ...constraints
}: BalancedTerms & Constraints = {}): Strategy {
  return byFigure(
    'balanced',
    { perSecond, perFailure, of, percentile, ...constraints },
    (candidate, context) => expectedTime(candidate, context, of, percentile),
    { perSecond: amount, perFailure: amount, ...latencyTerms },
    ({ estimatedCost = Number.POSITIVE_INFINITY }, time, chance) =>
      estimatedCost + (perSecond * time) / chance / 1_000 + perFailure * (1 - chance),
  );
}
