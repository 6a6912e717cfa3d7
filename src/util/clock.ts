import type { Clock } from '../types/clock.ts';
import type { Signal } from './abort.ts';
import { nodeProcess } from './runtime.ts';

/** The longest delay that timers can hold; a longer one would fire at once. */
const maxDelay = 2 ** 31 - 1;

/** A timer that fires later than this does so because the process itself stood still: blocked, or collecting garbage. */
const ownStall = 50;
/** Then what has arrived meanwhile is read first, so that nobody is blamed for an answer that lies here unread. */
const catchUp = 20;

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

/** How far ahead of the clock a rough reading may be. */
const roughly = 25;

/**
 * Readings for what happens with every token: no dearer than reading a number, and up to 25 ms ahead of the clock, never behind it
 * as long as the process does not stand still. A clock other than the runtime's is read itself, and so is the runtime's where a
 * timer may not come: browsers hold back those of hidden pages, and Cloudflare Workers drops those of a request that is over.
 */
export function roughClock(clock: Clock): () => number {
  if (clock !== systemClock || nodeProcess() === undefined || 'window' in globalThis) return clock.now;
  let reading = 0;
  let ticking = false;
  let used = false;
  // Ends by itself when nobody has read for as long.
  const tick = (): void => {
    reading = performance.now() + roughly;
    ticking = used;
    used = false;
    if (ticking) start();
  };
  const start = (): void => {
    const timer: { unref?: () => void } | number = setTimeout(tick, roughly);
    if (typeof timer === 'object') timer.unref?.(); // on Node it would keep the process alive
  };
  return () => {
    used = true;
    if (ticking) return reading;
    ticking = true;
    reading = performance.now() + roughly;
    start();
    return reading;
  };
}

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
