import type { Clock } from '../../types/clock.ts';
import type { Signal } from './abort.ts';

/** Longest delay of runtime timers in milliseconds; a longer one would fire immediately. */
export const maxDelay = 2 ** 31 - 1;

/**
 * A timer that fires later than this, in milliseconds, indicates a stalled process: blocked or collecting
 * garbage.
 */
export const ownStall = 50;
/**
 * Milliseconds to read pending input after a stall before timeouts fire, so that unread answers do not count
 * as late.
 */
export const catchUp = 20;

/** The runtime's monotonic clock and timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  after(ms, run) {
    if (ms > maxDelay) return () => {}; // 24.8 days or more: no process waits that long
    const due = performance.now() + Math.max(0, ms);
    const fire = (): void => {
      if (performance.now() - due > ownStall) timer = setTimeout(run, catchUp);
      else run();
    };
    let timer = setTimeout(fire, Math.max(0, ms));
    return () => clearTimeout(timer);
  },
  // Between two timers the event loop polls once for input.
  afterInput(run) {
    setTimeout(() => setTimeout(run, 0), 0);
  },
};

/** Waits `ms` milliseconds; rejects with the signal's reason when it aborts. */
export function sleep(clock: Clock, ms: number, signal: Signal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Converts a monotonic time to epoch milliseconds. */
export function toEpoch(moment: number, clock: Clock): number {
  return Math.round(clock.date() + moment - clock.now());
}

/**
 * Runs a function repeatedly, never concurrently, without keeping the process alive. Returns a function that
 * stops it.
 *
 * @param onError receives its errors; repetition continues
 */
export function repeat(
  clock: Clock,
  ms: number,
  run: () => unknown,
  onError: (error: unknown) => void,
): () => void {
  let cancel = (): void => {};
  let over = false;
  const next = (): void => {
    if (over) return;
    cancel = clock === systemClock ? quietTimer(ms, tick) : clock.after(ms, tick);
  };
  const tick = (): void => {
    void Promise.resolve().then(run).catch(onError).then(next);
  };
  next();
  return () => {
    over = true;
    cancel();
  };
}

function quietTimer(ms: number, run: () => void): () => void {
  const timer: { unref?: () => void } | number = setTimeout(run, ms);
  if (typeof timer === 'object') timer.unref?.(); // on Node it would keep the process alive
  return () => clearTimeout(timer as number);
}
