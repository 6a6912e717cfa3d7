import { createRouter, type Policies, type Provider, type RouterEvent, type TargetOptions } from 'signalbox';
import { scriptedProvider, seededRandom, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome } from '../support/requests.ts';

type Scripts = Parameters<typeof scriptedProvider>[1];

const ask = { prompt: 'Hi' };
const price = { input: 1, output: 1 };

/** A target `pool` with a key for each list of scripts, and a target `spare` behind it. */
function pool(
  keys: readonly Scripts[],
  limits: Provider['limits'] = {},
  more: Partial<TargetOptions> = {},
  policies: Policies = {},
) {
  const clock = virtualClock();
  const each = keys.map((scripts) => scriptedProvider('vendor', scripts, clock));
  const provider: Provider<'vendor'> = {
    name: 'vendor',
    chat: () => Promise.reject(new Error('no key')),
    stream: () => {
      throw new Error('no key');
    },
    keys: each.map((key) => ({ name: key.name, chat: key.chat, stream: key.stream, limits })),
  };
  const spare = scriptedProvider('spare', [{ text: 'spare' }], clock);
  const router = createRouter({
    targets: [
      { provider, model: 'm', id: 'pool', price, ...more },
      { provider: spare, model: 'm', id: 'spare', price },
    ],
    routes: { alone: { targets: ['pool'] } },
    ...policies,
    clock,
    random: seededRandom(3),
  });
  const states: RouterEvent[] = [];
  router.on('target-state', (event) => states.push(event));
  const calls = () => each.map((key) => key.calls.length);
  return { router, clock, each, spare, states, calls };
}

describe('a provider with several keys', () => {
  it('spreads requests over its keys, the least busy first', async () => {
    const { router, clock, each } = pool([[{ delay: 100 }], [{ delay: 100 }], [{ delay: 100 }]]);
    const answers = Promise.all(Array.from({ length: 6 }, () => router.chat(ask)));
    await clock.advance(50);
    expect(each.map(({ open }) => open)).toEqual([2, 2, 2]);
    await clock.advance(50);
    expect((await answers).map(({ target }) => target)).toEqual(Array(6).fill('pool'));
  });

  it('takes another key at once rather than wait for the one that was refused', async () => {
    const refused = { error: { kind: 'rate-limit', status: 429, retryAfter: 1_000 } } as const;
    const { router } = pool(
      [[refused, {}], [{ text: 'second key' }]],
      {},
      {},
      { retry: { prefer: 'same-target' } },
    );
    expect((await router.chat(ask)).text).toBe('second key');
  });

  it('are distinguishable in the events of attempts', async () => {
    const { router } = pool([[{ error: { kind: 'auth', status: 401 } }], [{}]]);
    const keys: unknown[] = [];
    router.on('attempt-start', ({ type, key }) => keys.push([type, key]));
    router.on('attempt-end', ({ type, key }) => keys.push([type, key]));
    await router.chat(ask);
    await router.chat(ask);
    expect(keys).toEqual(
      [0, 1, 1].flatMap((key) => [
        ['attempt-start', key],
        ['attempt-end', key],
      ]),
    );
  });

  for (const [what, error] of [
    ['refused', { kind: 'auth', status: 401 }],
    ['out of credit', { kind: 'quota', status: 402 }],
    ['at its limit', { kind: 'rate-limit', status: 429, retryAfter: 60_000 }],
  ] as const) {
    it(`goes to the next key when one is ${what}, and leaves that one alone`, async () => {
      const { router, calls, spare, states } = pool([[{ error }], [{ text: 'second' }]]);
      for (let request = 0; request < 10; request++) expect((await router.chat(ask)).text).toBe('second');
      expect(calls()).toEqual([1, 10]);
      expect(spare.calls).toHaveLength(0);
      expect(states).toMatchObject([{ target: 'pool', key: 0, previous: 'healthy' }]);
    });
  }

  it('records the key of each attempt', async () => {
    const { router } = pool([[{ error: { kind: 'auth', status: 401 } }], [{}]]);
    const attempts = [];
    for (let request = 0; request < 4; request++) attempts.push((await router.chat(ask)).attempts);
    const first = attempts.find((list) => list.length > 1);
    expect(first?.map(({ target, key }) => [target, key])).toEqual([
      ['pool', 0],
      ['pool', 1],
    ]);
  });

  it('goes to the next target, not the next key, when the deployment fails', async () => {
    const broken = [{ error: { kind: 'overloaded', status: 503 } }] as const;
    const { router, calls } = pool([broken, broken]);
    const { text, attempts } = await router.chat(ask);
    expect(text).toBe('spare');
    expect(attempts).toHaveLength(2);
    expect(calls().toSorted()).toEqual([0, 1]);
  });

  it('counts the failures of a deployment for all keys', async () => {
    const broken = [{ error: { kind: 'overloaded', status: 503 } }] as const;
    const { router, calls } = pool([broken, broken]);
    for (let request = 0; request < 10; request++) await router.chat(ask);
    expect(calls().reduce((sum, count) => sum + count)).toBe(3);
    expect(router.stats()[0]?.health).toBe('failing');
  });

  it('uses the next target when no key is left, and the pool is as healthy as its best key', async () => {
    const refused = [{ error: { kind: 'auth', status: 401 } }] as const;
    const { router, calls } = pool([refused, refused]);
    expect((await router.chat(ask)).text).toBe('spare');
    expect(router.stats()[0]?.health).toBe('misconfigured');
    expect((await router.chat(ask)).attempts).toHaveLength(1);
    expect(calls()).toEqual([1, 1]);
  });

  it('tries every key before it gives up', async () => {
    const refused = [{ error: { kind: 'auth', status: 401 } }] as const;
    const { router } = pool([refused, refused, refused, refused, [{ text: 'fifth' }]]);
    expect((await router.chat(ask, { route: 'alone' })).text).toBe('fifth');
  });

  it('keeps the requests of one session at one key', async () => {
    const { router, calls } = pool([[{}], [{}], [{}]]);
    for (let request = 0; request < 12; request++) await router.chat(ask, { session: 'a thread' });
    expect(calls().toSorted()).toEqual([0, 0, 12]);
  });
});

