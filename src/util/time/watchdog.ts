import type { Clock } from '../../types/clock.ts';

/** A timer that is cheap to postpone: a number is updated, not a timer. */
export interface Watchdog {
  /** Expires in `ms` milliseconds unless postponed or paused. `now`, from the same clock, saves a reading. */
  watch(ms: number, now?: number): void;
  /** Does not expire until `watch` is called again. */
  pause(): void;
  stop(): void;
}

/** Tolerance in milliseconds: times are sums of fractions, and a shorter wait may not advance the clock. */
const rounding = 1e-6;

/** @param clock the clock of the wait; in a router, its awake clock */
export function watchdog(clock: Pick<Clock, 'now' | 'after'>, onExpire: () => void): Watchdog {
  let due = Number.POSITIVE_INFINITY;
  let scheduled = Number.POSITIVE_INFINITY;
  let cancel: (() => void) | undefined;

  const schedule = (now: number): void => {
    cancel?.();
    scheduled = due;
    cancel = due === Number.POSITIVE_INFINITY ? undefined : clock.after(due - now, check);
  };
  const check = (): void => {
    const now = clock.now();
    scheduled = Number.POSITIVE_INFINITY;
    if (due - now < rounding) onExpire();
    else if (due < Number.POSITIVE_INFINITY) schedule(now);
  };

  return {
    watch(ms, now = clock.now()) {
      due = now + ms;
      // A timer that fires too early is rescheduled; only one that would fire too late is replaced.
      if (scheduled > due) schedule(now);
    },
    pause() {
      due = Number.POSITIVE_INFINITY;
    },
    stop() {
      due = Number.POSITIVE_INFINITY;
      cancel?.();
    },
  };
}
