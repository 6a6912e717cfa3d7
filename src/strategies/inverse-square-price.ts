import type { Strategy } from '../types/options/strategy.ts';
import { type Constraints, constrained } from './shared/constraints.ts';
import { draw } from './weighted.ts';

/**
 * Weighted random order that favors low prices: a target at a third of the price comes first nine times as
 * often (OpenRouter's documented default, openrouter.ai, "Provider Routing"). The price is the expected cost
 * of this request. Targets of unknown price come last.
 *
 * @throws ConfigError for an invalid constraint
 * @example
 * createRouter({ targets, strategy: inverseSquarePrice() });
 */
export function inverseSquarePrice(constraints: Constraints = {}): Strategy {
  return constrained('inverseSquarePrice', constraints, (candidates, { random }) => {
    // Relative to the cheapest, so that squares do not underflow.
    const prices = candidates.map(({ estimatedCost = 0 }) => estimatedCost).filter((price) => price > 0);
    const cheapest = Math.min(...prices);
    // Free ones weigh infinitely much.
    return draw(candidates, random, ({ estimatedCost }) =>
      estimatedCost === undefined ? 0 : (cheapest / estimatedCost) ** 2,
    );
  });
}
