import { type BudgetError, createRouter, isRouterError, type RouterEvent, type Store } from 'signalbox';
import { type Limit, limits } from 'signalbox/budgets';
import { memory } from 'signalbox/memory';
import { scriptedProvider, type VirtualClock, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome, read, rejection, world } from '../../support/requests.ts';
import { settled } from './passing-time.ts';

const ask = { prompt: 'Hi', maxOutputTokens: 20 };
/** Of the first target: 10 input tokens at US$ 1 and 5 output tokens at US$ 2 per million. */
const costOfFirst = 20 / 1e6;
const costOfSecond = 35 / 1e6;
/** What a request reserves at the first target at most. */
const reserved = 100 / 1e6;

type Scripts = Parameters<typeof world>[0];

/** A world with limits. */
function limited(
  list: readonly Limit[],
  {
    targets = { a: [{}] },
    clock = virtualClock(),
    store = memory({ clock }),
    ...options
  }: Parameters<typeof world>[1] & { readonly targets?: Scripts; clock?: VirtualClock; store?: Store } = {},
) {
  const plugin = limits(list);
  const made = world(targets, { clock, store, plugins: [plugin], ...options });
  return { ...made, clock, store, plugin, budgets: () => plugin.methods.budgets() };
}

async function refusal(promise: Promise<unknown>): Promise<BudgetError> {
  const error = await rejection(promise);
  if (!isRouterError(error, 'budget')) throw error;
  return error;
}

/** Asks until it is refused. */
async function useUp(
  { router, clock }: ReturnType<typeof limited>,
  options: object = {},
): Promise<{ readonly answers: number; readonly error: BudgetError }> {
  for (let answers = 0; ; answers++) {
    const asked = await outcome(settled(router.chat(ask, options), clock));
    if ('value' in asked) continue;
    if (!isRouterError(asked.error, 'budget')) throw asked.error;
    return { answers, error: asked.error };
  }
}

