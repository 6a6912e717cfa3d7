import type { ProviderError } from '../../errors.ts';
import type { BreakerLimits } from '../../health/breaker.ts';
import type { Cooldowns } from '../../health/cooldowns.ts';
import type { Channel } from '../targets/target.ts';
import type { FailurePolicy } from './failure-policy.ts';
import type { BreakerTickets } from './reservation.ts';

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
