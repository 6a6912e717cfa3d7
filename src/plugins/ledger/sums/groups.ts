import { fromNanos } from '../../shared/nanos.ts';
import type { LedgerDimension, LedgerGroup } from '../reading.ts';
import { latencyOf, type Slots } from './latency.ts';
import type { Measures } from './rollup.ts';

export type Key = LedgerGroup['key'];

/** A group in a query's result. */
export function toGroup(key: Key, sum: Readonly<Measures>, slots: Slots | undefined): LedgerGroup {
  const costs = [sum.cost_answer, sum.cost_failed, sum.cost_hedged, sum.cost_aborted, sum.cost_mirrored];
  return {
    key,
    requests: sum.requests,
    succeeded: sum.succeeded,
    failed: sum.failed,
    aborted: sum.aborted,
    failovers: sum.failovers,
    cached: sum.cached,
    attempts: sum.attempts,
    failedAttempts: sum.failed_attempts,
    hedges: sum.hedges,
    mirrors: sum.mirrors,
    unpriced: sum.unpriced,
    estimated: sum.estimated,
    tokens: {
      input: sum.input_tokens,
      output: sum.output_tokens,
      cacheRead: sum.cache_read_tokens,
      cacheWrite: sum.cache_write_tokens,
      reasoning: sum.reasoning_tokens,
    },
    promptCache: {
      hits: sum.prompt_cache_hits,
      misses: sum.prompt_cache_misses,
      saved: fromNanos(sum.prompt_cache_saved),
    },
    cost: {
      total: fromNanos(costs.reduce((total, each) => total + each, 0)),
      answer: fromNanos(sum.cost_answer),
      failed: fromNanos(sum.cost_failed),
      hedged: fromNanos(sum.cost_hedged),
      aborted: fromNanos(sum.cost_aborted),
      mirrored: fromNanos(sum.cost_mirrored),
      saved: fromNanos(sum.saved),
    },
    latency: slots === undefined ? undefined : latencyOf(slots),
  };
}

/** In the order of their keys; groups without a value come last. */
export function sortGroups(
  groups: readonly LedgerGroup[],
  by: readonly LedgerDimension[],
): readonly LedgerGroup[] {
  return groups.toSorted(({ key: a }, { key: b }) => {
    for (const name of by) {
      const [left, right] = [a[name] ?? null, b[name] ?? null];
      if (left === right) continue;
      if (left === null) return 1;
      if (right === null) return -1;
      return left < right ? -1 : 1;
    }
    return 0;
  });
}
