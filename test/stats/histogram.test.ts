import fc from 'fast-check';
import { seededRandom } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { histogram, maxHazard } from '../../src/stats/histogram.ts';

describe('histogram', () => {
  it('has percentiles within 4% for any samples', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 2, max: 600_000 }), { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (samples, share) => {
          const { add, quantile } = histogram();
          for (const sample of samples) add(sample, 0);
          const sorted = samples.toSorted((a, b) => a - b);
          const exact = sorted[Math.ceil(share * sorted.length - 1e-9) - 1] ?? 0;
          expect(Math.abs((quantile(share) ?? 0) / exact - 1)).toBeLessThan(0.045);
        },
      ),
    );
  });

  it('scales all percentiles by one factor', () => {
    const { add, quantile, scale, weight } = histogram();
    for (let ms = 100; ms <= 1_000; ms += 10) add(ms, 0);
    const before = weight(0);
    scale(5);
    expect((quantile(0.5) ?? 0) / 2_750).toBeCloseTo(1, 1);
    scale(0.2);
    expect((quantile(0.5) ?? 0) / 550).toBeCloseTo(1, 1);
    expect(weight(0)).toBe(before);
  });

  it('merges another histogram, whenever either was last used', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 2, max: 600_000 }), { minLength: 1, maxLength: 50 }),
        fc.array(fc.integer({ min: 2, max: 600_000 }), { maxLength: 50 }),
        fc.nat(1_000_000),
        (own, others, later) => {
          const [one, other, both] = [histogram(), histogram(), histogram()];
          for (const ms of own) one.add(ms, 0);
          for (const ms of others) other.add(ms, later);
          for (const ms of own) both.add(ms, 0);
          for (const ms of others) both.add(ms, later);
          one.merge(other, later);
          expect(one.weight(later)).toBeCloseTo(both.weight(later), 6);
          for (const share of [0.1, 0.5, 0.9]) {
            // A sample that just reaches a share may just miss it.
            const [found, exact] = [one.quantile(share) ?? 0, both.quantile(share + 1e-9) ?? 0];
            expect(found).toBeLessThanOrEqual(exact + 1e-6);
          }
        },
      ),
    );
  });

  it('has no percentiles without samples', () => {
    const { quantile, hazard, weight } = histogram();
    expect(quantile(0.5)).toBeUndefined();
    expect(hazard(60_000)).toBe(0);
    expect(weight(0)).toBe(0);
  });

  it('decays: a sample counts half after five minutes', () => {
    const slow = histogram();
    for (let i = 0; i < 100; i++) slow.add(5_000, 0);
    expect(slow.weight(0)).toBe(100);
    expect(slow.weight(300_000)).toBe(50);
    for (let i = 0; i < 10; i++) slow.add(100, 3_000_000);
    expect(slow.quantile(0.9)).toBeLessThan(110);
  });

  it('keeps its values over days', () => {
    const { add, quantile, weight } = histogram();
    const day = 86_400_000;
    for (let i = 0; i < 100; i++) add(200, i * day);
    expect(quantile(0.5)).toBeGreaterThan(190);
    expect(weight(99 * day)).toBeCloseTo(1, 6);
  });

  it('reports no surprise for usual durations, and more for longer ones', () => {
    const { add, hazard } = histogram();
    const random = seededRandom(1);
    for (let i = 0; i < 1_000; i++) add(400 + 200 * random(), 0);
    expect(hazard(300)).toBe(0);
    expect(hazard(500)).toBeCloseTo(Math.log(2), 0);
    expect(hazard(2_000)).toBe(maxHazard);
    for (let ms = 1; ms < 3_000; ms += 7) expect(hazard(ms + 7)).toBeGreaterThanOrEqual(hazard(ms));
  });

  it('does not depend on when its samples arrived, if they arrived together', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 600_000 }), { minLength: 1, maxLength: 100 }),
        fc.integer({ min: 0, max: 10_000_000_000 }),
        (samples, later) => {
          const [early, late] = [histogram(), histogram()];
          early.add(1, 0);
          late.add(1, 0);
          for (const sample of samples) {
            early.add(sample, 100 * 60_000);
            late.add(sample, 100 * 60_000 + later);
          }
          for (const share of [0.1, 0.5, 0.9, 0.99]) expect(late.quantile(share)).toBe(early.quantile(share));
        },
      ),
    );
  });

  it('ignores samples that are twenty half-lives old', () => {
    const sample = fc.integer({ min: 1, max: 600_000 });
    fc.assert(
      fc.property(
        fc.array(sample, { maxLength: 200 }),
        fc.array(sample, { minLength: 20, maxLength: 200 }),
        (old, recent) => {
          const [both, only] = [histogram(), histogram()];
          for (const ms of old) both.add(ms, 0);
          for (const ms of recent) {
            both.add(ms, 20 * 60_000);
            only.add(ms, 20 * 60_000);
          }
          for (const share of [0.051, 0.503, 0.901]) {
            const exact = recent.toSorted((a, b) => a - b);
            const low = exact[Math.max(0, Math.ceil(share * exact.length) - 2)] ?? 0;
            const high = exact[Math.min(exact.length - 1, Math.ceil(share * exact.length))] ?? 0;
            expect(both.quantile(share)).toBeGreaterThan(low / 1.09);
            expect(both.quantile(share)).toBeLessThan(high * 1.09);
            expect(only.quantile(share)).toBeDefined();
          }
        },
      ),
    );
  });
});
