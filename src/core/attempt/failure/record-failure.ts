import type { ProviderError } from '../../../errors.ts';
import type { Cooldowns } from '../../../health/cooldowns.ts';
import { confirms } from '../../../health/unclear-refusal.ts';
import type { AttemptSummary } from '../../../types/result/result.ts';
import { compact } from '../../../util/json.ts';
import type { RequestState } from '../../request.ts';
import type { Channel, Target } from '../../targets/target.ts';
import { targetHealth } from '../../targets/target-health.ts';
import { warn } from '../../targets/warn.ts';
import { guessOf } from '../billing/billing.ts';
import { type AttemptMeasures, responseOf } from '../billing/measures.ts';
import type { AnswerTimes } from '../record-outcome.ts';
import type { BreakerTickets } from '../reservation.ts';
import {
  billedOf,
  type FailurePolicy,
  failurePolicyOf,
  isAboutKey,
  isLasting,
  isStaleSocket,
} from './failure-policy.ts';
import { contentOf } from './request-content.ts';

/** What is known of a failed attempt besides its error. */
export interface FailedAttempt extends AnswerTimes {
  readonly passes: BreakerTickets;
  /** Whether the call brought its own key, which says nothing about the target's. */
  readonly isCallersKey: boolean;
}

/** A failure, once it has been recorded where it belongs. */
export interface RecordedFailure {
  /** Whether it counts against the target. */
  readonly counts: boolean;
  readonly outcome: Omit<AttemptSummary, 'target' | 'duration' | 'firstToken'>;
}

/** Records a failed attempt. `seen` is what is known of its answer. */
export function failureOf(
  request: RequestState,
  channel: Channel,
  error: ProviderError,
  seen: AttemptMeasures,
  { startedAt, firstTokenAt, now, passes, isCallersKey }: FailedAttempt,
): RecordedFailure {
  const { target } = channel;
  const { retry, fallbackOn } = request.route.policies;
  if (areTooMany(channel, error, now) && !isCallersKey)
    channel.adaptive.refused(channel.places.taken, startedAt, now);
  // A stale connection is not a failure if the request is resent; a target that repeats it is broken.
  const pardoned =
    isStaleSocket(error) &&
    retry.sameTarget > 0 &&
    !request.attempts.some(({ target: id, outcome }) => id === target.id && outcome === 'failed');
  const usual = failurePolicyOf(error, fallbackOn);
  const spared = pardoned || (isCallersKey && isAboutKey(error));
  const policy = spared ? ({ ...usual, health: 'nothing' } as const) : usual;
  const counts = recordFailure(channel, passes, error, policy, request, now);
  const billed = billedOf(error, firstTokenAt !== undefined);
  const { kind, status, vendorCode: code, limit } = error;
  return {
    counts,
    outcome: {
      outcome: 'failed',
      error: compact({ kind, status, code, limit }),
      ...(billed === 'no' ? {} : { ...responseOf(seen.response), ...guessOf(channel, request, seen) }),
      billed,
    },
  };
}

/** Prints why a target is out of service, where nothing listens to its health. */
export function warnOf({ env }: RequestState, target: Target, error: ProviderError, now: number): void {
  if (env.warned === undefined || env.events.subscribed.has('target-state')) return;
  if (isLasting(error) || targetHealth(target, now).state === 'failing') warn(env.warned, target.id, error);
}

/** Records a failure where it belongs. Returns whether it counts against the target. */
function recordFailure(
  channel: Channel,
  passes: BreakerTickets,
  error: ProviderError,
  policy: FailurePolicy,
  request: RequestState,
  now: number,
): boolean {
  const { target, key } = channel;
  const { endpoint } = key;
  const limits = request.route.policies.breaker;
  // It sheds some and keeps others, whose answers may take minutes.
  const takesOthers = lacksRoom(channel, error) && channel.places.taken > 1;
  const counts = policy.health === 'failure' && limits !== false && !takesOthers;
  const wide = error.scope === 'key' || error.scope === 'endpoint';
  if (counts && wide) endpoint.breaker.failure(passes.shared, now, limits);
  if (counts && !wide) target.breaker.failure(passes.own, now, limits);
  // A retry-after from the vendor always applies, whatever else the failure implies.
  const pause = error.retryAfter ?? (policy.health === 'cooldown' ? policy.pause : undefined);
  if (pause !== undefined && (policy.health === 'cooldown' || policy.health === 'failure'))
    leaveAlone(cooldownsOf(channel, error) ?? channel.holds, 'exhaustedUntil', now + pause);
  const unclear = isUnclear(error, policy);
  const confirmed = unclear && isConfirmed(channel, error, request, now);
  if (policy.health === 'quarantine')
    leaveAlone(misconfigured(channel, error), 'quarantinedUntil', now + policy.pause);
  if (confirmed) leaveAlone(channel.holds, 'quarantinedUntil', now + policy.pause);
  const against = policy.health !== 'nothing' || confirmed;
  if (against) target.odds.add(true, now);
  return against;
}

/** Whether fewer attempts at a time would have been accepted, as far as the vendor says. */
function areTooMany(channel: Channel, error: ProviderError, now: number): boolean {
  if (error.kind !== 'rate-limit') return error.kind === 'overloaded' && !lacksRoom(channel, error);
  const { limit, retryAfter } = error;
  if (retryAfter === undefined || limit === 'ramp' || limit === 'concurrency') return true;
  // The vendor names what it counts in a span of time.
  if (limit !== undefined) return false;
  // Places are free again when answers end. A vendor that asks for a longer wait counts in a span of time, too.
  const usual = channel.target.stats.usualDuration(now);
  return usual === undefined || retryAfter <= usual;
}

/** A vendor without room on a best-effort tier refuses everybody: our requests in flight are not the cause. */
function lacksRoom({ target }: Channel, { kind }: ProviderError): boolean {
  return kind === 'overloaded' && target.bestEffort;
}

/** Where a failure of a key or an endpoint is recorded. */
function cooldownsOf({ key }: Channel, { scope }: ProviderError): Cooldowns | undefined {
  if (scope === 'key') return key.holds;
  return scope === 'endpoint' ? key.endpoint.holds : undefined;
}

/** Where a misconfigured deployment is recorded: access belongs to one key, existence to all keys. */
function misconfigured(channel: Channel, error: ProviderError): Cooldowns {
  return cooldownsOf(channel, error) ?? (error.kind === 'auth' ? channel.holds : channel.target.holds);
}

/** A rejection that does not state its subject. */
function isUnclear({ kind, scope }: ProviderError, { health }: FailurePolicy): boolean {
  return health === 'nothing' && scope === 'request' && (kind === 'auth' || kind === 'not-found');
}

/** Whether the same rejection came before for a different request, with no success since. */
function isConfirmed(
  channel: Channel,
  { kind }: ProviderError,
  { request }: RequestState,
  now: number,
): boolean {
  const refusal = { kind, at: now, content: contentOf(request) };
  const before = channel.unclearRefusal;
  if (before !== undefined && confirms(refusal, before)) return true;
  channel.unclearRefusal = refusal;
  return false;
}

// Only ever extends: a shorter pause must not bring a target back too early.
function leaveAlone(held: Cooldowns, what: keyof Cooldowns, until: number): void {
  held[what] = Math.max(held[what], until);
}
