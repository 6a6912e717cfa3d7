import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adaptiveConcurrency } from '../../src/limits/adaptive-concurrency.ts';
import { unlimitedRate } from '../../src/limits/no-limits.ts';
import { type RateLimit, rateLimit } from '../../src/limits/rate-limit.ts';
import { vendorLimits } from '../../src/limits/vendor-limits.ts';

function inForce(rpm: number | undefined, tpm: number | undefined): RateLimit | undefined {
  const declared = unlimitedRate(rpm, tpm);
  return declared && rateLimit(declared);
}

describe('rateLimit', () => {
  it('stays in force when another target of its key is measured', () => {
    const limit = inForce(1, undefined);
    limit?.take(0, 0);
    if (limit !== undefined) rateLimit(limit);
    expect(limit?.freeAt(0, 0)).toBe(60_000);
  });

  it('does not exist where nothing is declared', () => {
    expect(inForce(undefined, undefined)).toBeUndefined();
  });

  it('lets a minute’s requests through at once, and then one after the other', () => {
    const limit = inForce(60, undefined);
    for (let request = 0; request < 60; request++) {
      expect(limit?.freeAt(0, 0)).toBe(0);
      limit?.take(0, 0);
    }
    expect(limit?.freeAt(0, 0)).toBe(1_000);
    expect(limit?.headroom(0)).toBe(0);
    expect(limit?.headroom(30_000)).toBeCloseTo(0.5);
  });

  it('gives back what was reserved and not used', () => {
    const limit = inForce(undefined, 1_000);
    const settle = limit?.take(900, 0);
    expect(limit?.freeAt(500, 0)).toBeGreaterThan(0);
    settle?.(100, 0);
    expect(limit?.freeAt(500, 0)).toBe(0);
  });

  it('never lets more through than its rate and one full bucket', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.array(fc.nat(5_000), { maxLength: 300 }),
        (rpm, waits) => {
          const limit = inForce(rpm, undefined);
          let now = 0;
          let sent = 0;
          for (const wait of waits) {
            now += wait;
            if ((limit?.freeAt(0, now) ?? 0) > now) continue;
            limit?.take(0, now);
            sent += 1;
          }
          expect(sent).toBeLessThanOrEqual(rpm + (now * rpm) / 60_000 + 1e-6);
        },
      ),
    );
  });

  it('lets a request that never fits go when the bucket is full', () => {
    const limit = inForce(undefined, 100);
    expect(limit?.freeAt(5_000, 0)).toBe(0);
    limit?.take(100, 0);
    expect(limit?.freeAt(5_000, 0)).toBe(60_000);
  });
});

