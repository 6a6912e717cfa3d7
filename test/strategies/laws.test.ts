import fc from 'fast-check';
import {
  balanced,
  canary,
  highestThroughput,
  inverseSquarePrice,
  leastBusy,
  lowestCost,
  lowestLatency,
  priority,
  roundRobin,
  rules,
  type Strategy,
  sticky,
  weighted,
} from 'signalbox';
import { describe, expect, it } from 'vitest';
import { candidate, context, order, type Sketch, shares } from './candidates.ts';

const everyOne: readonly Strategy[] = [
  balanced(),
  canary({ target: 't0', ratio: 0.3 }),
  highestThroughput(),
  inverseSquarePrice(),
  leastBusy(),
  lowestCost(),
  lowestLatency(),
  priority(),
  roundRobin(),
  rules([{ when: ({ providerOptions }) => providerOptions === undefined, use: 't1' }], lowestCost()),
  sticky(),
  weighted(),
];
/** Those of which the order of the targets is not the point. */
const impartial = everyOne.filter(({ name }) => !['priority', 'canary(priority)', 'rules'].includes(name));

const positive = (max: number) => fc.double({ min: 0.01, max, noNaN: true });
const sketch: fc.Arbitrary<Omit<Sketch, 'id'>> = fc.record({
  cost: fc.option(positive(10), { nil: undefined }),
  firstToken: fc.option(positive(10_000), { nil: undefined }),
  throughput: fc.option(positive(500), { nil: undefined }),
  failure: fc.double({ min: 0, max: 1, noNaN: true }),
  samples: fc.integer({ min: 0, max: 5_000 }),
  idle: fc.constantFrom(0, 5_000, 400_000, Number.POSITIVE_INFINITY),
  inFlight: fc.integer({ min: 0, max: 100 }),
  weight: fc.constantFrom(0, 0.5, 1, 3),
});
const sketches = fc
  .array(sketch, { minLength: 1, maxLength: 5 })
  .map((list) => list.map((each, index): Sketch => ({ ...each, id: `t${index}` })));
/** All known well, so that nothing is explored. */
const known = fc
  .array(fc.record({ cost: positive(10), firstToken: positive(10_000), throughput: positive(500) }), {
    minLength: 2,
    maxLength: 5,
  })
  .map((list) => list.map((each, index): Sketch => ({ ...each, id: `t${index}` })));

describe.each(everyOne.map((strategy) => [strategy.name, strategy] as const))('%s', (_, strategy) => {
  it('returns each candidate once and changes none', () => {
    fc.assert(
      fc.property(sketches, fc.integer({ min: 0, max: 9 }), fc.boolean(), (list, turn, stream) => {
        const given = list.map(candidate);
        const before = JSON.stringify(given);
        const ranked = strategy.rank(given, context({ turn, stream }));
        expect(ranked.map(({ target }) => target.id).toSorted()).toEqual(list.map(({ id }) => id).toSorted());
        expect(JSON.stringify(given)).toBe(before);
      }),
    );
  });

  it('makes the same choice with the same seed', () => {
    fc.assert(
      fc.property(sketches, (list) => {
        expect(order(strategy, structuredClone(list))).toBe(order(strategy, list));
      }),
    );
  });
});

describe.each(impartial.map((strategy) => [strategy.name, strategy] as const))('%s', (_, strategy) => {
  it('does not depend on the order of the targets', () => {
    const of = (list: readonly Sketch[]): Record<string, number> => {
      // By session, so that the sticky one has something to draw from as well.
      const counts: Record<string, number> = {};
      for (const [id, share] of Object.entries(shares(strategy, list, {}, 1_500)))
        counts[id] = Math.round(share * 10) / 10;
      return counts;
    };
    if (strategy.name.startsWith('sticky')) {
      fc.assert(
        fc.property(
          sketches,
          (list) =>
            order(strategy, list, { session: 's' }).split(' ')[0] ===
            order(strategy, list.toReversed(), { session: 's' }).split(' ')[0],
        ),
      );
      return;
    }
    fc.assert(
      fc.property(known, (list) => {
        const one = of(list);
        const other = of(list.toReversed());
        for (const { id } of list) expect(Math.abs((one[id] ?? 0) - (other[id] ?? 0))).toBeLessThan(0.15);
      }),
      { numRuns: 10 },
    );
  });
});

