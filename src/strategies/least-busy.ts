import type { Strategy } from '../types/options/strategy.ts';
import { type Constraints, constrained } from './shared/constraints.ts';

/**
 * The target at which this process has fewest requests under way; of several such, any.
 *
 * @throws ConfigError for a constraint that is wrong
 * @example
 * createRouter({ targets, strategy: leastBusy() });
 */
export function leastBusy(constraints: Constraints = {}): Strategy {
  return constrained('leastBusy', constraints, (candidates, { random }) =>
    candidates
      .map((candidate) => ({ candidate, lot: random() }))
      .toSorted((a, b) => a.candidate.stats.inFlight - b.candidate.stats.inFlight || a.lot - b.lot)
      .map(({ candidate }) => candidate),
  );
}
