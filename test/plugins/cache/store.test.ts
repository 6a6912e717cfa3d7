import type { Store } from 'signalbox';
import { cache } from 'signalbox/cache';
import { memory } from 'signalbox/memory';
import { virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { world } from '../../support/requests.ts';
import { acme, cached } from './world.ts';

const ask = { prompt: 'Why is the sky blue?' };
const secret = 'a secret of the processes';

/** Two processes that share a store. */
function processes(
  scripts: Parameters<typeof cached>[0],
  store: Store,
  clock = virtualClock(),
  options = {},
) {
  const own = { store, secret, ...options };
  return [cached(scripts, own, { clock }), cached(scripts, own, { clock })] as const;
}

describe('a shared store', () => {
  it('answers in one process what another one requested', async () => {
    const clock = virtualClock();
    const [one, two] = processes({ a: [{ text: 'Rayleigh' }] }, memory({ clock }), clock);
    await one.router.chat(ask, acme);
    await clock.advance(0);
    expect(await two.router.chat(ask, acme)).toMatchObject({ text: 'Rayleigh', cost: { total: 0 } });
    expect([one.calls(), two.calls()]).toEqual([1, 0]);
    expect(clock.timers).toBe(0);
  });

  it('is the router’s own, if that is shared', async () => {
    const shared: Store = { ...memory(), name: 'shared' };
    for (const calls of [1, 0]) {
      const all = world({ a: [{}] }, { store: shared, plugins: [cache({ secret })] });
      await all.router.chat(ask, acme);
      await all.clock.advance(0);
      expect(all.providers['a']?.calls).toHaveLength(calls);
    }
  });

  it('needs a secret, and shares nothing between two secrets', async () => {
    const store = memory();
    expect(() => cached({ a: [{}] }, { store })).toThrow('cache.secret');
    expect(() => cached({ a: [{}] }, { store, secret: 'short' })).toThrow('cache.secret');
    const one = cached({ a: [{}] }, { store, secret });
    const two = cached({ a: [{}] }, { store, secret: `${secret} of others` });
    for (const all of [one, two]) await all.router.chat(ask, acme);
    expect([one.calls(), two.calls()]).toEqual([1, 1]);
  });

  it('has no prompt and no name in its keys', async () => {
    const keys: string[] = [];
    const inner = memory();
    const store: Store = {
      ...inner,
      set: (key, value, options) => {
        keys.push(key);
        return inner.set(key, value, options);
      },
    };
    const all = cached({ a: [{}] }, { store, secret });
    await all.router.chat(ask, acme);
    await all.clock.advance(0);
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(key).toMatch(/^cache\/(claim\/)?[0-9a-f]{64}$/);
  });

  it('makes one call for identical requests of two processes', async () => {
    const clock = virtualClock();
    const [one, two] = processes({ a: [{ text: 'Rayleigh', delay: 500 }] }, memory({ clock }), clock);
    const first = one.router.chat(ask, acme);
    await clock.advance(10);
    const second = two.router.chat(ask, acme);
    await clock.advance(1_000);
    expect((await first).text).toBe('Rayleigh');
    expect(await second).toMatchObject({ text: 'Rayleigh', cost: { total: 0 } });
    expect([one.calls(), two.calls()]).toEqual([1, 0]);
    expect(clock.timers).toBe(0);
  });

  it('lets a request make its own call when the other process has failed', async () => {
    const clock = virtualClock();
    const store = memory({ clock });
    const broken = cached(
      { a: [{ delay: 500, error: { kind: 'bad-request' } }] },
      { store, secret },
      { clock },
    );
    const sound = cached({ a: [{ text: 'Rayleigh' }] }, { store, secret }, { clock });
    const first = expect(broken.router.chat(ask, acme)).rejects.toMatchObject({ kind: 'bad-request' });
    await clock.advance(10);
    const second = sound.router.chat(ask, acme);
    await clock.advance(1_000);
    await first;
    expect((await second).text).toBe('Rayleigh');
  });

  it('waits for another process no longer than `coalesce.wait`', async () => {
    const clock = virtualClock();
    const options = { coalesce: { wait: 200 } };
    const [one, two] = processes({ a: [{ delay: 5_000 }] }, memory({ clock }), clock, options);
    void one.router.chat(ask, acme);
    await clock.advance(10);
    void two.router.chat(ask, acme);
    await clock.advance(300);
    expect([one.calls(), two.calls()]).toEqual([1, 1]);
    await clock.advance(10_000);
  });

  it('waits for another process for at most half of the request’s time', async () => {
    const clock = virtualClock();
    const [one, two] = processes({ a: [{ delay: 20_000 }] }, memory({ clock }), clock);
    void one.router.chat(ask, acme);
    await clock.advance(10);
    const second = two.router.chat(ask, { ...acme, timeout: { request: 4_000 } }).catch(() => {});
    await clock.advance(1_900);
    expect(two.calls()).toBe(0);
    await clock.advance(200);
    expect(two.calls()).toBe(1);
    await clock.advance(30_000);
    await second;
  });

  it('is not read any longer when the caller has left', async () => {
    const clock = virtualClock();
    const [one, two] = processes({ a: [{ delay: 20_000 }] }, memory({ clock }), clock);
    void one.router.chat(ask, acme);
    await clock.advance(10);
    const { timers } = clock;
    const abort = new AbortController();
    const second = two.router.chat(ask, { ...acme, signal: abort.signal }).catch((error: unknown) => error);
    await clock.advance(100);
    abort.abort('left');
    expect(await second).toBe('left');
    await clock.advance(60);
    expect(clock.timers).toBe(timers);
    await clock.advance(30_000);
  });

  it.each([{ scope: 'acme' }, { tag: 'x' }, { route: 'default' }, {}])(
    'invalidates in all processes: %j',
    async (selector) => {
      const clock = virtualClock();
      const [one, two] = processes({ a: [{}] }, memory({ clock }), clock);
      const options = { ...acme, tags: ['x', 'y'] };
      await one.router.chat(ask, options);
      await clock.advance(5);
      await two.router.chat(ask, acme);
      expect(two.calls()).toBe(0);
      await two.cache.invalidate({ scope: 'other' });
      await clock.advance(5);
      await two.router.chat(ask, acme);
      expect(two.calls()).toBe(0);
      await two.cache.invalidate(selector);
      await clock.advance(5);
      await one.router.chat(ask, options);
      expect(one.calls()).toBe(2);
    },
  );

  it('has embeddings by value', async () => {
    const clock = virtualClock();
    const [one, two] = processes({ a: [{}] }, memory({ clock }), clock);
    await one.router.embed({ values: ['one', 'two!'] }, acme);
    await clock.advance(0);
    const { embeddings } = await two.router.embed({ values: ['two!', 'three'] }, acme);
    expect(embeddings).toEqual([
      [4, 1],
      [5, 1],
    ]);
    expect(two.providers['a']?.embedCalls.map(({ values }) => values)).toEqual([['three']]);
  });
});

type Trouble = (inner: Store) => Partial<Store>;

const fails = (): Promise<never> => Promise.reject(new Error('ECONNREFUSED'));
const hangs = (): Promise<never> => new Promise(() => {});
const garbage =
  (value: unknown): Trouble =>
  () => ({
    get: async (keys) => keys.map(() => ({ value: value as string, version: '1' })),
  });
const troubles: Readonly<Record<string, Trouble>> = {
  down: () => ({ get: fails, set: fails, delete: fails, read: fails, publish: fails }),
  slow: () => ({ get: hangs, set: hangs, delete: hangs, read: hangs, publish: hangs }),
  full: () => ({ set: () => Promise.reject(new Error('OOM command not allowed')) }),
  'throwing at once': () => ({
    get: () => {
      throw new TypeError('a bug');
    },
  }),
  'returning nothing': () => ({ get: async () => [] }),
  'returning text': garbage('garbage'),
  'returning null': garbage(null),
  'returning a number': garbage(7),
  'returning an entry that was cut': garbage('[1,"default"]\n{"v":1,"k":"x","at":1,"conte'),
  'returning other JSON': garbage('[1,"default"]\n{"v":1}'),
  'returning the entry of another key': garbage(
    `[9999999999999,"default"]\n${JSON.stringify({ v: 1, k: 'other', at: 0, freshUntil: 9e15, tags: [], target: 'a', content: [{ type: 'text', text: 'wrong' }], finishReason: 'stop', usage: {}, response: {}, warnings: [], providerMetadata: {} })}`,
  ),
  'returning an entry without labels': garbage('{"v":1}'),
};

describe.each(Object.entries(troubles))('a store that is %s', (name, trouble) => {
  it.each(['chat', 'stream', 'embed'] as const)('is a miss and an event: %s', async (kind) => {
    const clock = virtualClock();
    const inner = memory({ clock });
    const store: Store = { ...inner, ...trouble(inner) };
    const all = cached({ a: [{ text: 'Rayleigh' }] }, { store, secret }, { clock });
    const once = async (): Promise<string | number> => {
      if (kind === 'embed') return (await all.router.embed({ values: ['one'] }, acme)).embeddings.length;
      if (kind === 'chat') return (await all.router.chat(ask, acme)).text;
      return (await (await all.router.stream(ask, acme)).result).text;
    };
    const texts: (string | number)[] = [];
    for (let time = 0; time < 5; time++) {
      void once().then((text) => texts.push(text));
      await clock.advance(10_000);
    }
    expect(texts).toHaveLength(5);
    expect(new Set(texts)).toEqual(new Set([kind === 'embed' ? 1 : 'Rayleigh']));
    expect(all.calls()).toBe(5);
    if (name !== 'returning nothing') expect(all.of('plugin-error').length).toBeGreaterThan(0);
    await clock.advance(60_000);
    expect(clock.timers).toBe(0);
  });
});

describe('a store that is gone', () => {
  it('is not used after a few failures, so that no request waits for it', async () => {
    const clock = virtualClock();
    const store: Store = { ...memory({ clock }), get: hangs, read: hangs };
    const all = cached({ a: [{}] }, { store, secret, coalesce: false }, { clock });
    const took: number[] = [];
    for (let request = 0; request < 8; request++) {
      const begun = clock.now();
      let isOver = false;
      const asking = all.router.chat(ask, acme).then(() => {
        isOver = true;
      });
      while (!isOver) await clock.advance(10);
      await asking;
      took.push(clock.now() - begun);
    }
    expect(took.slice(4).every((ms) => ms <= 10)).toBe(true);
  });
});
