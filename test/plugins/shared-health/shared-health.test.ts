import { isRouterError, type RouterEvent, type Store } from 'signalbox';
import { memory } from 'signalbox/memory';
import { type SharedHealthOptions, sharedHealth } from 'signalbox/shared-health';
import { virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { world } from '../../support/requests.ts';

const ask = { prompt: 'Hi' };
const limited = { error: { kind: 'rate-limit', status: 429, retryAfter: 60_000 } } as const;
const broken = { error: { kind: 'server', status: 500 } } as const;
const refused = { error: { kind: 'auth', status: 401 } } as const;

/** Several processes with one store. */
function fleet(scripts: readonly Parameters<typeof world>[0][], more: { readonly store?: Store } = {}) {
  const clock = virtualClock();
  const store = more.store ?? memory({ clock });
  const all = scripts.map((each, seed) => world(each, { clock, store, seed, plugins: [sharedHealth()] }));
  return { all, clock };
}

describe('sharedHealth()', () => {
  it('makes other processes respect a 429 within one exchange', async () => {
    const { all, clock } = fleet([
      { a: [limited], b: [{}] },
      { a: [{}], b: [{}] },
    ]);
    const [first, second] = all;
    await first?.router.chat(ask);
    expect((await second?.router.chat(ask))?.target).toBe('a');
    await clock.advance(1_100);
    expect((await second?.router.chat(ask))?.target).toBe('b');
    await clock.advance(59_000);
    expect((await second?.router.chat(ask))?.target).toBe('a');
  });

  it('makes other processes avoid a misconfigured key', async () => {
    const { all, clock } = fleet([
      { a: [refused], b: [{}] },
      { a: [{}], b: [{}] },
    ]);
    const [first, second] = all;
    await first?.router.chat(ask);
    await clock.advance(2_200);
    expect((await second?.router.explain(ask))?.skipped).toMatchObject([
      { target: 'a', reason: 'misconfigured' },
    ]);
  });

  it('costs forty-nine other processes at most one request each after one detects an outage', async () => {
    const { all, clock } = fleet(Array.from({ length: 50 }, () => ({ a: [broken], b: [{}] })));
    const [first, ...others] = all;
    for (let n = 0; n < 5; n++) await first?.router.chat(ask);
    await clock.advance(2_200);
    for (let n = 0; n < 10; n++) {
      for (const { router } of others) expect((await router.chat(ask)).target).toBe('b');
      await clock.advance(200);
    }
    const calls = others.map(({ providers }) => providers['a']?.calls.length ?? 0);
    expect(Math.max(...calls)).toBeLessThanOrEqual(1);
  });

  it('leaves a target to a process whose requests succeed', async () => {
    const { all, clock } = fleet([
      { a: [broken], b: [{}] },
      { a: [{}], b: [{}] },
    ]);
    const [first, second] = all;
    for (let n = 0; n < 5; n++) await first?.router.chat(ask);
    await clock.advance(2_200);
    const used: (string | undefined)[] = [];
    for (let n = 0; n < 5; n++) used.push((await second?.router.chat(ask))?.target);
    expect(used.slice(1)).toEqual(['a', 'a', 'a', 'a']);
    await clock.advance(3_000);
    expect((await second?.router.chat(ask))?.target).toBe('a');
  });

  it('does not send a received hint on', async () => {
    const { all, clock } = fleet([
      { a: [broken], b: [{}] },
      { a: [{}], b: [{}] },
      { a: [{}], b: [{}] },
    ]);
    const [first, , third] = all;
    for (let n = 0; n < 5; n++) await first?.router.chat(ask);
    // The first one's breaker is half-open by now, and no other process has sent a request.
    await clock.advance(120_000);
    const states = third?.of('target-state').map(({ state }) => state);
    expect(states).toEqual(['unresponsive']);
  });

  it('shares latencies with a new process', async () => {
    const clock = virtualClock();
    const store = memory({ clock });
    const old = world({ a: [{ delay: 300 }] }, { clock, store, plugins: [sharedHealth()] });
    for (let n = 0; n < 120; n++) {
      const asking = old.router.chat(ask);
      await clock.advance(500);
      await asking;
    }
    await clock.advance(61_000);
    const fresh = world({ a: [{}] }, { clock, store, plugins: [sharedHealth()] });
    await clock.advance(2_000);
    const [latency] = fresh.router.stats()[0]?.latencies ?? [];
    expect(latency?.kind).toBe('chat');
    expect(latency?.p50).toBeGreaterThan(280);
    expect(latency?.p50).toBeLessThan(320);
  });

  it('counts a process’s own latencies once', async () => {
    const { all, clock } = fleet([{ a: [{ delay: 300 }] }]);
    const [only] = all;
    for (let n = 0; n < 20; n++) {
      const asking = only?.router.chat(ask);
      await clock.advance(500);
      await asking;
    }
    await clock.advance(180_000);
    const [latency] = only?.router.stats()[0]?.latencies ?? [];
    expect(latency?.samples).toBeLessThanOrEqual(20);
  });

  it('only emits an event if the store is unavailable', async () => {
    const gone = (): Promise<never> => Promise.reject(new Error('gone'));
    const never = (): Promise<never> => new Promise(() => {});
    for (const way of [gone, never]) {
      const { all, clock } = fleet([{ a: [{}] }], { store: { ...memory(), read: way, publish: way } });
      const [only] = all;
      const events: RouterEvent[] = [];
      only?.router.on('store-state', (event) => events.push(event));
      await clock.advance(5_000);
      const before = clock.now();
      expect((await only?.router.chat(ask))?.target).toBe('a');
      expect(clock.now()).toBe(before);
      expect(events).toMatchObject([{ state: 'away', plugin: 'shared-health', store: 'memory' }]);
    }
  });

  it('publishes what it learned during an outage of the store afterwards', async () => {
    const clock = virtualClock();
    const real = memory({ clock });
    let away = true;
    const store: Store = {
      ...real,
      read: (keys) => (away ? Promise.reject(new Error('gone')) : real.read(keys)),
    };
    const first = world({ a: [limited], b: [{}] }, { clock, store, plugins: [sharedHealth()] });
    await first.router.chat(ask);
    await clock.advance(5_000);
    away = false;
    const second = world({ a: [{}], b: [{}] }, { clock, store, plugins: [sharedHealth()] });
    await clock.advance(2_500);
    expect((await second.router.explain(ask)).skipped).toMatchObject([{ reason: 'cooling-down' }]);
  });

  it.each<[string, SharedHealthOptions]>([
    ['sharedHealth().interval', { interval: 1 }],
    ['sharedHealth().storeTimeout', { storeTimeout: 0 }],
    ['sharedHealth().defer', { defer: 1 as never }],
  ])('rejects an invalid %s', (option, options) => {
    try {
      sharedHealth(options);
      throw new Error('was not refused');
    } catch (error) {
      expect(isRouterError(error, 'config') && error.option).toBe(option);
    }
  });
});
