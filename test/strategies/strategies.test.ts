import {
  balanced,
  canary,
  highestThroughput,
  inverseSquarePrice,
  isRouterError,
  leastBusy,
  lowestCost,
  lowestLatency,
  priority,
  roundRobin,
  rules,
  sticky,
  weighted,
} from 'signalbox';
import { describe, expect, it } from 'vitest';
import { candidate, context, type Notes, order, shares } from './candidates.ts';

describe('lowestCost', () => {
  it('ranks the cheapest first and unknown prices last', () => {
    const targets = [
      { id: 'expensive', cost: 3 },
      { id: 'unknown' },
      { id: 'cheap', cost: 1 },
      { id: 'middle', cost: 2 },
    ];
    expect(order(lowestCost(), targets)).toBe('cheap middle expensive unknown');
  });

  it('never chooses a more expensive target, even at a tiny difference', () => {
    const targets = [
      { id: 'a', cost: 1.0001 },
      { id: 'b', cost: 1, inFlight: 50 },
    ];
    expect(shares(lowestCost(), targets)).toEqual({ a: 0, b: 1 });
  });

  it('spreads requests over targets of equal cost, less busy ones first', () => {
    const even = shares(lowestCost(), [
      { id: 'a', cost: 1 },
      { id: 'b', cost: 1 },
    ]);
    expect(even['a']).toBeCloseTo(0.5, 1);
    const busy = [
      { id: 'a', cost: 1, inFlight: 5 },
      { id: 'b', cost: 1 },
    ];
    expect(shares(lowestCost(), busy)).toEqual({ a: 0, b: 1 });
  });
});

describe('lowestLatency', () => {
  it('ranks the fastest first, by the first token of streams and the whole of other answers', () => {
    const targets = [
      { id: 'a', firstToken: 100, total: 9_000 },
      { id: 'b', firstToken: 300, total: 2_000 },
    ];
    expect(order(lowestLatency(), targets)).toBe('a b');
    expect(order(lowestLatency(), targets, { stream: false })).toBe('b a');
    expect(order(lowestLatency({ of: 'total' }), targets)).toBe('b a');
  });

  it('uses the given percentile', () => {
    const tail = candidate({ id: 'tail', firstToken: 100 });
    const even = candidate({ id: 'even', firstToken: 120 });
    const wild = {
      ...tail,
      expected: {
        ...tail.expected,
        firstToken: { mean: 100, p50: 50, p90: 900, p95: 2_000, p99: 9_000 },
      },
    };
    const first = (strategy: ReturnType<typeof lowestLatency>): string | undefined =>
      strategy.rank([wild, even], context())[0]?.target.id;
    expect(first(lowestLatency({ percentile: 'p50' }))).toBe('tail');
    expect(first(lowestLatency({ percentile: 'p95' }))).toBe('even');
  });

  it('chooses the less busy of equally fast targets', () => {
    const targets = [
      { id: 'a', firstToken: 100, inFlight: 9 },
      { id: 'b', firstToken: 103 },
    ];
    expect(shares(lowestLatency(), targets)).toEqual({ a: 0, b: 1 });
  });

  it('keeps the previous first target while it is nearly as fast', () => {
    const targets = [
      { id: 'a', firstToken: 108, inFlight: 0 },
      { id: 'b', firstToken: 100, inFlight: 1 },
    ];
    expect(order(lowestLatency(), targets, { previous: 'b' })).toBe('b a');
    expect(order(lowestLatency(), targets, { previous: 'a' })).toBe('a b');
  });

  it('tries an unmeasured target with few requests at a time', () => {
    const known = { id: 'known', firstToken: 100 };
    const fresh = { id: 'fresh', samples: 0 };
    expect(shares(lowestLatency(), [known, fresh])['fresh']).toBeGreaterThan(0.3);
    expect(shares(lowestLatency(), [known, { ...fresh, inFlight: 1 }])['fresh']).toBe(0);
    const some = { id: 'fresh', firstToken: 100, samples: 5, inFlight: 5 };
    expect(shares(lowestLatency(), [{ ...known, inFlight: 9 }, some])['fresh']).toBeGreaterThan(0.9);
  });

  it('probes a slow target again after a while, with at most one request in a hundred', () => {
    const fast = { id: 'fast', firstToken: 100 };
    const slow = { id: 'slow', firstToken: 200 };
    expect(shares(lowestLatency(), [fast, { ...slow, idle: 39_000 }])['slow']).toBe(0);
    expect(shares(lowestLatency(), [fast, { ...slow, idle: 41_000 }])['slow']).toBeCloseTo(0.01, 2);
    expect(shares(lowestLatency(), [fast, { ...slow, idle: 41_000, inFlight: 1 }])['slow']).toBe(0);
    const worst = { id: 'slow', firstToken: 100_000 };
    expect(shares(lowestLatency(), [fast, { ...worst, idle: 301_000 }])['slow']).toBeGreaterThan(0);
  });

  it('includes the time that a target’s failures cost', () => {
    const targets = [
      { id: 'unsound', firstToken: 100, failure: 0.5 },
      { id: 'sound', firstToken: 150 },
    ];
    expect(order(lowestLatency(), targets)).toBe('sound unsound');
  });
});