describe('a limit of US$', () => {
  const perDay: Limit = { by: 'tenant', usd: 0.001, per: 'day' };

  it('refuses what does not fit, and never spends more', async () => {
    const all = limited([perDay]);
    const { answers, error } = await useUp(all, { tenant: 'acme' });
    expect(answers * costOfFirst).toBeLessThanOrEqual(0.001);
    expect(answers * costOfFirst).toBeGreaterThan(0.001 - reserved);
    expect(error.limit).toEqual({ name: 'usd per day by tenant', unit: 'usd', amount: 0.001 });
    expect(error.spent).toBeCloseTo(answers * costOfFirst, 9);
    expect(error.per).toBe('day');
    expect(error.retryAt).toBe(86_400_000 * Math.ceil(all.clock.date() / 86_400_000));
  });

  it('refuses at once what does not fit, and keeps other tenants waiting for nothing', async () => {
    const all = limited([perDay]);
    await settled(all.router.chat(ask, { tenant: 'other' }), all.clock);
    await useUp(all, { tenant: 'acme' });
    const before = all.clock.now();
    await refusal(all.router.chat(ask, { tenant: 'acme' }));
    await all.router.chat(ask, { tenant: 'other' });
    expect(all.clock.now()).toBe(before);
  });

  it('is for each tenant, and not for requests without one', async () => {
    const all = limited([perDay]);
    await useUp(all, { tenant: 'acme' });
    expect((await settled(all.router.chat(ask, { tenant: 'other' }), all.clock)).text).toBe('ok');
    expect((await settled(all.router.chat(ask), all.clock)).text).toBe('ok');
  });

  it('begins again with the next period', async () => {
    const all = limited([perDay]);
    const { answers, error } = await useUp(all, { tenant: 'acme' });
    await all.clock.advance((error.retryAt ?? 0) - all.clock.date());
    expect((await useUp(all, { tenant: 'acme' })).answers).toBe(answers);
  });

  it('refuses a target whose price is not known', async () => {
    const router = createRouter({
      targets: [{ provider: scriptedProvider('a'), model: 'model' }],
      catalog: false,
      plugins: [limits([{ usd: 1, per: 'day' }])],
    });
    const error = await refusal(router.chat(ask));
    expect(error.message).toContain('price');
    expect(error.retryAt).toBeUndefined();
  });

  it('counts attempts that failed, and holds no more than they cost', async () => {
    const broken = { error: { kind: 'server', status: 500, answered: true }, usage: {} } as const;
    const all = limited([{ usd: 1, per: 'day' }], { targets: { a: [{ ...broken }], b: [{}] } });
    await settled(all.router.chat(ask), all.clock);
    const spent = all.of('usage').reduce((sum, { cost }) => sum + (cost?.total ?? 0), 0);
    expect(all.budgets()).toMatchObject([{ used: spent, reserved: 0 }]);
  });

  it('counts a stream when it has been read, and one that is left by its estimate', async () => {
    const all = limited([{ usd: 1, per: 'day' }], { targets: { a: [{ text: ['a', 'b', 'c'], gap: 10 }] } });
    const stream = await settled(all.router.stream(ask), all.clock);
    expect(all.budgets()[0]?.reserved).toBeGreaterThan(0);
    await settled(read(stream), all.clock);
    expect(all.budgets()).toMatchObject([{ used: costOfFirst, reserved: 0 }]);
    const left = await settled(all.router.stream(ask), all.clock);
    for await (const _ of left) break;
    const [, second] = all.of('usage');
    expect(second?.billed).toBe('unknown');
    expect(all.budgets()[0]?.used).toBeCloseTo(costOfFirst + (second?.cost?.total ?? 0), 9);
  });

  it('counts a mirrored copy', async () => {
    const all = limited([{ usd: 1, per: 'day' }], {
      targets: { a: [{}], b: [{}] },
      routes: { default: { targets: ['a'] } },
      mirror: { target: 'b', ratio: 1 },
    } as never);
    await settled(all.router.chat(ask), all.clock);
    await all.clock.advance(100);
    expect(all.budgets()[0]?.used).toBeCloseTo(costOfFirst + costOfSecond, 9);
  });

  it('takes the amount of each tenant from a function', async () => {
    const amounts: Record<string, number> = { small: 0.0005, large: 0.002 };
    const all = limited([{ by: 'tenant', usd: (tenant) => amounts[tenant ?? ''], per: 'day' }]);
    const small = await useUp(all, { tenant: 'small' });
    const large = await useUp(all, { tenant: 'large' });
    expect(large.answers).toBeGreaterThan(3 * small.answers);
    expect((await settled(all.router.chat(ask, { tenant: 'free' }), all.clock)).text).toBe('ok');
  });

  it('is one of several that all apply; the error names the one that refuses', async () => {
    const all = limited([
      { name: 'team', by: 'tag:team', usd: 0.0005, per: 'day' },
      { name: 'all', usd: 1, per: 'month' },
    ]);
    expect((await useUp(all, { tags: ['team:blue'] })).error.limit.name).toBe('team');
    expect((await settled(all.router.chat(ask, { tags: ['team:red'] }), all.clock)).text).toBe('ok');
    // What one limit refuses is not held by the other.
    expect(all.budgets().map(({ reserved: held }) => held)).toEqual([0, 0, 0]);
  });
});

