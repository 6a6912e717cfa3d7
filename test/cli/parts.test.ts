import { seededRandom } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { costOf, reportedCost } from '../../src/pricing/cost.ts';
import { checkSpread } from '../../src/simulator/log/distribution.ts';
import { refuseIn } from '../../src/simulator/log/fields.ts';
import type { Sample } from '../../src/simulator/log/sample.ts';
import { nearest, samplesOf } from '../../src/simulator/log/samples.ts';
import { type Bill, priceOfBills } from '../../src/simulator/prices.ts';
import { toStrategy } from '../../src/simulator/strategies.ts';
import type { Price } from '../../src/types/options/price.ts';

describe('strategies by name', () => {
  const targets = ['a', 'b'];
  it.each([
    ['priority', 'priority'],
    ['  weighted( {"a": 2} ) ', 'weighted'],
    ['lowestCost({"maxFirstToken":2000,"maxPrice":{"output":5}})', 'lowestCost'],
    ['sticky({"strategy":"lowestLatency({\\"percentile\\":\\"p95\\"})"})', 'sticky(lowestLatency)'],
    ['canary({"target":"b","ratio":0.1,"strategy":"roundRobin"})', 'canary(roundRobin)'],
  ])('%s', (text, name) => {
    expect(toStrategy(text, targets).name).toBe(name);
  });

  it.each([
    ['rules', 'expected one of priority'],
    ['toString', 'expected one of priority'],
    ['lowestCost(2000)', 'parameters as a JSON object'],
    ['lowestCost({maxFirstToken:2000})', 'parameters as JSON'],
    ['lowestCost({"maxFirstTokn":2000})', 'one of the parameters maxFirstToken'],
    ['lowestCost({"maxFirstToken":"2000"})', 'maxFirstToken: expected a number of at least 0'],
    ['weighted({"c":1})', 'one of the parameters a, b, got c'],
    ['canary({"target":"c","ratio":0.1})', 'a target of a, b'],
    ['sticky({"strategy":{}})', 'the name of a strategy as a string'],
  ])('%s is refused', (text, message) => {
    expect(() => toStrategy(text, targets)).toThrow(message);
  });
});

describe('prices by bills', () => {
  const price: Price = { input: 1.25, output: 10, cacheRead: 0.125, request: 0.002 };
  const tiered: Price = { ...price, tiers: [{ above: 200_000, input: 2.5, output: 15 }] };
  const billsOf = (own: Price): readonly Bill[] =>
    [1_000, 3_333, 20_011].map((inputTokens, index) => {
      const usage = { inputTokens, outputTokens: 7 * index + 1, cacheReadTokens: 500 * index };
      return { usage, cost: costOf(usage, own, 'declared') as Bill['cost'] };
    });

  it('are what the bills say', () => {
    expect(priceOfBills(billsOf(price), undefined)).toEqual(price);
  });

  it('are the catalog’s, with its tiers, where it explains them, and not where it does not', () => {
    expect(priceOfBills(billsOf(price), tiered)).toBe(tiered);
    expect(priceOfBills(billsOf({ ...price, output: 9 }), tiered)).toEqual({ ...price, output: 9 });
  });

  it('are one sum where the vendors said only that', () => {
    const bills = [0.01, 0.02, 0.03].map((total) => ({
      usage: { inputTokens: 9 },
      cost: reportedCost(total),
    }));
    expect(priceOfBills(bills, undefined)).toMatchObject({ input: 0, request: 0.02 });
  });

  it('are the catalog’s where there are no bills, and unknown where that has none', () => {
    expect(priceOfBills([], price)).toBe(price);
    expect(priceOfBills([], undefined)).toBeUndefined();
  });
});

