import type { Strategy } from '../types/options/strategy.ts';
import { type Constraints, constrained } from './shared/constraints.ts';
import { inOrder } from './shared/in-order.ts';

/**
 * Tries targets in the order in which they are declared; the first healthy one answers. The default.
 *
 * @throws ConfigError for an invalid constraint
 * @example
 * createRouter({ targets, strategy: priority({ tags: ['eu'] }) });
 */
export function priority(constraints: Constraints = {}): Strategy {
  return constrained('priority', constraints, inOrder.rank, {}, inOrder.first);
}
