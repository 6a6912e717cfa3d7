import type { Candidate, Strategy } from 'signalbox';
import { costOf, scoreOf, slowestRefusal, type Truth } from './truth.ts';
import type { RequestPlan, TargetPlan, World } from './worlds.ts';

/** What an oracle wants least of: all that counts, or only the time to the first token. */
export type Wish = 'worth' | 'speed';

/** Half of the longest, in seconds. */
const usualRefusal = slowestRefusal / 2_000;

/**
 * Knows what is true of each target at each moment: what this request is expected to cost there and how long it takes, how often it
 * fails, and whether it takes requests now. Of a conversation it knows how it goes on. It does not know how a request turns out.
 */
export function oracle(world: World, truth: Truth, wish: Wish): Strategy {
  return {
    name: 'oracle',
    rank(candidates, { metadata }) {
      const request = world.requests[Number(metadata['request'])];
      if (request === undefined) throw new Error('a request that is not of this world');
      const values = valuesOf(world, truth, request, wish);
      const value = ({ target }: Candidate): number => values.get(target.id) ?? Number.POSITIVE_INFINITY;
      return candidates.toSorted((a, b) => value(a) - value(b));
    },
  };
}

/** The targets that a request costs least at, of those that take it now and have not failed it. */
export function cheapest(
  world: World,
  truth: Truth,
  request: RequestPlan,
  failed: ReadonlySet<string>,
): ReadonlySet<string> {
  const costs = world.targets.flatMap((target) => {
    const { cost, feasible } = truth.expect(target, request);
    return feasible && !failed.has(target.id) ? [{ id: target.id, cost }] : [];
  });
  const least = Math.min(...costs.map(({ cost }) => cost));
  // What differs by less than that are errors of rounding.
  return new Set(costs.filter(({ cost }) => cost <= least * (1 + 1e-9)).map(({ id }) => id));
}

/** What a request, and what follows it in its conversation, is expected to come to at each target. */
function valuesOf(world: World, truth: Truth, request: RequestPlan, wish: Wish): ReadonlyMap<string, number> {
  const ways = world.targets.map((target) => ({ target, ...truth.expect(target, request) }));
  const worth = (cost: number, seconds: number, failures: number): number =>
    wish === 'speed' ? seconds : scoreOf(cost, seconds, failures);
  const values = new Map<string, number>();
  for (const { target, cost, firstToken, failure, feasible } of ways) {
    if (!feasible) continue;
    const own = worth(cost, firstToken, 0);
    const others = ways.filter((other) => other.feasible && other.target !== target);
    const next = Math.min(...others.map((other) => worth(other.cost, other.firstToken, 0)));
    const failed = worth(0, usualRefusal, 1) + (Number.isFinite(next) ? next : own);
    values.set(
      target.id,
      (1 - failure) * own + failure * failed + future(world, truth, request, target, worth),
    );
  }
  return values;
}

/** What the rest of a conversation comes to at best, if this turn goes to a target and all others to one and the same. */
function future(
  world: World,
  truth: Truth,
  request: RequestPlan,
  now: TargetPlan,
  worth: (cost: number, seconds: number, failures: number) => number,
): number {
  const rest = request.session?.rest ?? [];
  if (rest.length === 0) return 0;
  const ways = world.targets.map((target) => {
    let cached = target === now ? request.inputTokens : truth.cached(target, request);
    let sum = 0;
    for (const tokens of rest) {
      const seconds = (target.law.mean + (target.reading * (tokens - cached)) / 1_000) / 1_000;
      sum += worth(
        costOf(truth.priceOf(target), tokens, cached, world.usualOutput),
        seconds,
        target.errorRate,
      );
      cached = tokens;
    }
    return sum;
  });
  return Math.min(...ways);
}