describe('highestThroughput', () => {
  it('ranks the most tokens per second first', () => {
    const targets = [
      { id: 'slow', throughput: 20 },
      { id: 'fast', throughput: 200 },
    ];
    expect(order(highestThroughput(), targets)).toBe('fast slow');
  });
});

describe('balanced', () => {
  const cheap = { id: 'cheap', cost: 0.001, firstToken: 3_000 };
  const fast = { id: 'fast', cost: 0.004, firstToken: 1_000 };

  it('weighs cost against time at `perSecond`', () => {
    expect(order(balanced({ perSecond: 0.001 }), [cheap, fast])).toBe('cheap fast');
    expect(order(balanced({ perSecond: 0.002 }), [cheap, fast])).toBe('fast cheap');
  });

  it('weighs the risk of a failure at `perFailure`', () => {
    const unsound = { id: 'unsound', cost: 0.001, firstToken: 1_000, failure: 0.2 };
    const sound = { id: 'sound', cost: 0.002, firstToken: 1_000 };
    expect(order(balanced({ perSecond: 0, perFailure: 0.001 }), [unsound, sound])).toBe('unsound sound');
    expect(order(balanced({ perSecond: 0, perFailure: 0.1 }), [unsound, sound])).toBe('sound unsound');
  });

  it('ranks unknown prices last, and assumes that unmeasured targets are fast', () => {
    const targets = [{ id: 'unknown', firstToken: 1 }, cheap, { id: 'fresh', cost: 0.001, samples: 0 }];
    expect(order(balanced(), targets)).toBe('fresh cheap unknown');
  });

  describe('of targets whose scores are within 5% of each other', () => {
    const usual = { id: 'usual', cost: 0.001, firstToken: 1_000 };

    it.each([950, 1_000, 1_050])('prefers the cheaper one if it is about as fast: %i ms', (firstToken) => {
      const bit = { id: 'bit', cost: 0.000_99, firstToken };
      expect(shares(balanced(), [usual, bit])['bit']).toBe(1);
      expect(
        shares(balanced(), [
          { ...usual, inFlight: 3 },
          { ...bit, inFlight: 9 },
        ])['bit'],
      ).toBe(1);
    });

    it('uses both where one is cheaper and the other clearly faster', () => {
      const slower = { id: 'slower', cost: 0.000_85, firstToken: 1_150 };
      expect(shares(balanced(), [usual, slower])['slower']).toBeGreaterThan(0.3);
      expect(shares(balanced(), [{ ...usual, inFlight: 9 }, slower])['slower']).toBe(1);
    });

    it('uses all that cost the same', () => {
      const same = { ...usual, id: 'same', firstToken: 1_020 };
      expect(shares(balanced(), [usual, { ...same, inFlight: 1 }])['usual']).toBe(1);
      expect(shares(balanced(), [{ ...usual, inFlight: 1 }, same])['same']).toBe(1);
    });

    it('goes on trying one that is not measured', () => {
      const cheaper = { id: 'cheaper', cost: 0.000_99, firstToken: 1_000, inFlight: 1 };
      const fresh = { ...usual, id: 'fresh', firstToken: undefined, samples: 0 };
      expect(shares(balanced(), [cheaper, fresh])['fresh']).toBe(1);
    });

    it('probes those that it passes over', () => {
      const cheaper = { id: 'cheaper', cost: 0.000_99, firstToken: 1_000 };
      expect(shares(balanced(), [cheaper, { ...usual, idle: 9_000 }])['usual']).toBe(0);
      expect(shares(balanced(), [cheaper, { ...usual, idle: 12_000 }])['usual']).toBeCloseTo(0.01, 2);
    });
  });

  it('does not try an unmeasured target whose price alone is too high', () => {
    const expensive = { id: 'expensive', cost: 0.01, samples: 0 };
    expect(order(balanced({ perSecond: 0.001 }), [expensive, cheap])).toBe('cheap expensive');
    expect(
      order(balanced({ perSecond: 0.001 }), [{ ...expensive, firstToken: 2_000, samples: 1 }, cheap]),
    ).toBe('cheap expensive');
  });
});

