import type { AttemptEndEvent, Candidate, Strategy } from 'signalbox';
import type { Truth } from './truth.ts';
import type { World } from './worlds.ts';

/** A strategy at work, and what it learns by itself from attempts that end. */
export interface Player {
  readonly strategy: Strategy;
  learn?(event: AttemptEndEvent, now: number): void;
}

/** Makes a player for one world. All but the oracle know nothing of it. */
export type MakePlayer = (world: World, truth: Truth) => Player;

/** Any order. */
export const random = (): Player => ({
  strategy: { name: 'random', rank: (candidates, context) => shuffled(candidates, context.random) },
});

/** Each in its turn. */
export const roundRobin = (): Player => {
  let turn = 0;
  return {
    strategy: {
      name: 'roundRobin',
      rank(candidates) {
        const first = turn++ % Math.max(1, candidates.length);
        return [...candidates.slice(first), ...candidates.slice(0, first)];
      },
    },
  };
};

/**
 * LiteLLM's `latency-based-routing` (`router_strategy/lowest_latency.py`): the mean of a deployment's last ten times to the first
 * token, each kept for an hour; a time-out counts as 1,000 seconds, one that was never measured as 0; no buffer, ties by chance.
 */
export const liteLlmLatency = (): Player => {
  const kept = 10;
  const ttl = 3_600_000;
  const afterTimeout = 1_000_000;
  const times = new Map<string, { readonly ms: number; readonly at: number }[]>();
  const meanOf = (id: string, now: number): number => {
    const list = (times.get(id) ?? []).filter(({ at }) => now - at <= ttl);
    return list.length === 0 ? 0 : list.reduce((sum, { ms }) => sum + ms, 0) / list.length;
  };
  return {
    strategy: {
      name: 'LiteLLM latency',
      rank: (candidates, context) =>
        sortedBy(shuffled(candidates, context.random), ({ target }) => meanOf(target.id, context.now)),
    },
    learn({ target, outcome, firstToken, error }, now) {
      const timedOut = outcome === 'failed' && error?.kind === 'timeout';
      if (outcome !== 'success' && !timedOut) return;
      const list = times.get(target) ?? [];
      list.push({ ms: timedOut ? afterTimeout : (firstToken ?? 0), at: now });
      times.set(target, list.slice(-kept));
    },
  };
};

/**
 * LiteLLM's `cost-based-routing` (`router_strategy/lowest_cost.py`): the least sum of the price of an input token and that of an
 * output token, whatever the request's own tokens; US$ 5 a token for each that is not known.
 */
export const liteLlmCost = (): Player => {
  const unknown = 5_000_000;
  return {
    strategy: {
      name: 'LiteLLM cost',
      rank: (candidates) =>
        sortedBy(
          candidates,
          ({ target: { price } }) => (price?.input ?? unknown) + (price?.output ?? unknown),
        ),
    },
  };
};

/**
 * OpenRouter's documented default ("Provider Routing"): first those without a significant outage in the last 30 seconds, drawn by
 * the inverse square of their price; the others come after. What is significant is not said: here, half of at least four
 * attempts. Nor is what the price of a request is: here, the sum of the two rates.
 */
export const openRouter = (): Player => {
  const span = 30_000;
  const fewest = 4;
  const attempts = new Map<string, { readonly failed: boolean; readonly at: number }[]>();
  const recent = (id: string, now: number) => (attempts.get(id) ?? []).filter(({ at }) => now - at <= span);
  const stable = (id: string, now: number): boolean => {
    const list = recent(id, now);
    return list.length < fewest || list.filter(({ failed }) => failed).length * 2 < list.length;
  };
  return {
    strategy: {
      name: 'OpenRouter',
      rank(candidates, context) {
        const drawn = candidates.map((candidate) => {
          const { input = 0, output = 0 } = candidate.target.price ?? {};
          // Weighted sampling without replacement, by the logarithm of u^(1/weight).
          const key = -Math.log(1 - context.random()) * (input + output) ** 2;
          return { candidate, key: stable(candidate.target.id, context.now) ? key : key + 1e9 };
        });
        return sortedBy(drawn, ({ key }) => key).map(({ candidate }) => candidate);
      },
    },
    learn({ target, outcome }, now) {
      if (outcome === 'abandoned') return;
      attempts.set(target, [...recent(target, now), { failed: outcome === 'failed', at: now }]);
    },
  };
};

export function sortedBy<T>(list: readonly T[], measure: (each: T) => number): readonly T[] {
  const measured = list.map((each) => ({ each, key: measure(each) }));
  return measured.sort((a, b) => (a.key === b.key ? 0 : a.key - b.key)).map(({ each }) => each);
}

export function shuffled(candidates: readonly Candidate[], chance: () => number): readonly Candidate[] {
  return sortedBy(candidates, () => chance());
}
