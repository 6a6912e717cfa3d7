import type { Clock, Price } from 'signalbox';
import { perFailure, perSecond, type RequestPlan, slowdown, type TargetPlan, type World } from './worlds.ts';

/** How long a vendor keeps a prompt that it has seen. */
const keptFor = 300_000;
/** Milliseconds until a failing target, or one at its limit, has said so: half of this, on average. */
export const slowestRefusal = 100;

/** What is to be expected of a target for a request at a moment, by its laws and not by luck. */
export interface Expected {
  /** US$, for an answer of the usual length. */
  readonly cost: number;
  /** Seconds. */
  readonly firstToken: number;
  /** Odds that it fails. */
  readonly failure: number;
  /** Whether it takes requests at all. */
  readonly feasible: boolean;
}

/** What is true of a world at each moment, and what its vendors keep of what they have seen. */
export interface Truth {
  expect(target: TargetPlan, request: RequestPlan): Expected;
  /** Tokens of a request's prompt that a target has in its cache. */
  cached(target: TargetPlan, request: RequestPlan): number;
  /** The vendor takes a request in. */
  take(target: TargetPlan, request: RequestPlan): void;
  /** When a target at its limit takes requests again: milliseconds from now; `undefined` where it takes them now. */
  refused(target: TargetPlan): number | undefined;
  isOut(target: TargetPlan): boolean;
  /** How many times as long as by its law it takes now. */
  slowness(target: TargetPlan): number;
  priceOf(target: TargetPlan): Price;
}

/** What a request is worth in all, in US$: what it costs, the wait for its first token, and attempts that failed. */
export function scoreOf(cost: number, seconds: number, failures: number): number {
  return cost + perSecond * seconds + perFailure * failures;
}

/** What `tokens` of a prompt and the answer cost, where some of the prompt was in the cache. */
export function costOf(price: Price, tokens: number, cached: number, outputTokens: number): number {
  const { input, output = 0, cacheRead = input } = price;
  return ((tokens - cached) * input + cached * cacheRead + outputTokens * output) / 1_000_000;
}

export function truthOf(world: World, clock: Clock): Truth {
  const caches = new Map<string, { readonly tokens: number; readonly at: number }>();
  const taken = new Map<string, { readonly from: number; count: number }>();
  const keyOf = (target: TargetPlan, session: string): string => `${target.id} ${session}`;

  const cached: Truth['cached'] = (target, { session, inputTokens }) => {
    const seen = session === undefined ? undefined : caches.get(keyOf(target, session.id));
    return seen === undefined || clock.now() - seen.at > keptFor ? 0 : Math.min(seen.tokens, inputTokens);
  };
  const slowness: Truth['slowness'] = ({ swing, slow }) => {
    const now = clock.now();
    const day = 2 * Math.PI * (now / world.duration + (swing?.phase ?? 0));
    const usual = swing === undefined ? 1 : 1 + swing.by * Math.sin(day);
    return slow !== undefined && within(slow, now) ? slowdown * usual : usual;
  };
  const isOut: Truth['isOut'] = ({ out }) => out !== undefined && within(out, clock.now());
  const priceOf: Truth['priceOf'] = ({ price, later }) =>
    later !== undefined && clock.now() >= later.from ? later.price : price;

  /** The span of its limit that a target is in. */
  const spanOf = ({ id }: TargetPlan, span: number): { readonly from: number; count: number } => {
    const from = Math.floor(clock.now() / span) * span;
    const before = taken.get(id);
    if (before?.from === from) return before;
    const begun = { from, count: 0 };
    taken.set(id, begun);
    return begun;
  };
  const refused: Truth['refused'] = (target) => {
    if (target.limit === undefined) return undefined;
    const { requests, span } = target.limit;
    const { from, count } = spanOf(target, span);
    return count < requests ? undefined : from + span - clock.now();
  };

  return {
    cached,
    slowness,
    isOut,
    priceOf,
    refused,
    take(target, { session, inputTokens }) {
      if (target.limit !== undefined) spanOf(target, target.limit.span).count += 1;
      if (session !== undefined)
        caches.set(keyOf(target, session.id), { tokens: inputTokens, at: clock.now() });
    },
    expect(target, request) {
      const fromCache = cached(target, request);
      const reading = (target.reading * (request.inputTokens - fromCache)) / 1_000;
      return {
        cost: costOf(priceOf(target), request.inputTokens, fromCache, world.usualOutput),
        firstToken: (slowness(target) * (target.law.mean + reading)) / 1_000,
        failure: target.errorRate,
        feasible: !isOut(target) && refused(target) === undefined,
      };
    },
  };
}

function within({ from, to }: { readonly from: number; readonly to: number }, now: number): boolean {
  return now >= from && now < to;
}