describe('what a vendor says is left of its limits', () => {
  const input = (tokens: number) => ({ input: tokens, output: 0 });

  it('is unknown until a vendor reports something, and after that expires', () => {
    const limits = vendorLimits();
    expect(limits.share(0)).toBe(1);
    limits.note([{ of: 'requests', remaining: 0, limit: 10, resetAfter: 5_000 }], 0);
    expect(limits.share(0)).toBe(0);
    expect(limits.freeAt(input(0), 0)).toBe(500);
    expect(limits.share(5_000)).toBe(1);
    expect(limits.freeAt(input(0), 5_000)).toBe(5_000);
  });

  it('is less by what has been sent since', () => {
    const limits = vendorLimits();
    limits.note([{ of: 'tokens', remaining: 1_000, limit: 10_000, resetAfter: 60_000 }], 0);
    expect(limits.freeAt(input(600), 0)).toBe(0);
    limits.use(input(600), 0);
    expect(limits.freeAt(input(600), 0)).toBe(1_334);
    expect(limits.share(0)).toBeCloseTo(0.04);
  });

  it('fills little by little until it is full', () => {
    const limits = vendorLimits();
    limits.note([{ of: 'tokens', remaining: 9_000, limit: 30_000, resetAfter: 42_000 }], 0);
    expect(limits.freeAt(input(10_000), 0)).toBe(2_000);
    expect(limits.freeAt(input(10_000), 2_000)).toBe(2_000);
    expect(limits.share(21_000)).toBeCloseTo(19_500 / 30_000);
    limits.use(input(19_500), 21_000);
    expect(limits.freeAt(input(5_000), 21_000)).toBe(31_000);
  });

  it('is not known to fill before it is full, where its size is unknown', () => {
    const limits = vendorLimits();
    limits.note([{ of: 'tokens', remaining: 100, limit: undefined, resetAfter: 20_000 }], 0);
    expect([limits.share(0), limits.freeAt(input(100), 0)]).toEqual([1, 0]);
    limits.use(input(100), 0);
    expect([limits.share(0), limits.freeAt(input(1), 0)]).toEqual([0, 20_000]);
  });

  it('lets what is larger than the limit go when it is full, and no forecast is longer than a minute', () => {
    const limits = vendorLimits();
    limits.note([{ of: 'tokens', remaining: 50, limit: 100, resetAfter: 30_000 }], 0);
    expect(limits.freeAt(input(5_000), 0)).toBe(30_000);
    limits.note([{ of: 'requests', remaining: 0, limit: 10, resetAfter: 86_400_000 }], 0);
    expect(limits.freeAt(input(0), 0)).toBe(60_000);
  });

  it('counts input and output by limits of their own', () => {
    const limits = vendorLimits();
    const resetAfter = 60_000;
    limits.note(
      [
        { of: 'input-tokens', remaining: 30_000, limit: 30_000, resetAfter },
        { of: 'output-tokens', remaining: 4_000, limit: 8_000, resetAfter },
      ],
      0,
    );
    expect(limits.freeAt({ input: 20_000, output: 500 }, 0)).toBe(0);
    expect(limits.freeAt({ input: 500, output: 4_100 }, 0)).toBe(1_500);
  });

  it('goes by the scarcest of several limits of one kind', () => {
    const limits = vendorLimits();
    limits.note(
      [
        { of: 'tokens', remaining: 900, limit: 1_000, resetAfter: 1_000 },
        { of: 'tokens', remaining: 10, limit: 1_000, resetAfter: 1_000 },
        { of: 'tokens', remaining: 500, limit: 1_000, resetAfter: 1_000 },
      ],
      0,
    );
    expect(limits.share(0)).toBeCloseTo(0.01);
  });

  it('lets no more through than is left and what comes back meanwhile', () => {
    fc.assert(
      fc.property(
        fc.nat(50),
        fc.integer({ min: 1, max: 120_000 }),
        fc.array(fc.nat(2_000), { maxLength: 100 }),
        (remaining, resetAfter, waits) => {
          const limits = vendorLimits();
          limits.note([{ of: 'requests', remaining, limit: 50, resetAfter }], 0);
          let now = 0;
          let sent = 0;
          for (const wait of waits) {
            now += wait;
            if (now >= resetAfter) break;
            expect(limits.share(now)).toBeGreaterThanOrEqual(0);
            expect(limits.share(now)).toBeLessThanOrEqual(1);
            const free = limits.freeAt(input(0), now);
            expect(free).toBeLessThanOrEqual(Math.min(resetAfter, now + 60_000));
            if (free > now) continue;
            limits.use(input(0), now);
            sent += 1;
          }
          expect(sent).toBeLessThanOrEqual(remaining + ((50 - remaining) * now) / resetAfter + 1e-6);
        },
      ),
    );
  });
});

describe('adaptiveConcurrency', () => {
  /** A target that has refused as often as it takes, with so many attempts under way. */
  const refusedAt = (inFlight: number) => {
    const load = adaptiveConcurrency();
    for (let refusal = 0; refusal < 3; refusal++) load.refused(inFlight, 1, 2);
    return load;
  };

  it('sets no limit until a target refuses several, then seven tenths of what it had', () => {
    const load = adaptiveConcurrency();
    load.succeeded(1_000);
    load.refused(20, 1, 2);
    load.refused(20, 1, 3);
    expect(load.limit).toBe(Number.POSITIVE_INFINITY);
    load.refused(20, 1, 4);
    expect(load.limit).toBe(14);
    load.refused(14, 5, 6);
    expect(load.limit).toBe(9);
  });

  it('learns nothing from refusals that come now and then', () => {
    const load = adaptiveConcurrency();
    for (let refusal = 0; refusal < 20; refusal++) load.refused(20, refusal * 6_000, refusal * 6_000 + 1);
    expect(load.limit).toBe(Number.POSITIVE_INFINITY);
  });

  it('learns nothing from the refusal of the only attempt under way', () => {
    const load = adaptiveConcurrency();
    for (let refusal = 0; refusal < 20; refusal++) load.refused(1, refusal, refusal + 1);
    expect(load.limit).toBe(Number.POSITIVE_INFINITY);
  });

  it('decreases once for all attempts that were under way together', () => {
    const load = refusedAt(20);
    for (let refusal = 0; refusal < 17; refusal++) load.refused(17 - refusal, 1, 3);
    expect(load.limit).toBe(14);
  });

  it('grows by one for each round of successes, only while it is reached', () => {
    const load = refusedAt(10);
    for (let success = 0; success < 7; success++) load.succeeded(7);
    expect(load.limit).toBe(8);
    for (let success = 0; success < 8; success++) load.succeeded(1);
    expect(load.limit).toBe(8);
  });

  it('never falls below one, and expires', () => {
    const load = refusedAt(2);
    for (let refusal = 0; refusal < 20; refusal++) load.refused(2, refusal + 3, refusal + 4);
    expect(load.limit).toBe(1);
    for (let success = 0; success < 1_000; success++) load.succeeded(1);
    expect(load.limit).toBe(Number.POSITIVE_INFINITY);
  });
});
