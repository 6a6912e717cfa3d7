import type { Strategy } from '../types/options/strategy.ts';
import { type Constraints, constrained } from './shared/constraints.ts';
import { draw } from './weighted.ts';

/**
 * By chance, and the more likely the cheaper: a target at a third of the price comes first nine times as often (OpenRouter's
 * documented default, openrouter.ai, "Provider Routing"). The price is what this request is expected to cost. Targets of unknown
 * price come last.
 *
 * @throws ConfigError for a constraint that is wrong
 * @example
 * createRouter({ targets, strategy: inverseSquarePrice() });
 */
export function inverseSquarePrice(constraints: Constraints = {}): Strategy {
  return constrained('inverseSquarePrice', constraints, (candidates, { random }) => {
    // Relative to the cheapest, so that no price is too small to be squared.
    const prices = candidates.map(({ estimatedCost = 0 }) => estimatedCost).filter((price) => price > 0);
    const cheapest = Math.min(...prices);
    return draw(candidates, random, ({ estimatedCost }) => {
      if (estimatedCost === undefined) return 0;
      return estimatedCost === 0 ? Number.POSITIVE_INFINITY : (cheapest / estimatedCost) ** 2;
    });
  });
}