describe('samples', () => {
  const request = (at: number, outcome: 'success' | 'failed', inputTokens = 100) => {
    const error = { kind: 'server', status: 500 } as const;
    const attempt = {
      target: 'a',
      outcome,
      duration: inputTokens,
      billed: 'yes',
      usage: { inputTokens },
    } as const;
    return {
      at,
      kind: 'chat',
      route: 'default',
      outcome,
      target: 'a',
      attempts: [outcome === 'success' ? attempt : { ...attempt, error }],
      usage: { inputTokens },
      cost: undefined,
      wastedCost: 0,
      duration: 1,
      firstToken: undefined,
      error: undefined,
      decision: undefined,
      metadata: {},
      session: undefined,
      mirror: false,
    } as const;
  };
  const random = seededRandom(1);
  const failures = (samples: ReturnType<typeof samplesOf>, at: number): number =>
    Array.from({ length: 200 }, () =>
      samples.draw({ at, kind: 'chat', inputTokens: 100, target: 'a', random, lot: () => 0.5 }),
    ).filter((sample) => sample?.attempt.outcome === 'failed').length;

  it('fail always in an outage, and by chance as often as around that time', () => {
    const outage = [request(5_100, 'failed'), request(6_000, 'failed'), request(8_000, 'failed')];
    const before = Array.from({ length: 50 }, (_, i) =>
      request(100 * i, i % 10 === 5 ? 'failed' : 'success'),
    );
    const after = Array.from({ length: 50 }, (_, i) => request(10_000 + 100 * i, 'success'));
    const samples = samplesOf([...before, ...outage, ...after], 'a');
    expect(failures(samples, 7_000)).toBe(200);
    expect(failures(samples, 8_900)).toBe(200);
    expect(failures(samples, 9_100)).toBeLessThan(40);
    expect(failures(samples, 2_000)).toBeGreaterThan(5);
    expect(failures(samples, 2_000)).toBeLessThan(40);
    expect(failures(samples, 14_000)).toBeLessThan(10);
  });

  it('are of requests of about the same size', () => {
    const sizes = Array.from({ length: 60 }, (_, i) => request(i, 'success', i % 2 === 0 ? 100 : 9_000));
    const samples = samplesOf(sizes, 'a');
    const drawn = (inputTokens: number) =>
      samples.draw({ at: 30, kind: 'chat', inputTokens, target: 'a', random, lot: () => 0 })?.attempt
        .duration;
    expect([drawn(80), drawn(120), drawn(12_000)]).toEqual([100, 100, 9_000]);
  });

  it('are the nearest in time, on either side', () => {
    const at = (moment: number): Sample => ({ at: moment }) as Sample;
    const all = [0, 10, 20, 30, 40, 50].map(at);
    expect(nearest(all, 21, 3).map((sample) => sample.at)).toEqual([10, 20, 30]);
    expect(nearest(all, -5, 2).map((sample) => sample.at)).toEqual([0, 10]);
    expect(nearest(all, 99, 2).map((sample) => sample.at)).toEqual([40, 50]);
    expect(nearest(all, 25, 9)).toHaveLength(6);
  });
});

describe('a spread', () => {
  it('has the percentiles that it was given', () => {
    const spread = checkSpread('x', { p50: 400, p95: 900, p99: 4_000 }, refuseIn('f'));
    const random = seededRandom(3);
    const drawn = Array.from({ length: 40_000 }, () => spread(random)).toSorted((a, b) => a - b);
    for (const [share, expected] of [
      [0.5, 400],
      [0.95, 900],
      [0.99, 4_000],
    ] as const) {
      const found = drawn[Math.round(share * drawn.length)] ?? 0;
      expect(Math.abs(found - expected) / expected).toBeLessThan(0.1);
    }
  });

  it.each<[unknown, string]>([
    [0, 'f: x: expected a number above 0'],
    ['5', 'f: x: expected a number, or an object'],
    [{ p50: 5 }, 'f: x.p95: expected a number above 0, got undefined'],
    [{ p50: 5, p95: 4, p99: 9 }, 'p50 <= p95 <= p99'],
  ])('%j is none', (value, message) => {
    expect(() => checkSpread('x', value, refuseIn('f'))).toThrow(message);
  });
});
