import type { Strategy } from '../types/options/strategy.ts';
import { type Constraints, constrained } from './shared/constraints.ts';
import { byMeasure, rankByScore } from './shared/rank-by-score.ts';

/**
 * The target that gives most output tokens per second, as measured by this process, with what is lost where it fails. For long
 * answers that somebody waits for.
 *
 * @throws ConfigError for a constraint that is wrong
 * @example
 * createRouter({ targets, strategy: highestThroughput({ maxPrice: { output: 5 } }) });
 */
export function highestThroughput(constraints: Constraints = {}): Strategy {
  return constrained('highestThroughput', constraints, (candidates, context) =>
    rankByScore(
      candidates,
      context,
      ({ expected: { throughput } }) =>
        throughput === undefined ? undefined : 1 / Math.max(Number.MIN_VALUE, throughput),
      byMeasure,
    ),
  );
}