describe('the first candidate without a ranking', () => {
  const withFirst = everyOne.filter(({ first }) => first !== undefined);

  it('is available from strategies that need no ranking for it', () => {
    expect(withFirst.map(({ name }) => name)).toEqual(['lowestCost', 'priority']);
  });

  it.each(withFirst.map((strategy) => [strategy.name, strategy] as const))(
    '%s: equals the one that is ranked first',
    (_, strategy) => {
      fc.assert(
        fc.property(
          sketches,
          fc.option(fc.constantFrom('t0', 't1'), { nil: undefined }),
          (list, previous) => {
            const candidates = list.map(candidate);
            const [ranked] = strategy.rank(candidates, context({ previous }));
            expect(strategy.first?.(candidates.values(), context({ previous }))).toBe(ranked);
          },
        ),
      );
    },
  );

  it('requires the ranking if a deadline decides', () => {
    const candidates = [candidate({ id: 't0', cost: 1 }), candidate({ id: 't1', cost: 2 })];
    expect(lowestCost().first?.(candidates, context({ timeLeft: 1_000 }))).toBeUndefined();
    expect(lowestCost({ deadline: 1_000 }).first?.(candidates, context())).toBeUndefined();
    expect(lowestCost({ maxPrice: { input: 1 } }).first).toBeUndefined();
  });
});

describe('prices', () => {
  const byPrice = [lowestCost(), inverseSquarePrice(), balanced({ perSecond: 0, perFailure: 0 })];

  it.each(byPrice.map((strategy) => [strategy.name, strategy] as const))(
    'in another currency change nothing for %s',
    (_, strategy) => {
      fc.assert(
        fc.property(known, fc.constantFrom(0.001, 0.5, 1_000), (list, factor) => {
          const scaled = list.map((each) => ({ ...each, cost: (each.cost ?? 0) * factor }));
          expect(order(strategy, scaled)).toBe(order(strategy, list));
        }),
      );
    },
  );
});

describe('a target', () => {
  const better: readonly (readonly [string, Strategy, (sketch: Sketch) => Sketch])[] = [
    ['cheaper', lowestCost(), (each) => ({ ...each, cost: (each.cost ?? 0) / 2 })],
    ['cheaper', balanced(), (each) => ({ ...each, cost: (each.cost ?? 0) / 2 })],
    ['faster', lowestLatency(), (each) => ({ ...each, firstToken: (each.firstToken ?? 0) / 2 })],
    ['faster', balanced(), (each) => ({ ...each, firstToken: (each.firstToken ?? 0) / 2 })],
    ['quicker', highestThroughput(), (each) => ({ ...each, throughput: (each.throughput ?? 0) * 2 })],
  ];

  it.each(better)('that becomes %s is never used less often (%#)', (_, strategy, improve) => {
    fc.assert(
      fc.property(known, (list) => {
        const improved = list.map((each, index) => (index === 0 ? improve(each) : each));
        const before = shares(strategy, list, {}, 300)['t0'] ?? 0;
        expect(shares(strategy, improved, {}, 300)['t0'] ?? 0).toBeGreaterThanOrEqual(before - 0.1);
      }),
      { numRuns: 30 },
    );
  });

  const measured = [lowestLatency(), highestThroughput(), balanced()];
  it.each(measured.map((strategy) => [strategy.name, strategy] as const))(
    'with bad measurements is probed again by %s, with at most one request in a hundred',
    (_, strategy) => {
      const best = { id: 'best', cost: 0.000_1, firstToken: 50, throughput: 500 };
      const worst = { id: 'worst', cost: 1, firstToken: 60_000, throughput: 1, idle: 300_001 };
      const share = shares(strategy, [best, worst], {}, 20_000)['worst'];
      expect(share).toBeGreaterThan(0.005);
      expect(share).toBeLessThan(0.015);
    },
  );
});
