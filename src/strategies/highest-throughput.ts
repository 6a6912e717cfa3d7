import type { Strategy } from '../types/options/strategy.ts';
import { byFigure } from './shared/by-figure.ts';
import type { Constraints } from './shared/constraints.ts';

/**
 * Prefers the highest output tokens per second, as measured by this process and adjusted for failures. For
 * long answers that a user waits for.
 *
 * @throws ConfigError for an invalid constraint
 * @example
 * createRouter({ targets, strategy: highestThroughput({ maxPrice: { output: 5 } }) });
 */
export function highestThroughput(constraints: Constraints = {}): Strategy {
  return byFigure('highestThroughput', constraints, ({ expected: { throughput } }) =>
    throughput === undefined ? undefined : 1 / Math.max(Number.MIN_VALUE, throughput),
  );
}
