import type { Random } from '../types/clock.ts';
import type { Health } from '../types/strategy.ts';
import { type Breaker, breaker } from './breaker.ts';

/**
 * What is known of the health of one thing that can fail: a deployment (one target), or the key and endpoint that the
 * targets of one provider object share. A breaker counts failures; `exhausted` and `quarantined` are told, not counted.
 * Times are monotonic milliseconds.
 */
export interface HealthUnit {
  readonly breaker: Breaker;
  /** The vendor said to come back then. Only ever moves later. */
  exhaustedUntil: number;
  /** Key, model or address is wrong; looked at again then. */
  quarantinedUntil: number;
}

export function healthUnit(random: Random): HealthUnit {
  return { breaker: breaker(random), exhaustedUntil: 0, quarantinedUntil: 0 };
}

/** The state of a target under several units, and until when; the worst one counts. */
export function healthOf(
  units: readonly HealthUnit[],
  now: number,
): { state: Health; until: number | undefined } {
  const quarantined = latest(units.map((unit) => unit.quarantinedUntil));
  if (quarantined > now) return { state: 'quarantined', until: quarantined };
  const exhausted = latest(units.map((unit) => unit.exhaustedUntil));
  if (exhausted > now) return { state: 'exhausted', until: exhausted };
  const states = units.map((unit) => unit.breaker.state(now));
  if (states.includes('open')) {
    return { state: 'open', until: latest(units.map((unit) => unit.breaker.until)) };
  }
  return { state: states.includes('half-open') ? 'half-open' : 'closed', until: undefined };
}

function latest(times: readonly number[]): number {
  return Math.max(...times);
}
