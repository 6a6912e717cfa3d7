import type { AttemptOutcome, AttemptPlan, Plugin } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { read, rejection, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };

/** Grants all that is asked for, and remembers how it was settled. */
function grants(name = 'grants') {
  const plans: AttemptPlan[] = [];
  const settled: AttemptOutcome[] = [];
  const plugin: Plugin = {
    name,
    reserve(plan) {
      plans.push(plan);
      return { settle: (outcome) => settled.push(outcome) };
    },
  };
  return { plugin, plans, settled };
}

/** Makes attempts at some targets wait. */
function waits(retryAt: (plan: AttemptPlan) => number | undefined, name = 'waits'): Plugin {
  return {
    name,
    reserve(plan) {
      const at = retryAt(plan);
      return at === undefined ? undefined : { retryAt: at };
    },
  };
}

describe('reserve', () => {
  it('runs before each attempt, and settles at its end', async () => {
    const { plugin, plans, settled } = grants();
    const { router } = world(
      { a: [{ error: { kind: 'server', status: 500 } }], b: [{}] },
      { plugins: [plugin] },
    );
    const { usage, cost } = await router.chat(ask);
    expect(plans.map(({ target, attempt }) => [target.id, attempt])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect(settled).toEqual([
      { outcome: 'failed', billed: 'no', usage: undefined, cost: undefined },
      { outcome: 'success', billed: 'yes', usage, cost },
    ]);
  });

  it('sees what the attempt is expected to take', async () => {
    const { plugin, plans } = grants();
    const { router } = world({ a: [{}] }, { plugins: [plugin] });
    await router.chat({ ...ask, maxOutputTokens: 2_000 }, { tenant: 'acme' });
    const [plan] = plans;
    expect(plan).toMatchObject({
      attempt: 1,
      preemptible: false,
      key: undefined,
      inputTokens: expect.any(Number),
    });
    expect(plan?.context.tenant).toBe('acme');
    const { inputTokens = 0, outputTokens = 0, estimatedCost, maxCost } = plan ?? {};
    expect(estimatedCost).toBeCloseTo((inputTokens + 2 * outputTokens) / 1e6, 12);
    // All that it may write, and more input than estimated.
    expect(maxCost).toBeGreaterThan((1.5 * inputTokens + 2 * 2_000) / 1e6);
    expect(maxCost).toBeLessThan((inputTokens + 100 + 2 * 2_000) / 1e6);
  });

  it('is settled by an estimate where the attempt was cut off', async () => {
    const { plugin, settled } = grants();
    const { router, clock } = world({ a: [{ hang: true }] }, { plugins: [plugin] });
    const abort = new AbortController();
    const aborted = rejection(router.chat(ask, { signal: abort.signal }));
    await clock.advance(10);
    abort.abort();
    await aborted;
    expect(settled).toMatchObject([
      { outcome: 'abandoned', billed: 'unknown', usage: { outputTokens: 0 }, cost: {} },
    ]);
  });

  it('holds for a stream until it has been read', async () => {
    const { plugin, settled } = grants();
    const { router } = world({ a: [{ text: ['one', 'two'] }] }, { plugins: [plugin] });
    const stream = await router.stream(ask);
    expect(settled).toHaveLength(0);
    await read(stream);
    expect(settled).toMatchObject([{ outcome: 'success', billed: 'yes' }]);
  });

  it('runs for each call of embeddings', async () => {
    const { plugin, settled } = grants();
    const { router } = world({ a: [{}] }, { plugins: [plugin] });
    await router.embed({ values: Array.from({ length: 100 }, () => 'x') });
    expect(settled.map(({ outcome }) => outcome)).toEqual(['success', 'success']);
  });

  it('sends the request elsewhere where it has to wait', async () => {
    const { router, providers } = world(
      { a: [{}], b: [{}] },
      { plugins: [waits(({ target }) => (target.id === 'a' ? Date.UTC(2026, 0, 2) : undefined))] },
    );
    expect((await router.chat(ask)).target).toBe('b');
    expect(providers['a']?.calls).toHaveLength(0);
  });

  it('lets the request wait until the moment that it names, where there is no other target', async () => {
    const { router, clock } = world(
      { a: [{}] },
      {
        plugins: [
          waits(() =>
            clock.date() < Date.UTC(2026, 0, 1, 0, 0, 5) ? Date.UTC(2026, 0, 1, 0, 0, 5) : undefined,
          ),
        ],
      },
    );
    const answer = router.chat(ask);
    await clock.advance(4_999);
    expect(router.stats()[0]?.attempts).toBe(0);
    await clock.advance(1);
    expect((await answer).target).toBe('a');
  });

  it('lets it wait until another attempt has ended, where it names none', async () => {
    let inUse = false;
    const oneAtATime: Plugin = {
      name: 'one-at-a-time',
      reserve() {
        if (inUse) return { retryAt: Number.POSITIVE_INFINITY };
        inUse = true;
        return {
          settle() {
            inUse = false;
          },
        };
      },
    };
    const { router, clock, providers } = world({ a: [{ delay: 100 }] }, { plugins: [oneAtATime] });
    const answers = Promise.all([router.chat(ask), router.chat(ask), router.chat(ask)]);
    await clock.advance(100);
    expect(providers['a']?.calls).toHaveLength(2);
    await clock.advance(200);
    expect(await answers).toHaveLength(3);
    expect(clock.timers).toBe(0);
  });

  it('lets a request wait for a promise outside the queue, so that those behind it enter first', async () => {
    let resolve = (): void => {};
    const ready = new Promise<void>((done) => {
      resolve = done;
    });
    let isReady = false;
    const plugin: Plugin = {
      name: 'ready',
      reserve: ({ context }) =>
        context.tenant === 'acme' && !isReady ? { retryAt: Number.POSITIVE_INFINITY, ready } : undefined,
    };
    const { router, clock } = world({ a: [{ delay: 100 }] }, { plugins: [plugin], concurrency: 1 });
    const first = router.chat(ask);
    const delayed = router.chat(ask, { tenant: 'acme' });
    const behind = router.chat(ask, { tenant: 'other' });
    await clock.advance(100);
    await first;
    await clock.advance(100);
    expect((await behind).target).toBe('a');
    isReady = true;
    resolve();
    await clock.advance(100);
    expect((await delayed).target).toBe('a');
    expect(clock.timers).toBe(0);
  });

  it('asks again where the promise that a request waits for is rejected', async () => {
    let asked = 0;
    const plugin: Plugin = {
      name: 'ready',
      reserve() {
        asked += 1;
        return asked === 1
          ? { retryAt: Number.POSITIVE_INFINITY, ready: Promise.reject(new Error('no')) }
          : undefined;
      },
    };
    const { router } = world({ a: [{}] }, { plugins: [plugin] });
    expect((await router.chat(ask)).target).toBe('a');
  });

  it('lets embeddings wait for a promise, too', async () => {
    let asked = 0;
    const plugin: Plugin = {
      name: 'ready',
      reserve() {
        asked += 1;
        return asked % 2 === 1 ? { retryAt: Number.POSITIVE_INFINITY, ready: Promise.resolve() } : undefined;
      },
    };
    const { router } = world({ a: [{}] }, { plugins: [plugin] });
    const { embeddings } = await router.embed({ values: Array.from({ length: 100 }, () => 'x') });
    expect(embeddings).toHaveLength(100);
  });

  it('fails the request where it would have to wait longer than it may', async () => {
    const later = Date.UTC(2026, 0, 1, 1);
    const { router, clock } = world({ a: [{}] }, { plugins: [waits(() => later)] });
    expect(await rejection(router.chat(ask))).toMatchObject({ code: 'no-target', retryAt: later });
    expect(clock.timers).toBe(0);
  });

  it('keeps nothing of one plugin where another one makes the attempt wait', async () => {
    const first = grants('first');
    const second = grants('second');
    const order: string[] = [];
    first.plugin.reserve = (plan) => {
      first.plans.push(plan);
      return { settle: ({ outcome }) => order.push(`first ${outcome}`) };
    };
    second.plugin.reserve = () => ({ settle: ({ outcome }) => order.push(`second ${outcome}`) });
    const { router } = world(
      { a: [{}], b: [{}] },
      {
        plugins: [
          first.plugin,
          second.plugin,
          waits(({ target }) => (target.id === 'a' ? Date.UTC(2027, 0, 1) : undefined)),
        ],
      },
    );
    await router.chat(ask);
    expect(order).toEqual(['second unsent', 'first unsent', 'second success', 'first success']);
  });

  it('waits for the last of the plugins that make it wait', async () => {
    const at = (second: number) => Date.UTC(2026, 0, 1, 0, 0, second);
    const until = (second: number) => () => (clock.date() < at(second) ? at(second) : undefined);
    const { router, clock } = world(
      { a: [{}] },
      { plugins: [waits(() => until(7)(), 'seven'), waits(() => until(3)(), 'three')] },
    );
    const answer = router.chat(ask);
    await clock.advance(6_999);
    expect(router.stats()[0]?.attempts).toBe(0);
    await clock.advance(1);
    expect((await answer).target).toBe('a');
  });

  it('fails the request with what it throws, and keeps nothing', async () => {
    const { plugin, settled } = grants();
    const bug = new TypeError('a bug');
    const breaks: Plugin = {
      name: 'breaks',
      reserve() {
        throw bug;
      },
    };
    const { router, providers } = world({ a: [{}], b: [{}] }, { plugins: [plugin, breaks] });
    expect(await rejection(router.chat(ask))).toBe(bug);
    expect(settled).toMatchObject([{ outcome: 'unsent', billed: 'no' }]);
    expect([providers['a']?.calls.length, router.stats()[0]?.inFlight]).toEqual([0, 0]);
  });

  it('harms no request where it throws when it is settled', async () => {
    const breaks: Plugin = {
      name: 'breaks',
      reserve: () => ({
        settle() {
          throw new Error('a bug');
        },
      }),
    };
    const other = grants('other');
    const all = world({ a: [{}] }, { plugins: [other.plugin, breaks] });
    expect((await all.router.chat(ask)).target).toBe('a');
    expect(other.settled).toHaveLength(1);
    expect(all.of('plugin-error')).toMatchObject([{ plugin: 'breaks', station: 'reserve' }]);
  });
});
