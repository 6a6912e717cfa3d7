import type { Strategy } from '../types/options/strategy.ts';
import { type Constraints, constrained } from './shared/constraints.ts';

/**
 * The order in which the targets are written: the first that is well answers, the others stand by. The default.
 *
 * @throws ConfigError for a constraint that is wrong
 * @example
 * createRouter({ targets, strategy: priority({ tags: ['eu'] }) });
 */
export function priority(constraints: Constraints = {}): Strategy {
  return constrained('priority', constraints, (candidates) => candidates);
}
