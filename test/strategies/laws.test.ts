import fc from 'fast-check';
import {
  balanced,
  type Candidate,
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
import { seededRandom } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { candidate, context, type Notes, order, type Sketch, shares, unchecked } from './candidates.ts';

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
  const withFirst: readonly Strategy[] = [
    lowestCost(),
    lowestCost({ tags: ['eu'], maxFirstToken: 2_000 }),
    lowestCost({ deadline: 2_000, maxCost: 5 }),
    priority(),
    priority({ maxPrice: { input: 5 }, minThroughput: 100 }),
  ];
  /** Costs that are equal or clearly different. */
  const inCents = sketch.map((each) => ({ ...each, cost: each.cost && Math.ceil(each.cost * 100) / 100 }));
  const first = (strategy: Strategy, ...[list, fits, context]: FirstOf): Candidate | undefined =>
    strategy.first?.(unchecked(list, fits).candidates, context);

  it('is available from strategies that need no ranking for it', () => {
    expect(everyOne.filter((each) => each.first !== undefined).map(({ name }) => name)).toEqual([
      'balanced',
      'highestThroughput',
      'lowestCost',
      'lowestLatency',
      'priority',
    ]);
  });

  it.each(withFirst.map((strategy, index) => [strategy.name, index, strategy] as const))(
    '%s: is as good as the one that is ranked first among those that fit (%#)',
    (name, _, strategy) => {
      fc.assert(
        fc.property(
          fc.array(fc.tuple(inCents, fc.boolean(), fc.boolean()), { maxLength: 40 }),
          fc.constantFrom(500, 2_000, Number.POSITIVE_INFINITY),
          (list, timeLeft) => {
            const candidates = list.map(([each, isEuropean], index) =>
              candidate({ ...each, id: `t${index}`, tags: isEuropean ? ['eu'] : [] }),
            );
            const fits = (each: Candidate): boolean => list[candidates.indexOf(each)]?.[2] === true;
            const notes: Notes = new Map();
            const [ranked] = strategy.rank(candidates.filter(fits), context({ timeLeft }, notes));
            const found = first(strategy, candidates, fits, context({ timeLeft }));
            // Where none meets the constraints, those that miss them are left to the ranking.
            if (ranked !== undefined && notes.get(ranked.target.id)?.['misses'] !== undefined)
              expect(found).toBeUndefined();
            else if (name === 'priority') expect(found).toBe(ranked);
            else expect(found?.estimatedCost).toBe(ranked?.estimatedCost);
          },
        ),
      );
    },
  );

  it.each([
    lowestLatency(),
    lowestLatency({ percentile: 'p95', tags: ['eu'] }),
    balanced(),
    balanced({ perSecond: 0.01, maxFirstToken: 2_000 }),
    highestThroughput({ maxCost: 5 }),
  ])('$name: is the one that is ranked first among those that fit (%#)', (strategy) => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(sketch, fc.boolean(), fc.boolean()), { maxLength: 40 }),
        fc.nat(),
        (list, seed) => {
          const candidates = list.map(([each, isEuropean], index) =>
            candidate({ ...each, id: `t${index}`, tags: isEuropean ? ['eu'] : [] }),
          );
          const fits = (each: Candidate): boolean => list[candidates.indexOf(each)]?.[2] === true;
          const inContext = () => context({ previous: 't3', random: seededRandom(seed) });
          const found = first(strategy, candidates, fits, inContext());
          // Without one, the ranking decides: none meets the constraints, or each is new and has enough requests in flight.
          if (found === undefined) return;
          const [ranked] = strategy.rank(candidates.filter(fits), inContext());
          expect(found).toBe(ranked);
        },
      ),
    );
  });

  it('lowestCost: checks one candidate if the cheapest fits', () => {
    const list = [3, 1, 2].map((cost) => candidate({ id: `t${cost}`, cost }));
    const { candidates, checked } = unchecked(list);
    expect(lowestCost().first?.(candidates, context())?.target.id).toBe('t1');
    expect(checked).toHaveLength(1);
  });

  it('lowestCost: checks none twice, and none that costs more than the one it takes', () => {
    fc.assert(
      fc.property(fc.array(inCents, { minLength: 1, maxLength: 60 }), fc.nat(), (list, seed) => {
        const all = list.map((each, index) => candidate({ ...each, id: `t${index}` }));
        const { candidates, checked } = unchecked(all, ({ target }) => target.id === `t${seed % all.length}`);
        const found = lowestCost().first?.(candidates, context());
        expect(found).toBe(all[seed % all.length]);
        expect(new Set(checked).size).toBe(checked.length);
        const costs = checked.map(({ estimatedCost = Number.POSITIVE_INFINITY }) => estimatedCost);
        expect(costs).toEqual(costs.toSorted((a, b) => a - b));
      }),
    );
  });

  it('a figure may be negative, unknown or no number', () => {
    const figures = [Number.NaN, undefined, 3, -5, -7, Number.POSITIVE_INFINITY];
    const list = figures.map((_, index) => candidate({ id: `t${index}` }));
    const figure = (each: Candidate): number | undefined => figures[list.indexOf(each)];
    const lowest = (...fitting: readonly number[]): number => {
      const { candidates } = unchecked(list, (each) => fitting.includes(list.indexOf(each)));
      return list.indexOf(candidates.lowest(figure) as Candidate);
    };
    expect([lowest(2, 3, 4), lowest(1, 2, 3), lowest(0, 1, 2), lowest(0, 1), lowest(0)]).toEqual([
      4, 3, 2, 1, -1,
    ]);
  });

  it.each([0, 1, undefined])(
    'lowestCost: the less busy of two that fit wins among those of the same cost: %s',
    (cost) => {
      const list = Array.from({ length: 20 }, (_, index) =>
        candidate({ id: `t${index}`, cost, inFlight: index }),
      );
      const counts = new Map<string, number>();
      const random = seededRandom(5);
      for (let draw = 0; draw < 20_000; draw++) {
        const { candidates } = unchecked(list, ({ stats }) => stats.inFlight >= 10, random);
        const id = lowestCost().first?.(candidates, context())?.target.id ?? '';
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      // Of ten, the least busy is in one of five pairs, and the busiest never wins.
      expect((counts.get('t10') ?? 0) / 20_000).toBeCloseTo(0.2, 1);
      expect((counts.get('t14') ?? 0) / 20_000).toBeCloseTo(1 / 9, 1);
      expect(counts.get('t19')).toBeUndefined();
      expect(counts.get('t0')).toBeUndefined();
    },
  );
});

type FirstOf = [
  list: readonly Candidate[],
  fits: (candidate: Candidate) => boolean,
  context: ReturnType<typeof context>,
];

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
