import type { Clock } from '../types/clock.ts';

/** A clock that stands still until it is told to go on. */
export interface VirtualClock extends Clock {
  /**
   * Moves time on by `ms`, running each timer at its moment and letting all that follows from it happen, as far as it
   * needs no real input or output.
   */
  advance(ms: number): Promise<void>;
  /** Moves time to the next timer and runs it; `false` where there is none. */
  next(): Promise<boolean>;
  /** How many timers are waiting. */
  readonly timers: number;
}

/**
 * A clock for tests: no waiting, and every run alike.
 *
 * @param start milliseconds since 1970 at which `date()` begins. Default: 2026-01-01.
 * @example
 * const clock = virtualClock();
 * const router = createRouter({ targets, clock });
 * const answer = router.chat({ prompt: 'hi' });
 * await clock.advance(30_000); // its first target's time-out passes
 */
export function virtualClock(start: number = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = 0;
  let order = 0;
  const timers = new Map<number, { readonly at: number; readonly run: () => void }>();

  const earliest = (): number | undefined => {
    let best: number | undefined;
    for (const [id, timer] of timers) {
      const current = best === undefined ? undefined : timers.get(best);
      if (current === undefined || timer.at < current.at) best = id;
    }
    return best;
  };

  // Promise reactions run before the next macrotask, so one turn of the event loop lets them all happen.
  const settle = (): Promise<void> =>
    new Promise((resolve) => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        channel.port1.close();
        resolve();
      };
      channel.port2.postMessage(undefined);
    });

  const fire = async (id: number): Promise<void> => {
    const timer = timers.get(id);
    if (timer === undefined) return;
    timers.delete(id);
    now = Math.max(now, timer.at);
    timer.run();
    await settle();
  };

  return {
    now: () => now,
    date: () => start + now,
    after(ms, run) {
      if (ms === Number.POSITIVE_INFINITY) return () => {};
      const id = order++;
      timers.set(id, { at: now + Math.max(0, ms), run });
      return () => {
        timers.delete(id);
      };
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (let id = earliest(); id !== undefined; id = earliest()) {
        if ((timers.get(id)?.at ?? 0) > end) break;
        await fire(id);
      }
      now = end;
    },
    async next() {
      await settle();
      const id = earliest();
      if (id === undefined) return false;
      await fire(id);
      return true;
    },
    get timers() {
      return timers.size;
    },
  };
}
