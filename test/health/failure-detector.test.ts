import type { Clock } from 'signalbox';
import { seededRandom } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { failureDetector } from '../../src/health/failure-detector.ts';
import { histogram } from '../../src/stats/histogram.ts';
import { awakeClock } from '../../src/util/time/awake-clock.ts';

/** A clock without promises, for millions of timers. */
function plainClock() {
  let now = 0;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    date: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run };
      const place = timers.findIndex(({ at }) => at > timer.at);
      timers.splice(place === -1 ? timers.length : place, 0, timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  };
  return {
    clock,
    runUntil(end: number) {
      for (let next = timers[0]; next !== undefined && next.at <= end; next = timers[0]) {
        timers.shift();
        now = next.at;
        next.run();
      }
      now = end;
    },
  };
}

/** Requests at a rate, each with a lognormal time to its first token, independent of the others, until it stops answering. */
function traffic(seed: number, perSecond: number, darkFrom: number) {
  const random = seededRandom(seed);
  const { clock, runUntil } = plainClock();
  const suspicions: number[] = [];
  const watched = failureDetector(clock, awakeClock(clock), () => {
    if (watched.suspected) suspicions.push(clock.now());
  });
  const latencies = histogram();
  const latency = (): number => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return 450 * Math.exp(0.6 * normal);
  };
  const request = (): void => {
    const waiting = watched.begin(latencies, { alarm() {} });
    const takes = latency();
    if (clock.now() + takes < darkFrom) clock.after(takes, () => waiting.answered());
    clock.after((-1_000 * Math.log(1 - random())) / perSecond, request);
  };
  request();
  return { runUntil, suspicions };
}

/** By then more than its quickest answers are known. */
const warm = 10_000;

describe('silence', () => {
  it.each([
    [2, 10],
    [20, 10],
    [150, 2],
  ])(
    'is not suspected in healthy traffic, in any of ten seeds: at %i requests a second, for %i minutes',
    (rate, minutes) => {
      for (let seed = 0; seed < 10; seed++) {
        const { runUntil, suspicions } = traffic(seed, rate, Number.POSITIVE_INFINITY);
        runUntil(minutes * 60_000);
        expect(suspicions.filter((at) => at > warm)).toEqual([]);
      }
    },
  );

  it('is not suspected in the first seconds of heavy traffic', () => {
    for (let seed = 0; seed < 100; seed++) {
      const { runUntil, suspicions } = traffic(seed, 150, Number.POSITIVE_INFINITY);
      runUntil(warm);
      expect(suspicions).toEqual([]);
    }
  });

  it.each([
    [150, 300],
    [20, 1_000],
    [5, 3_000],
  ])('is noticed in each of twenty seeds: at %i requests a second within %i ms', (rate, bound) => {
    const darkFrom = 60_000;
    for (let seed = 0; seed < 20; seed++) {
      const { runUntil, suspicions } = traffic(seed, rate, darkFrom);
      runUntil(darkFrom + bound);
      expect(suspicions.at(-1)).toBeGreaterThan(darkFrom);
    }
  });

  it('takes the wait of an attempt that was left for the least that it would have been, where that is long', () => {
    const { clock, runUntil } = plainClock();
    const latencies = histogram();
    for (let index = 0; index < 200; index++) latencies.add(500 + index, 0);
    const watched = failureDetector(clock, awakeClock(clock), () => {});
    const [soon, late] = [watched.begin(latencies, { alarm() {} }), watched.begin(latencies, { alarm() {} })];
    runUntil(100);
    soon.end();
    expect(latencies.weight(100)).toBeCloseTo(200, 0);
    runUntil(5_000);
    late.end();
    expect(latencies.weight(5_000) - 200 * 2 ** (-5_000 / 300_000)).toBeCloseTo(1);
    expect(latencies.quantile(1)).toBeGreaterThan(4_000);
  });
});
