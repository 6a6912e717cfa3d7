import type { BreakerLimits } from '../../health/closed-breaker.ts';
import { type RetryBudget, retryBudget } from '../../limits/retry-budget.ts';
import type { CallOptions } from '../../types/options/call-options.ts';
import type {
  Accept,
  HedgePolicy,
  Interrupted,
  Policies,
  Priority,
  QueuePolicy,
  RetryPolicy,
} from '../../types/options/options.ts';
import type { Strategy } from '../../types/options/strategy.ts';
import type { Timeouts } from '../../types/options/timeouts.ts';
import { mergeDefined } from '../../util/merge.ts';
import { type FallbackRule, fallbackRule } from './fallback.ts';

/** Timeouts with defaults applied, except those that depend on the target. */
export type ResolvedTimeouts = Required<Omit<Timeouts, 'response' | 'firstToken' | 'idle'>> &
  Pick<Timeouts, 'response' | 'firstToken' | 'idle'>;

/** The policies of one route, with defaults applied. */
export interface ResolvedPolicies {
  readonly strategy: Strategy;
  readonly timeout: ResolvedTimeouts;
  /** Most attempts of a request, over all targets. Grows with the targets of its route, unless it is set. */
  maxAttempts: number;
  /** Whether `maxAttempts` is set. */
  readonly isCounted: boolean;
  readonly retry: Required<RetryPolicy>;
  /** The retries on the same target that are left, shared by all requests of the route. */
  readonly retries: RetryBudget;
  readonly breaker: BreakerLimits | false;
  readonly hedge: (Required<Pick<HedgePolicy, 'delay'>> & Pick<HedgePolicy, 'maxCost'>) | false;
  /** The hedges that are left, shared by all requests of the route. */
  readonly hedges: RetryBudget;
  readonly interrupted: Interrupted;
  readonly fallbackOn: FallbackRule;
  readonly accept: Accept | undefined;
  readonly lastResort: string | undefined;
}

/** The shortest timeout that is learned from many samples, in milliseconds. */
export const shortestLearned = 2_000;

/** Less time is rounding error, in milliseconds. */
export const leastWait = 1;

/** Priorities, highest first. */
export const priorities: readonly Priority[] = ['critical', 'normal', 'sheddable'];

const defaultTimeout: ResolvedTimeouts = {
  request: 600_000,
  attempt: 300_000,
  connect: 3_000,
  unread: 60_000,
};

const defaultRetry: Required<RetryPolicy> = {
  sameTarget: 1,
  prefer: 'another-target',
  minDelay: 250,
  maxDelay: 8_000,
  ratio: 0.2,
};

export const defaultBreaker: BreakerLimits = {
  consecutive: 5,
  failureRate: 0.5,
  openFor: 5_000,
  maxOpenFor: 60_000,
  probes: 3,
};

const defaultHedge: Exclude<ResolvedPolicies['hedge'], false> = { delay: 'p99' };
export const defaultQueue: Required<QueuePolicy> = { size: 1_000, maxWait: 30_000 };
/** Share of requests that may be sent twice. */
const usualHedges = 0.02;

/** The default of `maxAttempts` for a number of targets, or keys. */
export function attemptsFor(targets: number): number {
  return Math.max(3, targets + 1);
}

/** Merges the defaults, the router's policies and the route's, in that order; field by field where a policy has fields. */
export function resolvePolicies(
  router: Policies,
  route: Policies,
  fallbackStrategy: Strategy,
  targets: number,
): ResolvedPolicies {
  const retry = route.retry ?? router.retry;
  const breaker = route.breaker ?? router.breaker;
  const hedge = route.hedge ?? router.hedge ?? false;
  const retryBelow = mergeDefined(defaultRetry, router.retry === false ? undefined : router.retry);
  const breakerBelow = mergeDefined(defaultBreaker, router.breaker === false ? undefined : router.breaker);
  const retryPolicy =
    retry === false ? { ...retryBelow, sameTarget: 0 as const } : mergeDefined(retryBelow, retry);
  return {
    strategy: route.strategy ?? router.strategy ?? fallbackStrategy,
    timeout: mergeDefined(defaultTimeout, router.timeout, route.timeout),
    maxAttempts: route.maxAttempts ?? router.maxAttempts ?? attemptsFor(targets),
    isCounted: (route.maxAttempts ?? router.maxAttempts) !== undefined,
    retry: retryPolicy,
    retries: retryBudget({ share: retryPolicy.ratio, perSecond: 1, most: 100, first: 10 }),
    breaker: breaker === false ? false : mergeDefined(breakerBelow, breaker),
    hedge: hedge === false ? false : mergeDefined(defaultHedge, hedge),
    hedges: retryBudget({
      share: hedge === false ? 0 : (hedge.ratio ?? usualHedges),
      perSecond: 0,
      most: 5,
      first: 1,
    }),
    interrupted: route.interrupted ?? router.interrupted ?? 'error',
    fallbackOn: fallbackRule(route.fallbackOn ?? router.fallbackOn),
    accept: route.accept ?? router.accept,
    lastResort: (route.lastResort ?? router.lastResort) || undefined,
  };
}

/** The route's timeouts, overridden by the call's. A call that may wait in a batch is limited by its deadline only. */
export function timeoutsOver({ timeout, window }: CallOptions, routed: ResolvedTimeouts): ResolvedTimeouts {
  if (timeout === undefined && window === undefined) return routed;
  return mergeDefined(routed, window === undefined ? {} : { request: Number.POSITIVE_INFINITY }, timeout);
}

/** The route's hedge policy, overridden by the call's. */
export function hedgeOver(
  called: CallOptions['hedge'],
  routed: ResolvedPolicies['hedge'],
): ResolvedPolicies['hedge'] {
  if (called === undefined) return routed;
  return called === false ? false : mergeDefined(routed === false ? defaultHedge : routed, called);
}
