import type { Clock } from '../../types/clock.ts';
import { ownsTimers } from '../runtime.ts';
import { catchUp, maxDelay, ownStall, systemClock } from './clock.ts';

/**
 * The clock of everything that is waited for: it stands still while the process does (blocked, suspended, collecting garbage), so
 * that frozen time counts for no timeout and for no verdict on a target.
 */
export interface AwakeClock extends Pick<Clock, 'after'> {
  /**
   * Monotonic milliseconds in which the process ran. No moment of `Clock.now()`.
   *
   * @param reading of the clock, taken just now: it saves another one
   */
  now(reading?: number): number;
  /**
   * The same for what happens with every token: as cheap as reading a number, and up to 25 ms ahead, never behind while the process
   * runs.
   */
  rough(): number;
}

/** Milliseconds between two beats: how often it is noticed that the process runs, while something is waited for. */
const beat = 25;

/**
 * Made once per router, because it has state. A clock other than the runtime's knows by itself when it stood still; and where timers
 * are not the process's own, nothing tells one that was held back from one that came late because the process stood still.
 */
export function awakeClock(clock: Clock): AwakeClock {
  if (clock === systemClock && ownsTimers()) return beatingClock();
  const now = clock.awake ?? clock.now;
  return { now, rough: now, after: clock.after };
}

function beatingClock(): AwakeClock {
  /** When the process was last known to run; `performance.now()`, as all moments here. */
  let seenAt = 0;
  /** Milliseconds in which it did not. */
  let frozen = 0;
  let pending = 0;
  let beating = false;
  let reading = 0;
  let wasRead = false;

  const now = (moment = performance.now()): number => {
    if (beating) {
      const gap = moment - seenAt;
      seenAt = moment;
      if (gap > beat + ownStall) frozen += gap - beat;
    }
    return moment - frozen;
  };
  const start = (): void => {
    if (!beating) seenAt = performance.now();
    beating = true;
    reading = seenAt - frozen + beat;
    const timer: { unref?: () => void } | number = setTimeout(tick, beat);
    if (typeof timer === 'object') timer.unref?.(); // on Node it would keep the process alive
  };
  const tick = (): void => {
    now();
    beating = pending > 0 || wasRead;
    wasRead = false;
    if (beating) start();
  };

  return {
    now,
    rough() {
      wasRead = true;
      if (!beating) start();
      return reading;
    },
    after(ms, run) {
      if (ms > maxDelay) return () => {};
      const due = performance.now() + ms;
      pending += 1;
      if (!beating) start();
      const expire = (): void => {
        pending -= 1;
        timer = undefined;
        run();
      };
      let timer: ReturnType<typeof setTimeout> | undefined = setTimeout(() => {
        if (performance.now() - due > ownStall) timer = setTimeout(expire, catchUp);
        else expire();
      }, ms);
      return () => {
        if (timer === undefined) return;
        pending -= 1;
        clearTimeout(timer);
        timer = undefined;
      };
    },
  };
}
