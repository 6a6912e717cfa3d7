import { isRouterError, type Plugin, RefusedError } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { read, rejection, world } from '../support/requests.ts';

const ask = { prompt: 'my secret' };

/** Adds a word to the last message. */
function adds(word: string, later = false): Plugin {
  return {
    name: `adds-${word}`,
    inspect(context) {
      if (context.operation !== 'chat' && context.operation !== 'stream') return undefined;
      const { request } = context;
      const content = `${request.messages.at(-1)?.content} ${word}`;
      const replaced = { ...request, messages: [{ role: 'user' as const, content }] };
      return later ? Promise.resolve(replaced) : replaced;
    },
  };
}

describe('inspect', () => {
  it('replaces the request of a chat and of a stream before it is sent', async () => {
    const { router, providers } = world({ a: [{}] }, { plugins: [adds('more')] });
    await router.chat(ask);
    await read(await router.stream(ask));
    const sent = providers['a']?.calls.map(({ messages }) => messages);
    expect(sent).toEqual([
      [{ role: 'user', content: 'my secret more' }],
      [{ role: 'user', content: 'my secret more' }],
    ]);
  });

  it('takes turns in the order of the plugins, at once or later', async () => {
    const { router, providers } = world(
      { a: [{}] },
      { plugins: [adds('one', true), adds('two'), adds('three', true)] },
    );
    await router.chat(ask);
    expect(providers['a']?.calls[0]?.messages[0]?.content).toBe('my secret one two three');
  });

  it('replaces the values of embeddings and the prompt of images', async () => {
    const upper: Plugin = {
      name: 'upper',
      inspect(context) {
        if (context.operation === 'embed')
          return { ...context.request, values: context.request.values.map((value) => value.toUpperCase()) };
        if (context.operation === 'image')
          return { ...context.request, prompt: String(context.request.prompt).toUpperCase() };
        return undefined;
      },
    };
    const { router, providers } = world({ a: [{}] }, { plugins: [upper] });
    await router.embed({ values: ['a', 'b'] });
    await router.image({ prompt: 'a cat' });
    expect(providers['a']?.embedCalls[0]?.values).toEqual(['A', 'B']);
    expect(providers['a']?.imageCalls[0]?.prompt).toBe('A CAT');
  });

  it('sees one form of the request, whichever the caller used', async () => {
    const seen: unknown[] = [];
    const look: Plugin = {
      name: 'look',
      inspect({ request, original }) {
        seen.push(request, original);
        return undefined;
      },
    };
    const { router } = world({ a: [{}] }, { plugins: [look] });
    await router.chat(ask);
    expect(seen).toEqual([{ messages: [{ role: 'user', content: 'my secret' }] }, ask]);
    expect(seen[1]).toBe(ask);
  });

  it('is followed by select, strategies and later plugins, which see what it made', async () => {
    const seen: unknown[] = [];
    const { router } = world(
      { a: [{}] },
      {
        plugins: [adds('more'), { name: 'sees', exclude: (_, { request }) => void seen.push(request) }],
        select: (request) => {
          seen.push(request);
          return 'default';
        },
        strategy: {
          name: 'sees',
          rank(candidates, { request }) {
            seen.push(request);
            return candidates;
          },
        },
      },
    );
    await router.chat(ask);
    const made = { messages: [{ role: 'user', content: 'my secret more' }] };
    expect(seen).toEqual([made, made, made]);
  });

  it('drops the other interface’s form, which still has the old request', async () => {
    const { router, providers } = world({ a: [{}] }, { plugins: [adds('more')] });
    await router.chat({ ...ask, origin: { format: 'openai', request: { secret: true } } });
    expect(providers['a']?.calls[0]).not.toHaveProperty('origin');
  });

  it('keeps that form where nothing was replaced', async () => {
    const { router, providers } = world(
      { a: [{}] },
      { plugins: [{ name: 'looks', inspect: () => undefined }] },
    );
    const origin = { format: 'openai', request: {} };
    await router.chat({ ...ask, origin });
    expect(providers['a']?.calls[0]?.origin).toEqual(origin);
  });

  it('refuses a request with the error that it throws, before anything is sent', async () => {
    const all = world(
      { a: [{}] },
      {
        plugins: [
          {
            name: 'guard',
            inspect() {
              throw new RefusedError('guard', 'a rule');
            },
          },
        ],
      },
    );
    const error = await rejection(all.router.chat(ask));
    expect(error).toMatchObject({ code: 'refused', plugin: 'guard', reason: 'a rule' });
    expect(all.providers['a']?.calls).toHaveLength(0);
    expect(all.of('request-end')).toMatchObject([{ outcome: 'failed', error: 'refused', attempts: [] }]);
  });

  it('fails the request where it throws something else, so that no check is skipped', async () => {
    const broken = new TypeError('a bug');
    const { router, providers } = world(
      { a: [{}] },
      { plugins: [{ name: 'guard', inspect: () => Promise.reject(broken) }] },
    );
    expect(await rejection(router.chat(ask))).toBe(broken);
    expect(providers['a']?.calls).toHaveLength(0);
  });

  it('fails the request where it takes longer than it may', async () => {
    const slow: Plugin = { name: 'slow', timeout: 200, inspect: () => new Promise(() => {}) };
    const { router, clock, providers } = world({ a: [{}] }, { plugins: [slow] });
    const failed = rejection(router.chat(ask));
    await clock.advance(200);
    const error = await failed;
    expect(isRouterError(error, 'plugin') && [error.plugin, error.station, error.timeout]).toEqual([
      'slow',
      'inspect',
      200,
    ]);
    expect([providers['a']?.calls.length, clock.timers]).toEqual([0, 0]);
  });

  it('ends with the request, whether the caller, the deadline or close() ends it', async () => {
    const hangs: Plugin = {
      name: 'hangs',
      timeout: Number.POSITIVE_INFINITY,
      inspect: () => new Promise(() => {}),
    };
    const { router, clock } = world({ a: [{}] }, { plugins: [hangs] });
    const abort = new AbortController();
    const aborted = rejection(router.chat(ask, { signal: abort.signal }));
    const late = rejection(router.chat(ask, { timeout: { request: 500 } }));
    const closed = rejection(router.chat(ask));
    abort.abort('enough');
    await clock.advance(500);
    await router.close();
    expect(await aborted).toBe('enough');
    expect([await late, await closed]).toMatchObject([{ code: 'deadline' }, { code: 'closed' }]);
    expect(clock.timers).toBe(0);
  });

  it('has a signal that aborts when the request ends', async () => {
    let signal: AbortSignal | undefined;
    const looks: Plugin = {
      name: 'looks',
      inspect(context) {
        signal = context.signal;
        return new Promise(() => {});
      },
    };
    const { router, clock } = world({ a: [{}] }, { plugins: [looks] });
    const abort = new AbortController();
    const aborted = rejection(router.chat(ask, { signal: abort.signal }));
    await clock.advance(0);
    expect(signal?.aborted).toBe(false);
    abort.abort('enough');
    await aborted;
    expect([signal?.aborted, signal?.reason]).toEqual([true, 'enough']);
  });

  it('may only make a request that a caller could make', async () => {
    const breaks: Plugin = { name: 'breaks', inspect: () => ({ messages: [] }) };
    const { router, providers } = world({ a: [{}] }, { plugins: [breaks] });
    expect(await rejection(router.chat(ask))).toMatchObject({ code: 'request', field: 'messages' });
    expect(providers['a']?.calls).toHaveLength(0);
  });

  it('is not asked by explain(), which sends nothing', async () => {
    const asked: string[] = [];
    const { router } = world(
      { a: [{}] },
      { plugins: [{ name: 'counts', inspect: () => void asked.push('asked') }] },
    );
    await router.explain(ask);
    expect(asked).toEqual([]);
  });
});
