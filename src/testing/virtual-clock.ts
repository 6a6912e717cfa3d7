import type { Clock } from '../types/clock.ts';

interface Timer {
  readonly at: number;
  /** Of two at one moment the one that was set first comes first. */
  readonly order: number;
  readonly run: () => void;
}

// Taken now, so that a test runner which replaces timers later on does not stop this clock. Node's; browsers have none.
const { setImmediate: immediate } = globalThis as { readonly setImmediate?: (run: () => void) => unknown };

/**
 * One turn of the event loop. Promise reactions run before the next macrotask, however many follow from each other, so by then
 * all of them have happened. `setImmediate` is that for a tenth of the time that a channel takes.
 */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    if (immediate !== undefined) {
      immediate(resolve);
      return;
    }
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close(); // an open port would keep the process alive
      resolve();
    };
    channel.port2.postMessage(undefined);
  });
}

/** A clock that stands still until it is told to go on. */
export interface VirtualClock extends Clock {
  /**
   * Moves time on by `ms`, running each timer at its moment and letting all that follows from it happen, as far as it
   * needs no real input or output.
   */
  advance(ms: number): Promise<void>;
  /**
   * Moves time on by `ms` as if the process stood still: no timer runs. Those that are due by then run with the next `advance()`, late.
   */
  freeze(ms: number): void;
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
  let frozen = 0;
  let order = 0;
  // The next one is last, so that nothing moves when it is taken. To move numbers in an array is so cheap that a heap is no
  // faster before there are tens of thousands of timers.
  const timers: Timer[] = [];

  /** How many timers come after this one: its place in the list. */
  const placeOf = (wanted: Timer): number => {
    let low = 0;
    let high = timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const timer = timers[middle] ?? wanted;
      const later = timer.at === wanted.at ? timer.order > wanted.order : timer.at > wanted.at;
      if (later) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  const fire = async (timer: Timer): Promise<void> => {
    timers.pop();
    now = Math.max(now, timer.at);
    timer.run();
    await settle();
  };

  return {
    now: () => now,
    awake: () => now - frozen,
    date: () => start + now,
    after(ms, run) {
      if (ms === Number.POSITIVE_INFINITY) return () => {};
      const timer = { at: now + Math.max(0, ms), order: order++, run };
      timers.splice(placeOf(timer), 0, timer);
      return () => {
        const place = placeOf(timer);
        if (timers[place] === timer) timers.splice(place, 1);
      };
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (let timer = timers.at(-1); timer !== undefined && timer.at <= end; timer = timers.at(-1)) {
        await fire(timer);
      }
      now = end;
    },
    freeze(ms) {
      now += ms;
      frozen += ms;
    },
    async next() {
      await settle();
      const timer = timers.at(-1);
      if (timer === undefined) return false;
      await fire(timer);
      return true;
    },
    get timers() {
      return timers.length;
    },
  };
}