describe('over', () => {
  it("'cheaper' uses targets that fit, and refuses when none does", async () => {
    const all = limited([{ usd: 0.001, per: 'day', over: 'cheaper' }], {
      targets: { cheap: [{}], expensive: [{}] },
      routes: { default: { targets: ['expensive', 'cheap'] } },
    });
    const used: (string | undefined)[] = [];
    let error: unknown;
    while (error === undefined) {
      const asked = await outcome(
        settled(all.router.chat({ prompt: 'Hi', maxOutputTokens: 100 }), all.clock),
      );
      if ('value' in asked) used.push(asked.value.target);
      else error = asked.error;
    }
    expect(error).toMatchObject({ code: 'budget' });
    expect([used[0], used.at(-1)]).toEqual(['expensive', 'cheap']);
    // Once the expensive one does not fit, it is not used again.
    expect(used.lastIndexOf('expensive')).toBeLessThan(used.indexOf('cheap'));
  });

  it("'warn' refuses nothing, and emits a warning", async () => {
    const all = limited([{ usd: 0.0001, per: 'day', over: 'warn', warnAt: [0.5] }]);
    const events: RouterEvent[] = [];
    all.router.on('budget-warning', (event) => events.push(event));
    for (let n = 0; n < 10; n++) await settled(all.router.chat(ask), all.clock);
    await all.clock.advance(2_000);
    await settled(all.router.chat(ask), all.clock);
    await all.clock.advance(2_000);
    expect(events.at(-1)).toMatchObject({ type: 'budget-warning', ratio: 1, unit: 'usd', amount: 0.0001 });
    expect(all.budgets()[0]?.used).toBeCloseTo(11 * costOfFirst, 9);
  });
});

describe('limits of other units', () => {
  it('count requests, not attempts', async () => {
    const broken = { error: { kind: 'server', status: 500 } } as const;
    const all = limited([{ requests: 3, per: 'minute' }], { targets: { a: [broken], b: [{}] } });
    expect((await useUp(all)).answers).toBe(3);
    expect(all.budgets()).toMatchObject([{ used: 3, reserved: 0 }]);
  });

  it('count tokens', async () => {
    const all = limited([{ tokens: 1_000, per: 'hour' }]);
    const { answers } = await useUp(all);
    expect(answers * 15).toBeLessThanOrEqual(1_000);
    expect(answers * 15).toBeGreaterThan(900);
  });

  it('admits as many requests at the same time as its amount', async () => {
    const all = limited([{ by: 'user', concurrency: 2 }], { targets: { a: [{ delay: 5_000 }] } });
    const options = { user: 'u' };
    const first = all.router.chat(ask, options);
    const second = all.router.chat(ask, options);
    while (all.providers['a']?.open !== 2) {
      await new Promise((resolve) => setImmediate(resolve));
      await all.clock.advance(1);
    }
    expect((await refusal(settled(all.router.chat(ask, options), all.clock))).limit.unit).toBe('concurrency');
    await settled(Promise.all([first, second]), all.clock);
    expect((await settled(all.router.chat(ask, options), all.clock)).text).toBe('ok');
    expect(all.budgets()).toMatchObject([{ reserved: 0 }]);
  });

  it('refill continuously where they are rolling', async () => {
    const all = limited([{ requests: 60, per: 'minute', rolling: true }]);
    expect((await useUp(all)).answers).toBeGreaterThanOrEqual(60);
    await all.clock.advance(10_000);
    const { answers } = await useUp(all);
    expect(answers).toBeGreaterThanOrEqual(9);
    expect(answers).toBeLessThanOrEqual(12);
  });
});

describe('two routers with one store', () => {
  it('never spend more than the limit together, and nearly all of it', async () => {
    const clock = virtualClock();
    const store = memory({ clock });
    const limit: Limit = { usd: 0.02, per: 'day' };
    const routers = [1, 2, 3].map((seed) => limited([limit], { clock, store, seed } as never));
    const answers = await Promise.all(
      routers.map(async (each) => {
        let count = 0;
        for (let refused = 0; refused < 20; ) {
          const asked = await outcome(settled(each.router.chat(ask), clock));
          if ('value' in asked) count += 1;
          else if (isRouterError(asked.error, 'budget')) {
            refused += 1;
            await clock.advance(100);
          } else throw asked.error;
        }
        return count;
      }),
    );
    const spent = answers.reduce((sum, count) => sum + count, 0) * costOfFirst;
    expect(spent).toBeLessThanOrEqual(0.02);
    expect(spent).toBeGreaterThan(0.99 * 0.02);
  });
});

