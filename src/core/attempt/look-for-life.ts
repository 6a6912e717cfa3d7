import type { AttemptSlot } from '../failover/race.ts';
import { leastWait } from '../options/policies.ts';
import type { RequestState } from '../request.ts';
import type { Target } from '../targets/target.ts';
import { responseTimeout } from './adaptive-timeouts.ts';

/** The timer of an attempt. */
interface Timer {
  readonly request: RequestState;
  readonly target: Target;
  readonly slot: AttemptSlot;
  readonly aliveAt: number;
  readonly cause: 'doubt' | 'silence';
  isOverdue: boolean;
}

/**
 * Asks another target as well where an attempt has shown no sign of life for too long. Returns after how many milliseconds to look
 * again.
 */
export function lookForLife(timer: Timer, now: number): number {
  const { request, target, slot } = timer;
  const { env, timeout, timeLeft } = request;
  const limit = timeout.response ?? responseTimeout(target, request, env.clock.now());
  const silence = now - timer.aliveAt;
  const most = timeout.response ?? (silence + timeLeft) / 2;
  const left = Math.min(limit, most) - silence;
  if (left >= leastWait) return left;
  timer.isOverdue = true;
  // With little time left, an attempt that takes its usual time has not failed.
  const summary = `no sign of life within timeout.response = ${Math.round(limit)} ms`;
  slot.overdue(limit > most ? undefined : summary, timer.cause);
  return limit;
}