describe('inverseSquarePrice', () => {
  it('chooses a target at a third of the price nine times as often', () => {
    const found = shares(inverseSquarePrice(), [
      { id: 'one', cost: 1e-9 },
      { id: 'three', cost: 3e-9 },
    ]);
    expect(found['one']).toBeCloseTo(0.9, 1);
  });

  it('ranks free targets first and unknown prices last', () => {
    const targets = [{ id: 'unknown' }, { id: 'expensive', cost: 1 }, { id: 'free', cost: 0 }];
    expect(order(inverseSquarePrice(), targets)).toBe('free expensive unknown');
  });
});

describe('roundRobin', () => {
  it('takes targets in turn', () => {
    const targets = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
    const orders = [0, 1, 2, 3].map((turn) => order(roundRobin(), targets, { turn }));
    expect(orders).toEqual(['a b c', 'b c a', 'c a b', 'a b c']);
  });
});

describe('leastBusy', () => {
  it('chooses a target with the fewest requests in flight, any of several', () => {
    const targets = [
      { id: 'a', inFlight: 2 },
      { id: 'b', inFlight: 1 },
      { id: 'c', inFlight: 1 },
    ];
    const found = shares(leastBusy(), targets);
    expect(found['a']).toBe(0);
    expect(found['b']).toBeCloseTo(0.5, 1);
  });
});

describe('a target that has only failed', () => {
  const measured = [lowestLatency(), lowestLatency({ of: 'total' }), highestThroughput(), balanced()];
  // Of the failing one nothing is measured but that it fails, and it is idle.
  const failing = { id: 'failing', cost: 0.001, samples: 0, failure: 0.95 };
  const well = { id: 'well', cost: 0.001, firstToken: 400, throughput: 50, inFlight: 3 };
  const slow = { id: 'slow', cost: 0.001, firstToken: 900, throughput: 20, inFlight: 3 };

  it.each(measured.map((strategy) => [strategy.name, strategy] as const))(
    'is ranked after those that answer, by %s',
    (_, strategy) => {
      expect(order(strategy, [failing, slow, well])).toBe('well slow failing');
      expect(shares(strategy, [failing, well])['failing']).toBe(0);
    },
  );

  it.each(measured.map((strategy) => [strategy.name, strategy] as const))(
    'is tried again occasionally, by %s',
    (_, strategy) => {
      const idle = { ...failing, idle: 300_001 };
      expect(shares(strategy, [idle, { ...well, inFlight: 0 }])['failing']).toBeCloseTo(0.01, 2);
    },
  );

  it('is ranked after unmeasured targets', () => {
    const fresh = { id: 'fresh', cost: 0.001, samples: 0 };
    for (const strategy of measured) expect(order(strategy, [failing, fresh])).toBe('fresh failing');
  });

  it('is not considered less busy because it fails at once', () => {
    expect(shares(leastBusy(), [failing, well, slow])['failing']).toBe(0);
    expect(order(leastBusy(), [{ ...failing, failure: 0.04 }, well])).toBe('failing well');
  });

  it('is ranked by its failure rate', () => {
    const sketches = [0.9, 0.3, 0.6].map((failure) => ({ ...well, id: `${failure}`, failure }));
    for (const strategy of measured) expect(order(strategy, sketches)).toBe('0.3 0.6 0.9');
  });
});

