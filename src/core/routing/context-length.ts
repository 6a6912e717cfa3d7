import type { RouterContext } from '../context.ts';
import type { Target } from '../targets/target.ts';

/** The most tokens that a character is estimated as. */
export const mostTokens = 3;

/** What fits the context of practically every model. */
export const smallContext = 8_192;

/** Maximum tokens of input and output together, if known. */
export function contextLengthOf(target: Target, env: RouterContext): number | undefined {
  return target.capabilities.contextLength ?? env.prices.contextLengthOf(target);
}
