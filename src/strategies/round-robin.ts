import type { Strategy } from '../types/options/strategy.ts';
import { type Constraints, constrained } from './shared/constraints.ts';

/**
 * Rotates through the targets, each equally often.
 *
 * @throws ConfigError for an invalid constraint
 * @example
 * createRouter({ targets, strategy: roundRobin() });
 */
export function roundRobin(constraints: Constraints = {}): Strategy {
  return constrained('roundRobin', constraints, (candidates, { turn }) => {
    const first = turn % Math.max(1, candidates.length);
    return [...candidates.slice(first), ...candidates.slice(0, first)];
  });
}
