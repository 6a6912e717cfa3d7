import { virtualClock } from 'signalbox/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { awakeClock } from '../../src/util/time/awake-clock.ts';
import { systemClock } from '../../src/util/time/clock.ts';
import { Watchdog } from '../../src/util/time/watchdog.ts';

/** A runtime whose time stands still until it is moved on, with or without its timers. */
function runtime() {
  let now = 1_000;
  let timers: { readonly at: number; readonly run: () => void; readonly handle: object }[] = [];
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  vi.stubGlobal('setTimeout', (run: () => void, ms: number) => {
    const handle = { unref() {} };
    timers.push({ at: now + ms, run, handle });
    return handle;
  });
  vi.stubGlobal('clearTimeout', (handle: object) => {
    timers = timers.filter((timer) => timer.handle !== handle);
  });
  const self = {
    get timers() {
      return timers.length;
    },
    /** Time goes by, and timers run at their moment; those that are overdue first. */
    pass(ms: number) {
      const end = now + ms;
      for (;;) {
        const next = timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers = timers.filter((timer) => timer !== next);
        now = Math.max(now, next.at);
        next.run();
      }
      now = end;
    },
    /** The process stands still. */
    freeze(ms: number) {
      now += ms;
    },
  };
  return self;
}

let world: ReturnType<typeof runtime>;
beforeEach(() => {
  world = runtime();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('awakeClock', () => {
  it('advances with time, and pauses while the process is frozen', () => {
    const awake = awakeClock(systemClock);
    awake.after(60_000, () => {});
    const start = awake.now();
    world.pass(1_000);
    expect(awake.now() - start).toBe(1_000);
    world.freeze(3_000);
    world.pass(0);
    expect(awake.now() - start).toBeLessThan(1_050);
    world.pass(500);
    expect(awake.now() - start).toBeLessThan(1_550);
    expect(awake.now() - start).toBeGreaterThanOrEqual(1_500);
  });

  it('detects a pause even if the first event is not a timer', () => {
    const awake = awakeClock(systemClock);
    awake.after(60_000, () => {});
    const start = awake.now();
    world.pass(1_000);
    world.freeze(3_000);
    expect(awake.now() - start).toBeLessThan(1_050);
  });

  it('never goes back, for any order of events', () => {
    const awake = awakeClock(systemClock);
    awake.after(60_000, () => {});
    let last = awake.now();
    for (const ms of [10, 60, 74, 76, 200, 30, 74, 1, 5_000, 50]) {
      world.freeze(ms);
      const now = awake.now();
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
  });

  it('counts short pauses, such as a slow function', () => {
    const awake = awakeClock(systemClock);
    awake.after(60_000, () => {});
    const start = awake.now();
    for (let task = 0; task < 20; task++) {
      world.freeze(40);
      world.pass(5);
    }
    expect(awake.now() - start).toBe(20 * 45);
  });

  it('runs no timer while nothing waits', () => {
    const awake = awakeClock(systemClock);
    const cancel = awake.after(1_000, () => {});
    cancel();
    cancel();
    world.pass(100);
    expect(world.timers).toBe(0);
    awake.now();
    expect(world.timers).toBe(0);
    awake.after(10, () => {});
    world.pass(100);
    expect(world.timers).toBe(0);
  });

  it('counts time in which nothing waited', () => {
    const awake = awakeClock(systemClock);
    const start = awake.now();
    world.freeze(10_000);
    expect(awake.now() - start).toBe(10_000);
  });

  it.each(['window', 'WebSocketPair', 'EdgeRuntime'])(
    'is the clock itself if timers are not the process’s own (%s)',
    (name) => {
      vi.stubGlobal(name, {});
      const awake = awakeClock(systemClock);
      awake.after(60_000, () => {});
      world.freeze(1_000);
      expect([awake.now(), awake.rough()]).toEqual([systemClock.now(), systemClock.now()]);
      expect(world.timers).toBe(1);
    },
  );

  it('is the clock itself over a clock that never pauses', async () => {
    const { now, date, after, advance } = virtualClock();
    const awake = awakeClock({ now, date, after });
    await advance(7);
    expect([awake.now(), awake.rough()]).toEqual([7, 7]);
  });

  it('uses a clock that reports its own pauses', async () => {
    const clock = virtualClock();
    const awake = awakeClock(clock);
    await clock.advance(7);
    clock.freeze(1_000);
    expect([clock.now(), awake.now(), awake.rough()]).toEqual([1_007, 7, 7]);
    expect(clock.timers).toBe(0);
  });
});

describe('a rough reading', () => {
  it('is 0 to 25 ms ahead while the process runs', () => {
    const awake = awakeClock(systemClock);
    for (let turn = 0; turn < 300; turn++) {
      world.pass(turn % 7);
      const ahead = awake.rough() - awake.now();
      expect(ahead).toBeGreaterThanOrEqual(0);
      expect(ahead).toBeLessThanOrEqual(25);
    }
  });

  it('is taken again if only timers ran since', () => {
    const awake = awakeClock(systemClock);
    awake.rough();
    world.pass(1_000);
    awake.after(5_000, () => {});
    expect(awake.rough() - awake.now()).toBe(25);
  });
});

describe('watchdog', () => {
  it('ignores frozen time, and fires late rather than early', () => {
    const awake = awakeClock(systemClock);
    const fired: number[] = [];
    const timer = new Watchdog(awake, { expired: () => fired.push(performance.now()) });
    const start = performance.now();
    timer.watch(2_000);
    world.pass(500);
    world.freeze(3_000);
    world.pass(1_400);
    expect(fired).toEqual([]);
    world.pass(200);
    expect(fired).toHaveLength(1);
    expect((fired[0] ?? 0) - start).toBeGreaterThanOrEqual(4_950);
  });
});
