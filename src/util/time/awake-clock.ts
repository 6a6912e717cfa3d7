import type { Clock } from '../../types/clock.ts';
import { ownsTimers } from '../runtime.ts';
import { catchUp, maxDelay, ownStall, systemClock } from './clock.ts';

/**
 * The clock for all waits: it stops while the process is blocked, suspended or collecting garbage, so that
 * frozen time counts for no timeout and no verdict on a target.
 */
export interface AwakeClock extends Pick<Clock, 'after'> {
  /**
   * Monotonic milliseconds during which the process ran. Not comparable to `Clock.now()`.
   *
   * @param reading a current reading of the clock, to save another one
   */
  now(reading?: number): number;
  /**
   * The same for per-token use: as cheap as reading a number, up to 25 ms ahead, never behind while the
   * process runs.
   */
  rough(): number;
}

/** Milliseconds between heartbeats, which run while something waits. */
const beat = 25;

/**
 * Created once per router, because it has state. A custom clock handles process stalls itself. If the runtime
 * can throttle timers, a throttled timer cannot be distinguished from a process stall.
 */
export function awakeClock(clock: Clock): AwakeClock {
  if (clock === systemClock && ownsTimers()) return beatingClock();
  const now = clock.awake ?? clock.now;
  return { now, rough: now, after: clock.after };
}

function beatingClock(): AwakeClock {
  /** When the process last ran, by `performance.now()`, like all times here. */
  let seenAt = 0;
  /** Milliseconds during which the process stood still. */
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
      let isLate = false;
      const fire = (): void => {
        if (!isLate && performance.now() - due > ownStall) {
          isLate = true;
          timer = setTimeout(fire, catchUp);
          return;
        }
        pending -= 1;
        timer = undefined;
        run();
      };
      let timer: ReturnType<typeof setTimeout> | undefined = setTimeout(fire, ms);
      return () => {
        if (timer === undefined) return;
        pending -= 1;
        clearTimeout(timer);
        timer = undefined;
      };
    },
  };
}
