import type { Clock } from '../types/clock.ts';
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

/** Made once per router, because it has state. A clock other than the runtime's knows by itself when it stood still. */
export function awakeClock(clock: Clock): AwakeClock {
  if (clock === systemClock) return beatingClock();
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
  let stopBeat = (): void => {};
  let reading = 0;
  let wasRead = false;
  /** Whether timers are the process's own. Elsewhere they may end with a request, or be throttled in a hidden tab. */
  let reliable = true;

  const now = (moment = performance.now()): number => {
    if (beating) {
      const gap = moment - seenAt;
      seenAt = moment;
      if (gap > beat + ownStall) {
        if (!isHidden()) frozen += gap - beat;
        start(); // the timer that was missed may never come
      }
    }
    return moment - frozen;
  };
  const start = (): void => {
    stopBeat();
    if (!beating) seenAt = performance.now();
    beating = true;
    const timer: { unref?: () => void } | number = setTimeout(tick, beat);
    reliable = typeof timer === 'object';
    if (typeof timer === 'object') timer.unref?.(); // on Node it would keep the process alive
    stopBeat = () => clearTimeout(timer as number);
  };
  const tick = (): void => {
    beating = true;
    reading = now() + beat;
    stopBeat();
    beating = pending > 0 || wasRead;
    wasRead = false;
    if (beating) start();
  };

  return {
    now,
    rough() {
      if (!reliable) return now();
      wasRead = true;
      if (beating) return reading;
      start();
      reading = seenAt - frozen + beat;
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
        const moment = performance.now();
        if (moment - due > ownStall) {
          timer = setTimeout(expire, catchUp);
          return;
        }
        seenAt = moment; // the process runs, even if no beat comes
        expire();
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

/** A hidden tab's timers come a second apart or more, although the page runs. */
function isHidden(): boolean {
  const { document } = globalThis as { readonly document?: { readonly hidden?: boolean } };
  return document?.hidden === true;
}
