import type { Strategy } from '../types/options/strategy.ts';
import { type Constraints, constrained } from './shared/constraints.ts';
import { byPrice, rankByScore } from './shared/rank-by-score.ts';

/**
 * Prefers the lowest expected cost of this request: its input tokens, the length of the route's answers, the
 * price tier, and the expected prompt cache hits. A `session` stays on the target that caches its prompt as
 * long as that is cheaper. Targets of unknown price come last.
 *
 * @throws ConfigError for an invalid constraint
 * @example
 * createRouter({ targets, strategy: lowestCost({ maxFirstToken: 2_000 }) });
 */
export function lowestCost(constraints: Constraints = {}): Strategy {
  return constrained('lowestCost', constraints, (candidates, context) =>
    rankByScore(candidates, context, ({ estimatedCost }) => estimatedCost, byPrice),
  );
}
