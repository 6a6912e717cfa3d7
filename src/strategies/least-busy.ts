import type { Strategy } from '../types/options/strategy.ts';
import { chanceOf } from './shared/by-figure.ts';
import { type Constraints, constrained } from './shared/constraints.ts';

/** Differences in failure rate below this are considered chance. */
const step = 0.1;

/**
 * Prefers the fewest requests in flight from this process, relative to the success rate; ties are broken at
 * random. Without the success rate, a target that fails fast would get all requests.
 *
 * @throws ConfigError for an invalid constraint
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
