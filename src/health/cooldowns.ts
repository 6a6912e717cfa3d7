import type { Health } from '../types/options/strategy.ts';
import type { Breaker } from './breaker.ts';

/**
 * What somebody was told about when to be asked again, rather than what was counted: a deployment, a key, an endpoint, or a
 * key's share of a deployment. Monotonic milliseconds.
 */
export interface Cooldowns {
  /** The vendor said to come back then. Only ever moves later. */
  exhaustedUntil: number;
  /** Key, model or address is wrong; looked at again then. */
  quarantinedUntil: number;
}

export function cooldowns(): Cooldowns {
  return { exhaustedUntil: 0, quarantinedUntil: 0 };
}

/** A state, and until when; monotonic milliseconds. */
export interface HealthNow {
  readonly state: Health;
  readonly until: number | undefined;
}

/** The state of what hangs on several things that can be held back or break; the worst one counts. */
export function healthOf(held: readonly Cooldowns[], breakers: readonly Breaker[], now: number): HealthNow {
  let quarantined = 0;
  let exhausted = 0;
  for (const { quarantinedUntil, exhaustedUntil } of held) {
    quarantined = Math.max(quarantined, quarantinedUntil);
    exhausted = Math.max(exhausted, exhaustedUntil);
  }
  if (quarantined > now) return { state: 'misconfigured', until: quarantined };
  if (exhausted > now) return { state: 'cooling-down', until: exhausted };
  let state: Health = 'healthy';
  let until = 0;
  for (const breaker of breakers) {
    const own = breaker.state(now);
    if (own === 'open') {
      state = 'failing';
      until = Math.max(until, breaker.until);
    } else if (own === 'half-open' && state === 'healthy') state = 'recovering';
  }
  return { state, until: state === 'failing' ? until : undefined };
}