describe('a store that is away', () => {
  const gone = (): Promise<never> => Promise.reject(new Error('gone'));
  const limit: Limit = { usd: 0.001, per: 'day' };

  function flaky(list: readonly Limit[]) {
    const clock = virtualClock();
    const real = memory({ clock });
    const state = { away: false };
    const store: Store = {
      ...real,
      lease: (request) => (state.away ? gone() : real.lease(request)),
      read: (keys) => (state.away ? gone() : real.read(keys)),
    };
    return { ...limited(list, { clock, store }), state, real };
  }

  it("lets this process use its part, then refuses: 'closed'", async () => {
    const all = flaky([{ ...limit, storeAway: 'closed' }]);
    const states: RouterEvent[] = [];
    all.router.on('store-state', (event) => states.push(event));
    await settled(all.router.chat(ask), all.clock);
    all.state.away = true;
    await all.clock.advance(1_500);
    const { answers, error } = await useUp(all);
    expect((answers + 1) * costOfFirst).toBeLessThan(0.001 / 2);
    expect(error.message).toContain('store');
    all.state.away = false;
    await all.clock.advance(1_500);
    expect((await useUp(all)).answers).toBeGreaterThan(10);
    expect(states).toMatchObject([{ state: 'away', store: 'memory' }, { state: 'back' }]);
  });

  it("lets this process use its share of what was free: 'local'", async () => {
    const all = flaky([{ ...limit, storeAway: 'local' }]);
    await settled(all.router.chat(ask), all.clock);
    all.state.away = true;
    await all.clock.advance(1_500);
    const { answers } = await useUp(all);
    // It is the only process, so all of it is its share.
    expect((answers + 1) * costOfFirst).toBeGreaterThan(0.001 - reserved);
    expect((answers + 1) * costOfFirst).toBeLessThanOrEqual(0.001);
  });

  it("lets everything pass, and books it later: 'open'", async () => {
    const all = flaky([{ ...limit, storeAway: 'open' }]);
    await settled(all.router.chat(ask), all.clock);
    all.state.away = true;
    await all.clock.advance(1_500);
    for (let n = 0; n < 100; n++) await settled(all.router.chat(ask), all.clock);
    all.state.away = false;
    await all.clock.advance(3_000);
    const error = await refusal(settled(all.router.chat(ask), all.clock));
    expect(error.spent).toBeCloseTo(101 * costOfFirst, 9);
  });

  it('keeps no request waiting at the start for longer than its timeout', async () => {
    const clock = virtualClock();
    const never = (): Promise<never> => new Promise(() => {});
    const store: Store = { ...memory({ clock }), lease: never, read: never };
    const all = limited([{ ...limit, storeAway: 'local' }], { clock, store });
    const before = clock.now();
    await settled(all.router.chat(ask), clock);
    expect(clock.now() - before).toBeLessThanOrEqual(510);
    const next = clock.now();
    await settled(all.router.chat(ask), clock);
    expect(clock.now() - next).toBeLessThanOrEqual(2);
  });
});

describe('limits() refuses', () => {
  const usd = { usd: 1, per: 'day' } as const;
  it.each<[string, readonly Limit[]]>([
    ['limits()', []],
    ['limits()[0]', [{ per: 'day' }]],
    ['limits()[0]', [{ ...usd, tokens: 5 }]],
    ['limits()[0].per', [{ usd: 1 }]],
    ['limits()[0].per', [{ usd: 1, per: 'year' as never }]],
    ['limits()[0]', [{ concurrency: 1, per: 'day' }]],
    ['limits()[0].timeZone', [{ ...usd, timeZone: 'Mars/Olympus' }]],
    ['limits()[0].by', [{ ...usd, by: 'team' as never }]],
    ['limits()[0].over', [{ ...usd, over: 'ignore' as never }]],
    ['limits()[0].warnAt', [{ ...usd, warnAt: [2] }]],
    ['limits()[0].tokens', [{ tokens: 1.5, per: 'day' }]],
    ['limits()[1].name', [usd, usd]],
    ['limits()[0].limit', [{ ...usd, limit: 1 } as never]],
  ])('a wrong %s', (option, list) => {
    try {
      limits(list);
      throw new Error('was not refused');
    } catch (error) {
      expect(isRouterError(error, 'config') && error.option).toBe(option);
    }
  });
});
