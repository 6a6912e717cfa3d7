import type { Clock } from '../types/clock.ts';
import type { Signal } from './abort.ts';

/** The longest delay that timers can hold; a longer one would fire at once. */
export const maxDelay = 2 ** 31 - 1;

/** A timer that fires later than this does so because the process itself stood still: blocked, or collecting garbage. */
export const ownStall = 50;
/** Then what has arrived meanwhile is read first, so that nobody is blamed for an answer that lies here unread. */
export const catchUp = 20;

/** The runtime's monotonic clock and timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  after(ms, run) {
    if (ms > maxDelay) return () => {}; // 24.8 days and more: no process waits for that
    const due = performance.now() + Math.max(0, ms);
    const fire = (): void => {
      if (performance.now() - due > ownStall) timer = setTimeout(run, catchUp);
      else run();
    };
    let timer = setTimeout(fire, Math.max(0, ms));
    return () => clearTimeout(timer);
  },
};

/** Waits `ms` milliseconds; ends at once, with the signal's reason, when it aborts. */
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
