import type { Clock } from '../types/clock.ts';

interface Timer {
  readonly at: number;
  /** Order among timers of one moment: the order in which they were set. */
  readonly order: number;
  readonly run: () => void;
}

// Captured now, so that a test runner that replaces timers later does not stop this clock. Node only; browsers have none.
const { setImmediate: immediate } = globalThis as { readonly setImmediate?: (run: () => void) => unknown };

/**
 * One turn of the event loop. All pending promise reactions run before the next macrotask. `setImmediate` takes a tenth of the time
 * of a message channel.
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

/** A clock that advances only on request. */
export interface VirtualClock extends Clock {
  /**
   * Advances time by `ms`, running each timer at its moment with all promise reactions that follow from it. Real input and output
   * are not awaited.
   */
  advance(ms: number): Promise<void>;
  /** Advances time by `ms` without running timers, as if the process were frozen. Due timers run late, with the next `advance()`. */
  freeze(ms: number): void;
  /** Advances to the next timer and runs it; `false` where there is none. */
  next(): Promise<boolean>;
  /** Number of pending timers. */
  readonly timers: number;
}

/** Loads the code that a router loads when first needed, which takes real time: for a virtual clock, none. */
async function loadRouter(): Promise<void> {
  const { loadAllParts } = await import('../core/parts/parts.ts');
  await loadAllParts();
}

/**
 * A clock for tests: no waiting, and every run is the same.
 *
 * @param start milliseconds since 1970 at which `date()` begins. Default: 2026-01-01.
 * @example
 * const clock = virtualClock();
 * const router = createRouter({ targets, clock });
 * const answer = router.chat({ prompt: 'hi' });
 * await clock.advance(30_000); // the first target times out
 */
export function virtualClock(start: number = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = 0;
  let frozen = 0;
  let order = 0;
  let loading: Promise<void> | undefined;
  // The next timer is last, so that taking it moves nothing. A heap is not faster below tens of thousands of timers.
  const timers: Timer[] = [];

  /** The index of a timer in the list. */
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
      loading ??= loadRouter();
      await loading;
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
      loading ??= loadRouter();
      await loading;
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