describe('the limits of a key', () => {
  it('hold for each key, and what finds no place goes to the next target', async () => {
    const { router, clock, each, spare } = pool([[{ delay: 100 }], [{ delay: 100 }]], { concurrency: 2 });
    const answers = Promise.all(Array.from({ length: 5 }, () => router.chat(ask)));
    await clock.advance(99);
    expect(each.map(({ open }) => open)).toEqual([2, 2]);
    expect(spare.calls).toHaveLength(1);
    await clock.advance(1);
    await answers;
  });

  it('hold over all targets that use the key', async () => {
    const clock = virtualClock();
    const vendor = scriptedProvider('vendor', [{ delay: 100 }], clock);
    const provider = {
      name: vendor.name,
      chat: vendor.chat,
      stream: vendor.stream,
      limits: { concurrency: 2 },
    };
    const router = createRouter({
      targets: ['small', 'large'].map((model) => ({ provider, model, price })),
      clock,
    });
    const answers = Promise.all([
      router.chat(ask, { route: 'vendor/small' }),
      router.chat(ask, { route: 'vendor/large' }),
      router.chat(ask, { route: 'vendor/small' }),
      router.chat(ask, { route: 'vendor/large' }),
    ]);
    await clock.advance(99);
    expect(vendor.open).toBe(2);
    await clock.advance(101);
    expect(await answers).toHaveLength(4);
  });

  it('of requests in a minute are kept by each key', async () => {
    const { router, calls, spare, clock } = pool([[{}], [{}]], { rpm: 3 });
    for (let request = 0; request < 10; request++) await outcome(router.chat(ask));
    expect(calls()).toEqual([3, 3]);
    expect(spare.calls).toHaveLength(4);
    await clock.advance(60_000);
    expect((await router.chat(ask)).target).toBe('pool');
  });
});
