import type { Strategy } from '../types/strategy.ts';
import { bestFirst, byMeasure } from './best-first.ts';
import { type Constraints, constrained } from './constraints.ts';

/**
 * The target that gives most output tokens per second, as measured by this process. For long answers that somebody waits for.
 *
 * @throws ConfigError for a constraint that is wrong
 * @example
 * createRouter({ targets, strategy: highestThroughput({ maxPrice: { output: 5 } }) });
 */
export function highestThroughput(constraints: Constraints = {}): Strategy {
  return constrained('highestThroughput', constraints, (candidates, context) =>
    bestFirst(
      candidates,
      context,
      ({ expected: { throughput, failure } }) =>
        throughput === undefined ? undefined : 1 / Math.max(Number.MIN_VALUE, throughput * (1 - failure)),
      byMeasure,
    ),
  );
}
