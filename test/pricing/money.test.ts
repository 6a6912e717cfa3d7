import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costOf } from '../../src/pricing/cost.ts';
import { addUsd, toMicros, toUsd } from '../../src/pricing/money.ts';
import { addCosts } from '../../src/pricing/sum-costs.ts';

/** Up to a hundred thousand US$, and down to fractions of a billionth. */
const amount = fc.oneof(
  fc.double({ min: 0, max: 100_000, noNaN: true }),
  fc.double({ min: 0, max: 0.000_01, noNaN: true }),
);

describe('sums of US$', () => {
  it('do not drift like sums of fractions', () => {
    const tenth = Array.from({ length: 10 }, () => 0.1);
    expect(tenth.reduce((sum, each) => sum + each, 0)).not.toBe(1);
    expect(addUsd(...tenth)).toBe(1);
  });

  it('are the same in every order and for every split', () => {
    fc.assert(
      fc.property(fc.array(amount, { maxLength: 20 }), fc.nat(20), (amounts, at) => {
        const sum = addUsd(...amounts);
        expect(addUsd(...amounts.toReversed())).toBe(sum);
        expect(addUsd(addUsd(...amounts.slice(0, at)), addUsd(...amounts.slice(at)))).toBe(sum);
      }),
    );
  });

  it('keep fractions of a micro-US$ until they add up to one', () => {
    const dust = Array.from({ length: 1_000 }, () => 0.000_000_2);
    expect(toMicros(dust[0] ?? 0)).toBe(0);
    expect(toMicros(addUsd(...dust))).toBe(200);
  });

  it('are whole micro-US$ when they are shared', () => {
    fc.assert(
      fc.property(amount, (usd) => {
        expect(Number.isSafeInteger(toMicros(usd))).toBe(true);
        expect(Math.abs(toMicros(usd) - usd * 1e6)).toBeLessThanOrEqual(0.5);
      }),
    );
  });

  it('leave a rounded amount unchanged', () => {
    fc.assert(
      fc.property(amount, (usd) => {
        expect(toUsd(toUsd(usd))).toBe(toUsd(usd));
      }),
    );
  });
});

describe('costs', () => {
  const tokens = fc.nat(1_000_000);
  const usage = fc.record({
    inputTokens: tokens,
    outputTokens: tokens,
    cacheReadTokens: tokens,
    cacheWriteTokens: tokens,
    reasoningTokens: tokens,
    webSearches: fc.nat(20),
    fileSearches: fc.nat(20),
    codeExecutions: fc.nat(3),
  });
  const rate = fc.double({ min: 0, max: 200, noNaN: true });
  const price = fc.record({
    input: rate,
    output: rate,
    cacheRead: rate,
    cacheWrite: rate,
    outputReasoning: rate,
    request: rate,
    webSearch: rate,
    fileSearch: rate,
    codeExecution: rate,
    serviceTiers: fc.constant({ flex: 0.5 }),
  });
  const partsOf = ({
    total: _,
    source: __,
    estimated: ___,
    ...parts
  }: NonNullable<ReturnType<typeof addCosts>>) => Object.values(parts);

  it('are exactly the sum of their parts, individually and added up', () => {
    fc.assert(
      fc.property(fc.array(usage, { minLength: 1, maxLength: 5 }), price, (usages, rates) => {
        const costs = usages.map((used) => costOf(used, rates, 'declared', { serviceTier: 'flex' }));
        const sum = addCosts(costs);
        for (const cost of [...costs, sum]) {
          if (cost === undefined) throw new Error('no cost');
          expect(addUsd(...partsOf(cost))).toBe(cost.total);
        }
        expect(sum?.total).toBe(addUsd(...costs.map((cost) => cost?.total ?? 0)));
      }),
    );
  });

  it('have no sum if one is unknown or there are none', () => {
    const cost = costOf({ inputTokens: 1, outputTokens: 1 }, { input: 1, output: 1 }, 'declared');
    expect(addCosts([cost, undefined])).toBeUndefined();
    expect(addCosts([])).toBeUndefined();
    expect(addCosts([cost, cost])?.total).toBe(0.000_004);
  });
});
