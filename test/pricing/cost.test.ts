import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOf, reportedCost } from '../../src/pricing/cost.ts';

const million = 1_000_000;

describe('reportedCost', () => {
  it('is a sum whose parts are not known, and still add up', () => {
    const { total, input, output, cacheRead, cacheWrite, request, webSearch, source } = reportedCost(0.5);
    expect(input + output + cacheRead + cacheWrite + request + webSearch).toBe(total);
    expect([total, source]).toEqual([0.5, 'reported']);
  });
});

describe('costOf', () => {
  it('charges input and output at their own rates', () => {
    const cost = costOf(
      { inputTokens: million, outputTokens: million / 2 },
      { input: 0.3, output: 2.5 },
      'declared',
    );
    expect(cost).toMatchObject({
      total: 1.55,
      input: 0.3,
      output: 1.25,
      source: 'declared',
      estimated: false,
    });
  });

  it('charges each cached token once, at the cache’s rate', () => {
    const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75, cacheWrite1h: 6 };
    const usage = {
      inputTokens: 10 * million,
      outputTokens: 0,
      cacheReadTokens: 6 * million,
      cacheWriteTokens: 3 * million,
      cacheWrite1hTokens: million,
    };
    expect(costOf(usage, price, 'catalog')).toMatchObject({
      input: 3,
      cacheRead: 1.8,
      cacheWrite: 2 * 3.75 + 6,
      estimated: false,
    });
  });

  it('charges reasoning as the output that it is', () => {
    const price = { input: 1, output: 10 };
    const usage = { inputTokens: 0, outputTokens: million, reasoningTokens: 900_000 };
    expect(costOf(usage, price, 'declared')?.total).toBe(10);
  });

  it('uses the highest tier that the whole input exceeds, for all tokens', () => {
    const price = {
      input: 1,
      output: 10,
      tiers: [
        { above: 400_000, input: 4, output: 40 },
        { above: 200_000, input: 2, output: 20 },
      ],
    };
    const at = (inputTokens: number) => costOf({ inputTokens, outputTokens: 0 }, price, 'declared')?.total;
    expect([at(200_000), at(200_001), at(400_001)].map((cost) => Number(cost?.toFixed(4)))).toEqual([
      0.2, 0.4, 1.6,
    ]);
  });

  it('adds the fee per request', () => {
    expect(
      costOf({ inputTokens: 0, outputTokens: 0 }, { input: 1, output: 1, request: 0.012 }, 'declared')?.total,
    ).toBe(0.012);
  });

  it('says that it is an estimate when the price lacks a rate that the usage needs', () => {
    const usage = { inputTokens: 100, outputTokens: 1, cacheReadTokens: 50 };
    expect(costOf(usage, { input: 1, output: 1 }, 'declared')?.estimated).toBe(true);
    expect(costOf(usage, { input: 1, output: 1, cacheRead: 0.1 }, 'declared')?.estimated).toBe(false);
  });

  it.each([{}, { inputTokens: 5 }, { outputTokens: 5 }])(
    'makes no guess where the vendor said too little: %o',
    (usage) => {
      expect(costOf(usage, { input: 1, output: 1 }, 'declared')).toBeUndefined();
    },
  );

  it('is never negative, and its parts sum up to its total, even for usage that contradicts itself', () => {
    const tokens = fc.nat(10_000_000);
    const maybe = fc.option(tokens, { nil: undefined });
    const rate = fc.double({ min: 0, max: 100, noNaN: true });
    const usage = fc.record({
      inputTokens: tokens,
      outputTokens: tokens,
      cacheReadTokens: maybe,
      cacheWriteTokens: maybe,
      cacheWrite1hTokens: maybe,
    });
    const price = fc.record({
      input: rate,
      output: rate,
      cacheRead: rate,
      cacheWrite: rate,
      cacheWrite1h: rate,
    });
    fc.assert(
      fc.property(usage, price, (used, rates) => {
        const cost = costOf(used, rates, 'declared');
        if (cost === undefined) throw new Error('no cost');
        const { total, input, output, cacheRead, cacheWrite, request } = cost;
        expect(Math.min(total, input, output, cacheRead, cacheWrite)).toBeGreaterThanOrEqual(0);
        expect(total).toBeCloseTo(input + output + cacheRead + cacheWrite + request, 9);
      }),
    );
  });
});
