import type { Health } from '../types/options/strategy.ts';
import type { Breaker } from './closed-breaker.ts';

/**
 * Waits set by the vendor or by configuration errors, per deployment, key, endpoint, or key and deployment.
 * Monotonic milliseconds.
 */
export interface Cooldowns {
  /** End of the cooldown that the vendor asked for. Only moves later. */
  exhaustedUntil: number;
  /** When a wrong key, model or address is tried again. */
  quarantinedUntil: number;
}

export function cooldowns(): Cooldowns {
  return { exhaustedUntil: 0, quarantinedUntil: 0 };
}

/** A health state and its end, in monotonic milliseconds. */
export interface HealthNow {
  readonly state: Health;
  readonly until: number | undefined;
}

/** The worst state among the cooldowns and breakers that a target depends on. */
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
