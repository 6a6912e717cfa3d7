import type { ProviderError } from '../errors.ts';
import type { BreakerLimits } from '../health/breaker.ts';
import type { Holds } from '../health/health.ts';
import type { Consequence } from './consequence.ts';
import type { Passes } from './permit.ts';
import type { Channel } from './target.ts';

/** Books a failure where it belongs; says whether it speaks against the target. */
export function blame(
  { target, key, holds }: Channel,
  passes: Passes,
  error: ProviderError,
  consequence: Consequence,
  limits: BreakerLimits | false,
  now: number,
): boolean {
  const { endpoint } = key;
  const counts = consequence.health === 'failure' && limits !== false;
  const wide = error.scope === 'key' || error.scope === 'endpoint';
  if (counts && wide) endpoint.breaker.failure(passes.shared, now, limits);
  if (counts && !wide) target.breaker.failure(passes.own, now, limits);
  if (consequence.health === 'exhausted') {
    const held = error.scope === 'key' ? key.holds : error.scope === 'endpoint' ? endpoint.holds : holds;
    leaveAlone(held, 'exhaustedUntil', now + (error.retryAfter ?? consequence.pause));
  }
  if (consequence.health === 'quarantine') {
    const held =
      error.scope === 'key' ? key.holds : error.scope === 'endpoint' ? endpoint.holds : target.holds;
    leaveAlone(held, 'quarantinedUntil', now + consequence.pause);
  }
  return consequence.health !== 'nothing';
}

// Only ever later: a second, shorter word from a vendor must not bring a target back too early.
function leaveAlone(held: Holds, what: keyof Holds, until: number): void {
  held[what] = Math.max(held[what], until);
}
