import type { Strategy } from '../types/strategy.ts';

/**
 * The order in which the targets are written: the first that is well answers, the others stand by. The default.
 *
 * @example
 * createRouter({ targets, strategy: priority() });
 */
export function priority(): Strategy {
  return { name: 'priority', rank: (candidates) => candidates };
}
