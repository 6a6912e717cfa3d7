import type { ProviderError } from '../../errors.ts';
import type { BreakerLimits } from '../../health/breaker.ts';
import type { Cooldowns } from '../../health/cooldowns.ts';
import type { Usage } from '../../types/result/usage.ts';
import { defaultBreaker } from '../options/policies.ts';
import type { RequestState } from '../request.ts';
import type { Channel } from '../targets/target.ts';
import type { FailurePolicy } from './failure-policy.ts';
import type { BreakerTickets } from './reservation.ts';

/** How long a complete answer took. Monotonic milliseconds. */
export interface AnswerTimes {
  readonly startedAt: number;
  readonly firstTokenAt: number | undefined;
  readonly now: number;
}

/** Learns from a complete answer: the target works, and is as fast and as talkative as this. */
export function recordSuccess(
  { target, key, adaptive, places }: Channel,
  passes: BreakerTickets,
  { env, route, session, operation }: RequestState,
  usage: Usage,
  { startedAt, firstTokenAt, now }: AnswerTimes,
): void {
  adaptive.succeeded(places.taken);
  const limits = route.policies.breaker || defaultBreaker;
  target.breaker.success(passes.own, now, limits);
  key.endpoint.breaker.success(passes.shared, now, limits);
  const outputTokens = operation.measuredAs === undefined ? undefined : usage.outputTokens;
  const firstToken = firstTokenAt === undefined ? undefined : firstTokenAt - startedAt;
  target.stats.end(now, { sample: { total: now - startedAt, firstToken, outputTokens } });
  if (outputTokens !== undefined) route.outputs.add(target.id, outputTokens, now);
  env.caches.note(session, target.id, usage, now);
}

/** Books a failure where it belongs; says whether it speaks against the target. */
export function recordFailure(
  { target, key, holds }: Channel,
  passes: BreakerTickets,
  error: ProviderError,
  consequence: FailurePolicy,
  limits: BreakerLimits | false,
  now: number,
): boolean {
  const { endpoint } = key;
  const counts = consequence.health === 'failure' && limits !== false;
  const wide = error.scope === 'key' || error.scope === 'endpoint';
  if (counts && wide) endpoint.breaker.failure(passes.shared, now, limits);
  if (counts && !wide) target.breaker.failure(passes.own, now, limits);
  // A vendor that says when to come back is obeyed, whatever else the failure says about the target.
  const pause = error.retryAfter ?? (consequence.health === 'cooldown' ? consequence.pause : undefined);
  if (pause !== undefined && (consequence.health === 'cooldown' || consequence.health === 'failure')) {
    const held = error.scope === 'key' ? key.holds : error.scope === 'endpoint' ? endpoint.holds : holds;
    leaveAlone(held, 'exhaustedUntil', now + pause);
  }
  if (consequence.health === 'quarantine') {
    const held =
      error.scope === 'key' ? key.holds : error.scope === 'endpoint' ? endpoint.holds : target.holds;
    leaveAlone(held, 'quarantinedUntil', now + consequence.pause);
  }
  return consequence.health !== 'nothing';
}

// Only ever later: a second, shorter word from a vendor must not bring a target back too early.
function leaveAlone(held: Cooldowns, what: keyof Cooldowns, until: number): void {
  held[what] = Math.max(held[what], until);
}
