import type { Strategy } from '../types/options/strategy.ts';
import { type Constraints, constrained } from './shared/constraints.ts';
import { chanceOf } from './shared/rank-by-score.ts';

/** Shares of failures that differ by less are taken for chance. */
const step = 0.1;

/**
 * The target at which this process has fewest requests under way for its chance of success; of several such, any. A target that
 * fails at once always has the fewest under way, and would get all requests.
 *
 * @throws ConfigError for a constraint that is wrong
 * @example
 * createRouter({ targets, strategy: leastBusy() });
 */
export function leastBusy(constraints: Constraints = {}): Strategy {
  return constrained('leastBusy', constraints, (candidates, { random }) =>
    candidates
      .map((candidate) => {
        const chance = Math.max(step / 2, Math.round(chanceOf(candidate) / step) * step);
        return { candidate, load: (candidate.stats.inFlight + 1) / chance, lot: random() };
      })
      .toSorted((a, b) => a.load - b.load || a.lot - b.lot)
      .map(({ candidate }) => candidate),
  );
}
