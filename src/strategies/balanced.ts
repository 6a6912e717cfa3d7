import type { Strategy } from '../types/options/strategy.ts';
import { checkLatencyTerms, expectedTime, type LatencyTerms } from './lowest-latency.ts';
import { type Constraints, checkAmount, constrained } from './shared/constraints.ts';
import { byMeasure, chanceOf, rankByScore } from './shared/rank-by-score.ts';

export interface BalancedTerms extends LatencyTerms {
  /** US$ that a second of waiting is worth. Default: 0.001, which is US$ 3.60 for an hour. */
  readonly perSecond?: number;
  /** US$ that an attempt that fails is worth, beside the time it takes. Default: 0.01. */
  readonly perFailure?: number;
}

/**
 * The target with the least sum of what the request is expected to cost, what the wait for it is worth, and what the risk of a
 * failure is worth: all in US$. Targets of unknown price come last.
 *
 * @throws ConfigError for a term or a constraint that is wrong
 * @example
 * // A user who waits a second less is worth a tenth of a cent.
 * createRouter({ targets, strategy: balanced({ perSecond: 0.001 }) });
 */
export function balanced({
  perSecond = 0.001,
  perFailure = 0.01,
  of,
  percentile,
  ...constraints
}: BalancedTerms & Constraints = {}): Strategy {
  checkAmount('balanced(): perSecond', perSecond);
  checkAmount('balanced(): perFailure', perFailure);
  checkLatencyTerms('balanced', { of, percentile });
  return constrained(
    'balanced',
    constraints,
    (candidates, context) =>
      rankByScore(
        candidates,
        context,
        (candidate) => expectedTime(candidate, context, of, percentile),
        byMeasure,
        (candidate, time) => {
          const { estimatedCost = Number.POSITIVE_INFINITY, expected } = candidate;
          const wait = (perSecond * time) / chanceOf(candidate) / 1_000;
          return estimatedCost + wait + perFailure * expected.failure;
        },
      ),
    ['perSecond', 'perFailure', 'of', 'percentile'],
  );
}
