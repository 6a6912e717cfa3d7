import type { Clock } from '../../types/clock.ts';
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

/** A monotonic moment as milliseconds since 1970, for those outside. */
export function toEpoch(moment: number, clock: Clock): number {
  return Math.round(clock.date() + moment - clock.now());
}

/**
 * Runs something again and again, never twice at a time, without keeping the process alive. Returns what ends it.
 *
 * @param onError gets what it throws; it goes on
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