describe('sticky', () => {
  const targets = [{ id: 'a' }, { id: 'b' }, { id: 'c', weight: 2 }];
  const sessions = Array.from({ length: 2_000 }, (_, index) => `session ${index}`);
  const first = (session: string, of = targets): string | undefined =>
    order(sticky(), of, { session }).split(' ')[0];

  it('sends all requests of a session to one target, in any order of targets', () => {
    for (const session of sessions.slice(0, 50)) {
      expect(first(session, targets.toReversed())).toBe(first(session));
    }
  });

  it('distributes sessions by weight', () => {
    const share = (id: string): number =>
      sessions.filter((session) => first(session) === id).length / sessions.length;
    expect(share('c')).toBeCloseTo(0.5, 1);
    expect(share('a')).toBeCloseTo(0.25, 1);
  });

  it('moves only the sessions of a removed target', () => {
    for (const session of sessions.slice(0, 200)) {
      if (first(session) !== 'b')
        expect(first(session, [{ id: 'a' }, { id: 'c', weight: 2 }])).toBe(first(session));
    }
  });

  it('leaves requests without a session to its inner strategy', () => {
    expect(order(sticky({ strategy: priority() }), targets)).toBe('a b c');
    expect(sticky({ strategy: lowestCost() }).name).toBe('sticky(lowestCost)');
  });

  it('never keeps a session on a target that its inner strategy excludes', () => {
    const eu = sticky({ strategy: priority({ tags: ['eu'] }) });
    const some = [{ id: 'a', tags: ['eu'] }, { id: 'b' }, { id: 'c', tags: ['eu'] }];
    for (const session of sessions.slice(0, 50)) {
      expect(order(eu, some, { session }).split(' ').toSorted()).toEqual(['a', 'c']);
    }
  });

  it('uses the given key', () => {
    const byUser = sticky({ by: ({ metadata }) => metadata['user'] as string });
    expect(order(byUser, targets, { metadata: { user: 'u' } })).toBe(
      order(sticky(), targets, { session: 'u' }),
    );
  });
});

describe('rules', () => {
  const targets = [
    { id: 'a', cost: 2 },
    { id: 'b', cost: 1 },
    { id: 'c', cost: 3 },
  ];
  const strategy = rules(
    [
      { when: (_, { metadata }) => metadata['plan'] === 'free', use: lowestCost() },
      { when: (request) => 'tools' in request, use: 'c' },
      { when: (_, { session }) => session === 's', use: ['b', 'c'] },
    ],
    priority(),
  );

  it('apply the first match: a strategy, a target, or several in their order', () => {
    expect(order(strategy, targets, { metadata: { plan: 'free' }, session: 's' })).toBe('b a c');
    expect(order(strategy, targets, { request: { prompt: 'Hi', tools: [] } })).toBe('c a b');
    expect(order(strategy, targets, { session: 's' })).toBe('b c a');
    expect(order(strategy, targets)).toBe('a b c');
  });

  it('can use a target that the default strategy would exclude', () => {
    const named = rules([{ when: () => true, use: 'c' }], priority({ maxCost: 1 }));
    expect(order(named, targets)).toBe('c b');
  });

  it('record which rule matched', () => {
    const notes: Notes = new Map();
    strategy.rank(targets.map(candidate), context({ session: 's' }, notes));
    expect(notes.get('a')).toEqual({ rule: 2 });
  });
});

describe('canary', () => {
  const targets = [{ id: 'old' }, { id: 'new' }];

  it('sends its share to the new target, which is last for the rest', () => {
    const strategy = canary({ target: 'new', ratio: 0.2 });
    expect(shares(strategy, targets)['new']).toBeCloseTo(0.2, 1);
    expect(order(canary({ target: 'new', ratio: 0 }), targets.toReversed())).toBe('old new');
    expect(order(canary({ target: 'new', ratio: 1 }), targets)).toBe('new old');
  });

  it('moves whole sessions', () => {
    const strategy = canary({ target: 'new', ratio: 0.5 });
    for (const session of ['a', 'b', 'c', 'd', 'e', 'f']) {
      expect([0, 1]).toContain(shares(strategy, targets, { session }, 20)['new']);
    }
  });
});

