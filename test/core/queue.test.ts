import { createRouter, isRouterError, type Priority, type RouterOptions } from 'signalbox';
import { type Script, scriptedProvider, seededRandom, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome, rejection, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const price = { input: 1, output: 1 };

/** One target that takes one request at a time, a tenth of a second each. */
function narrow(
  options: Omit<RouterOptions, 'targets' | 'routes' | 'select' | 'mirror'> & { readonly rpm?: number } = {},
  scripts: readonly Script[] = [{ delay: 100 }],
) {
  const { rpm, ...rest } = options;
  const clock = virtualClock();
  const provider = scriptedProvider('vendor', scripts, clock);
  const router = createRouter({
    targets: [
      { provider, model: 'm', id: 'narrow', price, concurrency: 1, ...(rpm === undefined ? {} : { rpm }) },
    ],
    clock,
    random: seededRandom(1),
    ...rest,
  });
  const order: string[] = [];
  const send = (name: string, priority?: Priority, request?: number) =>
    outcome(
      router
        .chat(ask, {
          ...(priority === undefined ? {} : { priority }),
          ...(request === undefined ? {} : { timeout: { request } }),
        })
        .then(
          (result) => {
            order.push(name);
            return result;
          },
          (error: unknown) => {
            order.push(`not ${name}`);
            throw error;
          },
        ),
    );
  return { clock, provider, router, order, send };
}

describe('waiting', () => {
  it('refuses at once a request that could only be served after its deadline, with a retryAt', async () => {
    const limited = { error: { kind: 'rate-limit', status: 429, retryAfter: 10_000 } } as const;
    const { router, clock } = world({ a: [limited, {}] }, { timeout: { request: 5_000 } });
    const error = await rejection(router.chat(ask));
    expect(clock.now()).toBe(0);
    expect(isRouterError(error, 'all-targets-failed') && error.retryAt).toBe(clock.date() + 10_000);
    // And no less so who comes later.
    expect(isRouterError(await rejection(router.chat(ask)), 'no-target')).toBe(true);
    expect(clock.now()).toBe(0);
  });

  it('waits for a healthy target that is busy rather than ask those again that have just failed', async () => {
    const broken = [{ error: { kind: 'server', status: 500 } }] as const;
    const { router, clock } = world(
      { a: broken, b: broken, c: [{ delay: 1_000 }] },
      { concurrency: 1, maxAttempts: 3 },
    );
    const first = outcome(router.chat(ask));
    await clock.advance(10);
    const second = outcome(router.chat(ask));
    await clock.advance(3_000);
    for (const settled of [await first, await second]) {
      expect('value' in settled ? settled.value.attempts.map(({ target }) => target) : settled.error).toEqual(
        ['a', 'b', 'c'],
      );
    }
  });

  it('serves the critical before the normal and those before the sheddable, each in turn', async () => {
    const { clock, order, send } = narrow();
    const all = [
      send('first'),
      send('s1', 'sheddable'),
      send('n1'),
      send('c1', 'critical'),
      send('s2', 'sheddable'),
      send('n2', 'normal'),
      send('c2', 'critical'),
    ];
    await clock.advance(1_000);
    await Promise.all(all);
    expect(order).toEqual(['first', 'c1', 'c2', 'n1', 'n2', 's1', 's2']);
  });

  it('rejects a request at once when the queue is full, with the reason', async () => {
    const { clock, order, send, router } = narrow({ queue: { size: 2 } });
    const all = [send('a'), send('b'), send('c')];
    const error = await rejection(router.chat(ask));
    expect(isRouterError(error, 'no-target') && error.shed).toBe(true);
    expect(String(error)).toContain('narrow (busy), and too many requests are waiting already');
    await clock.advance(300);
    await Promise.all(all);
    expect(order).toEqual(['a', 'b', 'c']);
  });

  it('sheds the last of the lowest priority for one that matters more', async () => {
    const { clock, order, send } = narrow({ queue: { size: 3 } });
    const all = [
      send('a'),
      send('n1'),
      send('s1', 'sheddable'),
      send('s2', 'sheddable'),
      send('c1', 'critical'),
      send('n2'),
    ];
    await clock.advance(400);
    await Promise.all(all);
    expect(order.slice(0, 2).toSorted()).toEqual(['not s1', 'not s2']);
    expect(order.slice(2)).toEqual(['a', 'c1', 'n1', 'n2']);
  });

  it('never sheds one for another of the same priority', async () => {
    const { clock, order, send } = narrow({ queue: { size: 1 } });
    const all = [send('a'), send('b', 'critical'), send('c', 'critical')];
    await clock.advance(200);
    await Promise.all(all);
    expect(order).toEqual(['not c', 'a', 'b']);
  });

  it('does not wait at all where queue.size is 0', async () => {
    const { clock, order, send } = narrow({ queue: { size: 0 } });
    const all = [send('a'), send('b')];
    await clock.advance(100);
    await Promise.all(all);
    expect(order).toEqual(['not b', 'a']);
  });

  it('turns away at once what would come too late, by the usual time of an answer', async () => {
    const { clock, order, send } = narrow();
    await Promise.all([send('known'), clock.advance(100)]);
    const all = [
      send('a'),
      send('b'),
      send('c'),
      send('in time', 'normal', 450),
      send('too late', 'normal', 250),
    ];
    await clock.advance(0);
    expect(order).toEqual(['known', 'not too late']);
    await clock.advance(400);
    await Promise.all(all);
    expect(order.slice(2)).toEqual(['a', 'b', 'c', 'in time']);
  });

  it('ends at once when the caller aborts, and the next one moves up', async () => {
    const { clock, router, send, order, provider } = narrow();
    const abort = new AbortController();
    const first = send('a');
    const leaving = rejection(router.chat(ask, { signal: abort.signal }));
    const last = send('b');
    await clock.advance(50);
    abort.abort('enough');
    expect(await leaving).toBe('enough');
    await clock.advance(150);
    await Promise.all([first, last]);
    expect(order).toEqual(['a', 'b']);
    expect(provider.calls).toHaveLength(2);
    expect(clock.timers).toBe(0);
  });

  it('admits as many at a time as a recovering target can take, not all at once', async () => {
    const refused = { error: { kind: 'rate-limit', status: 429, retryAfter: 1_000 } } as const;
    const clock = virtualClock();
    let most = 0;
    const provider = scriptedProvider(
      'vendor',
      (_call, index) => {
        most = Math.max(most, index < 10 ? 0 : provider.open + 1);
        return index < 10 ? { ...refused, delay: 10 } : { delay: 100 };
      },
      clock,
    );
    const router = createRouter({
      targets: [{ provider, model: 'm', price }],
      clock,
      random: seededRandom(1),
    });
    const answers = Promise.all(Array.from({ length: 10 }, () => router.chat(ask)));
    await clock.advance(5_000);
    expect(await answers).toHaveLength(10);
    expect(most).toBeLessThan(7);
  });

  it('goes to whichever target is free first', async () => {
    const clock = virtualClock();
    const target = (id: string, delay: number) => ({
      provider: scriptedProvider(id, [{ delay }], clock),
      model: 'm',
      id,
      price,
      concurrency: 1,
    });
    const router = createRouter({ targets: [target('slow', 1_000), target('fast', 100)], clock });
    const answers = Promise.all([1, 2, 3, 4].map(() => router.chat(ask)));
    await clock.advance(1_000);
    expect((await answers).map(({ target: id }) => id)).toEqual(['slow', 'fast', 'fast', 'fast']);
  });

  it('waits for a minute’s limit in turn', async () => {
    const { clock, order, send } = narrow({ rpm: 60 }, [{}]);
    for (let request = 0; request < 60; request++) await send('before');
    order.length = 0;
    const all = [send('a'), send('b'), send('c', 'critical')];
    await clock.advance(999);
    expect(order).toEqual([]);
    await clock.advance(1);
    expect(order).toEqual(['c']);
    await clock.advance(2_000);
    await Promise.all(all);
    expect(order).toEqual(['c', 'a', 'b']);
  });

  it('rejects those who wait when the router is closed', async () => {
    const { router, send, order } = narrow();
    const all = [send('a'), send('b')];
    await router.close();
    await Promise.all(all);
    expect(new Set(order)).toEqual(new Set(['not a', 'not b']));
  });

  it('rejects embeddings in flight like any other request', async () => {
    const { router, clock, provider, send } = narrow({ queue: { size: 1 } });
    const values = Array.from({ length: 100 }, () => 'x'); // in two portions
    const failing = rejection(router.embed({ values }, { priority: 'sheddable' }));
    await clock.advance(0); // loads the code for embeddings
    const first = send('first', 'critical');
    await clock.advance(150); // its turn came between the portions
    const second = send('second', 'critical');
    expect(await failing).toMatchObject({ code: 'no-target', shed: true });
    await clock.advance(1_000);
    await Promise.all([first, second]);
    expect(provider.open).toBe(0);
  });
});

describe('retry.budget', () => {
  const failing = { error: { kind: 'server', status: 500 } } as const;

  it('keeps retries on the same target to a share of the requests, and a few that are free', async () => {
    const clock = virtualClock();
    let index = 0;
    // Every second attempt fails.
    const provider = scriptedProvider('vendor', () => (index++ % 2 === 0 ? failing : {}), clock);
    const router = createRouter({
      targets: [{ provider, model: 'm', price }],
      clock,
      random: seededRandom(1),
      breaker: false,
      retry: { ratio: 0.1 },
    });
    let failed = 0;
    const attempts: number[] = [];
    router.on('request-end', (end) => {
      attempts.push(end.attempts.length);
      if (end.outcome === 'failed') failed += 1;
    });
    const all = Array.from({ length: 400 }, () => outcome(router.chat(ask)));
    await clock.advance(1_000);
    await Promise.all(all);
    const retries = attempts.reduce((sum, count) => sum + count - 1, 0);
    expect(retries).toBeGreaterThan(0.1 * 400);
    expect(retries).toBeLessThanOrEqual(0.1 * 400 + 10 + 1);
    expect(failed).toBeGreaterThan(0);
  });

  it('does not limit going to another target', async () => {
    const clock = virtualClock();
    const router = createRouter({
      targets: [
        { provider: scriptedProvider('a', [failing], clock), model: 'm', price },
        { provider: scriptedProvider('b', [{}], clock), model: 'm', price },
      ],
      clock,
      breaker: false,
      retry: { ratio: 0 },
    });
    const all = Array.from({ length: 200 }, () => router.chat(ask));
    expect((await Promise.all(all)).every(({ target }) => target === 'b/m')).toBe(true);
  });

  it('starts no further attempt that the time left does not allow', async () => {
    const clock = virtualClock();
    const a = scriptedProvider('a', [...Array(120).fill({ delay: 40 }), { ...failing, delay: 40 }], clock);
    const router = createRouter({ targets: [{ provider: a, model: 'm', price }], clock, random: () => 0 });
    for (let request = 0; request < 120; request++) {
      const answer = router.chat(ask);
      await clock.advance(40);
      await answer;
    }
    const late = rejection(router.chat(ask, { timeout: { request: 70 } }));
    await clock.advance(40);
    expect(await late).toMatchObject({ code: 'all-targets-failed' });
    expect(a.calls).toHaveLength(121);
  });
});
