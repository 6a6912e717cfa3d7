import fc from 'fast-check';
import { seededRandom } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { type Latencies, latencies } from '../../src/stats/latency.ts';
import { type SizeClass, sizeClassOf } from '../../src/stats/size-class.ts';

/** Log-normal: a median, and a spread of the logarithms. */
function draws(seed: number): (median: number, spread?: number) => number {
  const random = seededRandom(seed);
  return (median, spread = 0.6) => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return median * Math.exp(spread * normal);
  };
}

/** A target with so many samples of a median, ten a second from a moment on. */
function fed(of: Latencies, count: number, median: number, from = 0, seed = 1, size: SizeClass = 0): number {
  const draw = draws(seed);
  for (let index = 0; index < count; index++) of.add(draw(median), from + index * 100, size);
  return from + count * 100;
}

describe('latencies', () => {
  it('are undefined without samples', () => {
    const of = latencies();
    expect(of.expect(0, 0)).toBeUndefined();
    expect(of.samples(0)).toBe(0);
    expect(of.peak(0)).toBe(0);
  });

  it('are within a few percent for a steady target: mean, median and tails', () => {
    const of = latencies();
    const now = fed(of, 5_000, 450);
    const found = of.expect(0, now);
    const exact = {
      mean: 450 * Math.exp(0.18),
      p50: 450,
      p95: 450 * Math.exp(0.987),
      p99: 450 * Math.exp(1.396),
    };
    for (const [name, ms] of Object.entries(exact)) {
      expect(Math.abs((found?.[name as keyof typeof exact] ?? 0) / ms - 1), name).toBeLessThan(0.1);
    }
  });

  it('follow a change, up or down, within two seconds at ten answers a second', () => {
    const of = latencies();
    let now = fed(of, 1_000, 450);
    now = fed(of, 20, 2_250, now, 2);
    expect(of.expect(0, now)?.p50).toBeGreaterThan(1_500);
    expect(of.samples(now)).toBeLessThan(40);
    now = fed(of, 20, 450, now, 3);
    expect(of.expect(0, now)?.p50).toBeLessThan(700);
  });

  it('are kept for a second, and made anew with each sample', () => {
    const of = latencies();
    const now = fed(of, 100, 450);
    const kept = of.expect(0, now);
    expect(of.expect(0, now + 999)).toBe(kept);
    expect(of.expect(1, now)).not.toBe(kept);
    expect(of.expect(0, now + 1_001)).not.toBe(kept);
    const samples = of.samples(now);
    expect(of.samples(now + 999)).toBe(samples);
    of.add(9_000, now + 999);
    expect(of.expect(0, now + 999)?.mean).toBeGreaterThan(1.1 * (kept?.mean ?? 0));
    expect(of.samples(now + 999)).toBeGreaterThan(samples + 0.5);
  });

  it('differ from what they would be without keeping them by less than 0.5%', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 1, max: 200 }), (later, count) => {
        const [asked, other] = [latencies(), latencies()];
        for (const of of [asked, other]) {
          fed(of, count, 450, 0, 1, 0);
          fed(of, count, 900, 0, 2, 1);
        }
        const now = count * 100;
        asked.expect(0, now);
        asked.samples(now);
        const [kept, made] = [
          asked.expect(0, now + later)?.mean ?? 0,
          other.expect(0, now + later)?.mean ?? 0,
        ];
        expect(Math.abs(kept / made - 1)).toBeLessThan(0.005);
        expect(Math.abs(asked.samples(now + later) / other.samples(now + later) - 1)).toBeLessThan(0.005);
      }),
    );
  });

  it('take a few very slow answers for no change, and many for one', () => {
    const slowest = [20_000, 450, 450, 20_000, 450, 20_000, 450, 450];
    const some = latencies();
    const now = fed(some, 300, 450, 0, 1);
    const before = some.expect(0, now)?.p50 ?? 0;
    for (const [index, ms] of slowest.entries()) some.add(ms, now + index);
    expect((some.expect(0, now + 8)?.p50 ?? 0) / before).toBeLessThan(1.1);
    const more = latencies();
    fed(more, 300, 450, 0, 1);
    for (let index = 0; index < 8; index++) more.add(20_000, now + index);
    expect((more.expect(0, now + 8)?.p50 ?? 0) / before).toBeGreaterThan(5);
  });

  it('rarely detect a change if there is none', () => {
    let changes = 0;
    for (let seed = 0; seed < 20; seed++) {
      const of = latencies();
      const draw = draws(seed);
      for (let index = 0; index < 2_000; index++) {
        of.add(draw(450), index * 100);
        if (of.samples(index * 100) < Math.min(index, 300) * 0.5) changes += 1;
      }
    }
    expect(changes / 40_000).toBeLessThan(0.02);
  });

  it('are separate per prompt size, and useful after a few samples', () => {
    const of = latencies();
    let now = fed(of, 500, 400);
    now = fed(of, 500, 4_000, now, 2, 2);
    expect(of.expect(0, now)?.p50).toBeLessThan(600);
    expect(of.expect(2, now)?.p50).toBeGreaterThan(2_700);
    const unseen = of.expect(1, now)?.p50 ?? 0;
    expect(unseen).toBeGreaterThan(of.expect(0, now)?.p50 ?? Number.NaN);
    expect(unseen).toBeLessThan(of.expect(2, now)?.p50 ?? Number.NaN);
  });

  it('do not mistake prompts of another size for a change', () => {
    const of = latencies();
    let now = 0;
    for (let round = 0; round < 20; round++) {
      now = fed(of, 30, 400, now, round);
      now = fed(of, 30, 4_000, now, 100 + round, 2);
    }
    expect(of.samples(now)).toBeGreaterThan(300);
  });

  it('decay: a sample loses half of its weight in five minutes, and all of it in an hour', () => {
    const of = latencies();
    const now = fed(of, 100, 450);
    expect(of.samples(now + 300_000) / of.samples(now)).toBeCloseTo(0.5, 6);
    expect(of.expect(0, now + 3_600_000 * 2)).toBeUndefined();
  });

  it('have a peak that rises at once and falls over ten seconds, even without samples', () => {
    const of = latencies();
    of.add(100, 0);
    of.add(5_000, 100);
    expect(of.peak(100)).toBe(5_000);
    expect(of.peak(10_100)).toBeCloseTo(5_000 / Math.E, 6);
    of.add(100, 10_100);
    expect(of.peak(10_100)).toBeCloseTo(5_000 / Math.E + 100 * (1 - 1 / Math.E), 6);
  });

  it('are finite and ordered for any samples', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.double({ min: 0, max: 1e7, noNaN: true }), fc.nat(600_000), fc.constantFrom(0, 1, 2)),
          {
            minLength: 1,
            maxLength: 100,
          },
        ),
        (samples) => {
          const of = latencies();
          let now = 0;
          for (const [ms, later, size] of samples) {
            now += later;
            of.add(ms, now, size as SizeClass);
          }
          const { mean, p50, p90, p95, p99 } = of.expect(0, now) ?? {
            mean: Number.NaN,
            p50: 0,
            p90: 0,
            p95: 0,
            p99: 0,
          };
          expect(Number.isFinite(mean) && mean >= 0).toBe(true);
          expect([p50, p90, p95, p99]).toEqual([p50, p90, p95, p99].toSorted((a, b) => a - b));
        },
      ),
    );
  });

  it('distinguish small prompts from large ones', () => {
    expect([0, 4_000, 4_001, 64_000, 64_001].map(sizeClassOf)).toEqual([0, 0, 1, 1, 2]);
  });
});
