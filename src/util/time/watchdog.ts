import type { Clock } from '../../types/clock.ts';

/** One timer that is put off again and again, at the price of a number rather than of a timer each time. */
export interface Watchdog {
  /** Expires `ms` milliseconds from now, unless put off or paused. `now`, of the same clock, saves asking it once more. */
  watch(ms: number, now?: number): void;
  /** Does not expire until it is watching again. */
  pause(): void;
  stop(): void;
}

/** Milliseconds: moments are sums of fractions, and a wait shorter than this may not advance a clock at all. */
const rounding = 1e-6;

/** @param clock of what is waited for: in a router its `awake` */
export function watchdog(clock: Pick<Clock, 'now' | 'after'>, onExpire: () => void): Watchdog {
  let due = Number.POSITIVE_INFINITY;
  let scheduled = Number.POSITIVE_INFINITY;
  let cancel = (): void => {};

  const schedule = (now: number): void => {
    cancel();
    scheduled = due;
    cancel = due === Number.POSITIVE_INFINITY ? () => {} : clock.after(due - now, check);
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
      // A timer that fires too early looks again; only one that would fire too late is replaced.
      if (scheduled > due) schedule(now);
    },
    pause() {
      due = Number.POSITIVE_INFINITY;
    },
    stop() {
      due = Number.POSITIVE_INFINITY;
      cancel();
    },
  };
}
