import type { ProviderError } from '../../errors.ts';
import type { Cooldowns } from '../../health/cooldowns.ts';
import { confirms } from '../../health/unclear-refusal.ts';
import type { Usage } from '../../types/result/usage.ts';
import { defaultBreaker } from '../options/policies.ts';
import type { RequestState } from '../request.ts';
import type { Channel } from '../targets/target.ts';
import type { FailurePolicy } from './failure-policy.ts';
import { contentOf } from './request-content.ts';
import type { BreakerTickets } from './reservation.ts';

/** Timing of a complete answer, in monotonic milliseconds. */
export interface AnswerTimes {
  readonly startedAt: number;
  readonly firstTokenAt: number | undefined;
  readonly now: number;
}

/** Learns from a complete answer: health, speed, and answer length. */
export function recordSuccess(
  channel: Channel,
  passes: BreakerTickets,
  { env, route, session, operation }: RequestState,
  usage: Usage,
  { startedAt, firstTokenAt, now }: AnswerTimes,
): void {
  const { target, key, adaptive, places } = channel;
  adaptive.succeeded(places.taken);
  channel.unclearRefusal = undefined;
  target.odds.add(false, now);
  const limits = route.policies.breaker || defaultBreaker;
  target.breaker.success(passes.own, now, limits);
  key.endpoint.breaker.success(passes.shared, now, limits);
  const outputTokens = operation.measuredAs === undefined ? undefined : usage.outputTokens;
  const firstToken = firstTokenAt === undefined ? undefined : firstTokenAt - startedAt;
  target.stats.end(now, { sample: { total: now - startedAt, firstToken, outputTokens } });
  if (outputTokens !== undefined) route.outputs.add(target.id, outputTokens, now);
  env.caches.note(session, target.id, usage, now);
}

/** Records a failure where it belongs. Returns whether it counts against the target. */
export function recordFailure(
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
  const counts = policy.health === 'failure' && limits !== false;
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
