import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOf, reportedCost } from '../../src/pricing/cost.ts';
import { plainTotal } from '../../src/pricing/plain-total.ts';

const million = 1_000_000;

describe('reportedCost', () => {
  it('has unknown parts that still add up to the total', () => {
    const { total, input, output, cacheRead, cacheWrite, request, webSearch, source } = reportedCost(0.5);
    expect(input + output + cacheRead + cacheWrite + request + webSearch).toBe(total);
    expect([total, source]).toEqual([0.5, 'reported']);
  });
});

describe('costOf', () => {
  it('charges input and output at separate rates', () => {
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

  it('charges reasoning as output', () => {
    const price = { input: 1, output: 10 };
    const usage = { inputTokens: 0, outputTokens: million, reasoningTokens: 900_000 };
    expect(costOf(usage, price, 'declared')?.total).toBe(10);
  });

  it('charges image tokens once, at their own rates', () => {
    const price = { input: 5, output: 2.5, inputImage: 10, outputImage: 30 };
    const usage = {
      inputTokens: 3 * million,
      outputTokens: 2 * million,
      imageInputTokens: million,
      imageOutputTokens: million,
    };
    const cost = costOf(usage, price, 'catalog');
    expect(cost).toMatchObject({ input: 20, output: 32.5, total: 52.5, image: 0, estimated: false });
    const plain = costOf(usage, { input: 5, output: 2 }, 'catalog');
    expect(plain).toMatchObject({ input: 15, output: 4, estimated: false });
  });

  it('charges per image, in addition to tokens', () => {
    const usage = { inputTokens: million, outputTokens: 0, images: 3 };
    const cost = costOf(usage, { input: 1, image: 0.04, request: 0.5 }, 'declared');
    expect(cost).toMatchObject({ total: 1.62, input: 1, image: 0.12, request: 0.5, estimated: false });
  });

  it('needs no token counts or rates if images are charged per image', () => {
    const price = { input: 1, image: 0.04 };
    expect(costOf({ images: 2 }, price, 'declared')).toMatchObject({ total: 0.08, estimated: false });
    expect(costOf({ images: 2, inputTokens: 0, outputTokens: 4_000 }, price, 'declared')?.total).toBe(0.08);
    expect(costOf({}, price, 'declared')).toBeUndefined();
    expect(costOf({ images: 2 }, { input: 1 }, 'declared')).toBeUndefined();
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

  describe('on a service tier', () => {
    const usage = {
      inputTokens: million,
      outputTokens: million,
      cacheReadTokens: million / 2,
      webSearches: 1,
    };
    const price = {
      input: 2,
      output: 8,
      cacheRead: 0.5,
      webSearch: 0.01,
      request: 1,
      serviceTiers: { flex: 0.5, priority: { input: 4, output: 16 }, batch: 0 },
      regions: { us: 1.1 },
    };
    const on = (circumstances: Parameters<typeof costOf>[3]) =>
      costOf(usage, price, 'declared', circumstances);

    it('multiplies the rates per token by its factor, and no fees', () => {
      expect(on({ serviceTier: 'flex' })).toMatchObject({
        input: 0.5,
        output: 4,
        cacheRead: 0.125,
        request: 1,
        webSearch: 0.01,
        total: 5.635,
        estimated: false,
      });
      expect(on({ serviceTier: 'batch' })).toMatchObject({ total: 1.01, estimated: false });
    });

    it('uses its own rates; a missing one is taken from the standard tier and makes an estimate', () => {
      expect(on({ serviceTier: 'priority' })).toMatchObject({
        input: 2,
        output: 16,
        cacheRead: 0.25,
        estimated: true,
      });
    });

    it('uses its own size tiers', () => {
      const tiers = [{ above: 10, input: 3, output: 3 }];
      const large = { input: 1, output: 1, tiers, serviceTiers: { flex: { input: 1, output: 1, tiers } } };
      const used = { inputTokens: million, outputTokens: 0 };
      expect(costOf(used, large, 'declared', { serviceTier: 'flex' })?.total).toBe(3);
      const factor = { ...large, serviceTiers: { flex: 0.5 } };
      expect(costOf(used, factor, 'declared', { serviceTier: 'flex' })?.total).toBe(1.5);
    });

    it('also multiplies by the region’s factor', () => {
      expect(on({ serviceTier: 'flex', region: 'us' })).toMatchObject({ output: 4.4, estimated: false });
    });

    it.each([{ serviceTier: 'scale' }, { region: 'eu' }, { serviceTier: 'flex', region: 'eu' }])(
      'is an estimate if the price does not cover %o',
      (circumstances) => {
        expect(on(circumstances)?.estimated).toBe(true);
      },
    );

    it('is the standard price if the tier is standard or not reported', () => {
      expect(on({ serviceTier: 'standard' })).toEqual(on({}));
      expect(on({})).toMatchObject({ input: 1, estimated: false });
    });
  });

  it('charges tools per use', () => {
    const usage = { inputTokens: 0, outputTokens: 0, webSearches: 2, fileSearches: 3 };
    const price = { input: 1, output: 1, webSearch: 0.01, fileSearch: 0.0025 };
    expect(costOf(usage, price, 'declared')).toMatchObject({
      webSearch: 0.02,
      fileSearch: 0.0075,
      total: 0.0275,
      estimated: false,
    });
  });

  it.each([
    ['searches without a fee', { webSearches: 1 }, {}],
    ['searches above a free allowance', { webSearches: 1 }, { webSearch: 0.01, freeSearches: true }],
    ['searches in files without a fee', { fileSearches: 1 }, {}],
    ['containers, which outlive an answer', { codeExecutions: 1 }, { codeExecution: 0.03 }],
    ['what no rate is for', { unpricedUses: 1 }, {}],
    ['more cached tokens than there is input', { cacheReadTokens: 5 }, { cacheRead: 0.1 }],
  ])('is an estimate for %s', (_, used, fees) => {
    const usage = { inputTokens: 1, outputTokens: 1, ...used };
    expect(costOf(usage, { input: 1, output: 1, ...fees }, 'declared')?.estimated).toBe(true);
  });

  it('charges reasoning at its own rate if there is one', () => {
    const usage = { inputTokens: 0, outputTokens: 2 * million, reasoningTokens: million };
    expect(costOf(usage, { input: 1, output: 8, outputReasoning: 3 }, 'catalog')?.total).toBe(11);
  });

  it('adds the fee per request', () => {
    expect(
      costOf({ inputTokens: 0, outputTokens: 0 }, { input: 1, output: 1, request: 0.012 }, 'declared')?.total,
    ).toBe(0.012);
  });

  it('is marked as an estimate if the price lacks a rate that the usage needs', () => {
    const usage = { inputTokens: 100, outputTokens: 1, cacheReadTokens: 50 };
    expect(costOf(usage, { input: 1, output: 1 }, 'declared')?.estimated).toBe(true);
    expect(costOf(usage, { input: 1, output: 1, cacheRead: 0.1 }, 'declared')?.estimated).toBe(false);
  });

  it.each([{}, { inputTokens: 5 }, { outputTokens: 5 }])(
    'is unknown if the usage is incomplete: %o',
    (usage) => {
      expect(costOf(usage, { input: 1, output: 1 }, 'declared')).toBeUndefined();
    },
  );

  it('is never negative, and its parts add up to its total, even for contradictory usage', () => {
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

describe('plainTotal', () => {
  it('equals the total of costOf for plain input and output', () => {
    const rate = fc.double({ min: 0, max: 200, noNaN: true });
    const rates = { input: rate, output: rate };
    const price = fc.record(
      {
        ...rates,
        request: rate,
        tiers: fc.array(fc.record({ ...rates, above: fc.integer({ min: 0, max: 300_000 }) }), {
          maxLength: 3,
        }),
      },
      { requiredKeys: ['input'] },
    );
    const tokens = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(tokens, tokens, price, (inputTokens, outputTokens, declared) => {
        const whole = costOf({ inputTokens, outputTokens }, declared, 'declared');
        expect(plainTotal(inputTokens, outputTokens, declared)).toBe(whole?.total);
      }),
    );
  });
});