describe('constraints', () => {
  const eu = {
    id: 'eu',
    cost: 2,
    firstToken: 500,
    throughput: 50,
    tags: ['eu', 'zdr'],
    price: { input: 2, output: 8 },
  };
  const us = {
    id: 'us',
    cost: 1,
    firstToken: 900,
    throughput: 90,
    tags: ['us'],
    price: { input: 1, output: 4 },
  };
  const unknown = { id: 'unknown', samples: 0 };

  it.each([
    ['tags', { tags: ['eu'] }, 'eu'],
    ['all tags', { tags: ['eu', 'us'] }, ''],
    ['maxPrice.input', { maxPrice: { input: 1.5 } }, 'us'],
    ['maxPrice.output', { maxPrice: { output: 8 } }, 'eu us'],
    ['maxCost', { maxCost: 1 }, 'us'],
  ])('exclude targets that violate %s', (_, constraints, left) => {
    expect(order(priority(constraints), [eu, us, unknown])).toBe(left);
  });

  it('rank slow targets last and try unmeasured ones', () => {
    // Nine in ten: one and a half times the mean, here.
    expect(order(lowestCost({ maxFirstToken: 1_000 }), [us, eu])).toBe('eu us');
    expect(order(lowestCost({ maxFirstToken: 1_350 }), [us, eu])).toBe('us eu');
    expect(order(lowestCost({ maxFirstToken: 100 }), [us, eu])).toBe('us eu');
    expect(order(priority({ minThroughput: 60 }), [eu, us])).toBe('us eu');
    expect(order(priority({ maxFirstToken: 1_000 }), [us, unknown])).toBe('unknown us');
  });

  it('appear in the decision trace', () => {
    const notes: Notes = new Map();
    priority({ maxFirstToken: 1_000, tags: ['us'] }).rank([eu, us].map(candidate), context({}, notes));
    expect(Object.fromEntries(notes)).toEqual({ eu: { violates: 'tags' }, us: { misses: 'maxFirstToken' } });
  });

  const wrong: readonly (readonly [string, () => unknown, string])[] = [
    [
      'maxFirstToken',
      () => priority({ maxFirstToken: -1 }),
      'priority().maxFirstToken: expected a number of at least 0, got -1',
    ],
    [
      'maxPrice',
      () => lowestCost({ maxPrice: 3 as never }),
      'lowestCost().maxPrice: expected an object, got 3',
    ],
    [
      'maxPrice.input',
      () => leastBusy({ maxPrice: { input: Number.NaN } }),
      'leastBusy().maxPrice.input: expected a number',
    ],
    [
      'tags',
      () => roundRobin({ tags: 'eu' as never }),
      "roundRobin().tags: expected a list of strings, got 'eu'",
    ],
    [
      'unknown',
      () => lowestLatency({ percentil: 'p90' } as never),
      'lowestLatency().percentil: expected one of the options of, percentile, maxFirstToken, minThroughput, maxPrice, maxCost, tags, got an unknown option',
    ],
    ['no object', () => lowestCost('cheap' as never), "lowestCost(): expected an object, got 'cheap'"],
    [
      'unknown',
      () => sticky({ session: 'a' } as never),
      'sticky().session: expected one of the options strategy, by, got an unknown option',
    ],
    [
      'unknown',
      () => canary({ target: 'a', ratio: 0.1, rest: priority() } as never),
      'canary().rest: expected one of the options target, ratio, strategy',
    ],
    [
      'percentile',
      () => lowestLatency({ percentile: 'p12' as never }),
      "lowestLatency().percentile: expected one of mean, p50, p90, p95, p99, got 'p12'",
    ],
    [
      'of',
      () => balanced({ of: 'end' as never }),
      "balanced().of: expected one of firstToken, total, got 'end'",
    ],
    [
      'perSecond',
      () => balanced({ perSecond: '1' as never }),
      "balanced().perSecond: expected a number of at least 0, got '1'",
    ],
    [
      'share',
      () => canary({ target: 'a', ratio: 2 }),
      'canary().ratio: expected a number from 0 to 1, got 2',
    ],
    ['when', () => rules([{ use: 'a' } as never]), 'rules([0]).when: expected a function, got undefined'],
    [
      'use',
      () => rules([{ when: () => true, use: 5 as never }]),
      'rules([0]).use: expected a strategy or ids of targets, got 5',
    ],
    ['weight', () => weighted({ a: -1 }), 'weighted().a: expected a finite number of at least 0, got -1'],
  ];
  it.each(wrong)('and invalid options are rejected by name: %s', (_, make, message) => {
    let error: unknown;
    try {
      make();
    } catch (thrown) {
      error = thrown;
    }
    expect(isRouterError(error, 'config')).toBe(true);
    expect(String(error)).toContain(message);
  });
});
