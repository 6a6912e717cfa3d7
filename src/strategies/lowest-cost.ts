import type { Strategy } from '../types/options/strategy.ts';
import { type Constraints, constrained } from './shared/constraints.ts';
import { byPrice, rankByScore } from './shared/rank-by-score.ts';

/**
 * The target at which this request is expected to cost least: by its own tokens, the length of the route's answers, the tier that
 * its size falls into, and what the target's prompt cache is expected to have of it. A `session` so stays where its prompt is
 * cached as long as that is cheaper. Targets of unknown price come last.
 *
 * @throws ConfigError for a constraint that is wrong
 * @example
 * createRouter({ targets, strategy: lowestCost({ maxFirstToken: 2_000 }) });
 */
export function lowestCost(constraints: Constraints = {}): Strategy {
  return constrained('lowestCost', constraints, (candidates, context) =>
    rankByScore(candidates, context, ({ estimatedCost }) => estimatedCost, byPrice),
  );
}
