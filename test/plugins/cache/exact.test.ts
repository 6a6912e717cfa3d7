import type { CallOptions, ChatRequest, ContentPart, StreamPart } from 'signalbox';
import type { Script } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { connectionLost } from '../../support/continuing.ts';
import { outcome, read, rejection, textOf, world } from '../../support/requests.ts';
import { acme, cached } from './world.ts';

const ask: ChatRequest = { prompt: 'Why is the sky blue?' };
const long = 3_600_000;

describe('a stored answer', () => {
  it('answers the same request without a target, at no cost', async () => {
    const all = cached({ a: [{ text: 'Rayleigh' }, { text: 'other' }] });
    const first = await all.router.chat(ask, acme);
    const second = await all.router.chat(ask, acme);
    expect(second).toMatchObject({
      text: 'Rayleigh',
      target: 'a',
      usage: first.usage,
      cost: { total: 0, source: 'lookup' },
      attempts: [],
      finishReason: 'stop',
    });
    expect(all.calls()).toBe(1);
    const [miss, hit] = all.of('request-end');
    expect(miss).not.toHaveProperty('lookup');
    expect(miss?.decision?.notes).toEqual([{ plugin: 'cache', facts: { cache: 'miss' } }]);
    expect(hit?.lookup).toEqual({ plugin: 'cache', source: 'hit', savedCost: first.cost?.total });
    expect(all.cache.stats()).toMatchObject({
      default: { hits: 1, misses: 1, stored: 1, savedCost: first.cost?.total, hitRate: 0.5 },
    });
  });

  it('is shared by chats and streams, and keeps the parts of the stream that made it', async () => {
    const all = cached({ a: [{ text: ['Ray', 'leigh ', 'scattering'] }] });
    const made = await read(await all.router.stream(ask, acme));
    const found = await read(await all.router.stream(ask, acme));
    const deltas = (parts: readonly StreamPart[]) => parts.filter(({ type }) => type !== 'finish');
    expect(deltas(found)).toEqual(deltas(made));
    expect((await all.router.chat(ask, acme)).text).toBe('Rayleigh scattering');
    expect(all.calls()).toBe(1);
  });

  it('of a chat answers a stream', async () => {
    const all = cached({ a: [{ text: 'Rayleigh scattering' }] });
    await all.router.chat(ask, acme);
    expect(textOf(await read(await all.router.stream(ask, acme)))).toBe('Rayleigh scattering');
    expect(all.calls()).toBe(1);
  });

  it('comes back with reasoning, sources, files, tool calls and usage as they were', async () => {
    const content: ContentPart[] = [
      { type: 'reasoning', text: 'hm', providerOptions: { x: { signature: 's', account: 'abc' } } },
      { type: 'text', text: 'Look' },
      { type: 'source', sourceType: 'url', id: '1', url: 'https://x.example', title: 'X' },
      { type: 'file', data: new Uint8Array([0, 1, 254, 255]), mediaType: 'image/png' },
      { type: 'file', data: new URL('https://x.example/a.png'), mediaType: 'image/png' },
      { type: 'tool-call', toolCallId: '1', toolName: 'find', input: { q: ['x', 1, null] } },
    ];
    const usage = { inputTokens: 7, outputTokens: 9, reasoningTokens: 3, cacheReadTokens: 2 };
    const script = { content, usage, finishReason: 'tool-calls' as const };
    const all = cached({ a: [script] }, { toolCalls: true });
    for (const kind of ['chat', 'stream'] as const) {
      const made = await all.router[kind]({ ...ask, seed: kind.length }, acme);
      const first = 'result' in made ? await made.result : made;
      const again = await all.router.chat({ ...ask, seed: kind.length }, acme);
      expect(again.content).toEqual(first.content);
      expect(again).toMatchObject({ usage, finishReason: 'tool-calls', reasoning: 'hm' });
      expect(again.toolCalls).toEqual(first.toolCalls);
      const stream = await all.router.stream({ ...ask, seed: kind.length }, acme);
      expect((await stream.result).content).toEqual(first.content);
    }
    expect(all.calls()).toBe(2);
  });

  it('is not changed when a caller changes what it got', async () => {
    const all = cached({ a: [{ text: 'Rayleigh' }] });
    await all.router.chat(ask, acme);
    const found = await all.router.chat(ask, acme);
    (found.content as ContentPart[]).push({ type: 'text', text: 'poison' });
    expect((await all.router.chat(ask, acme)).text).toBe('Rayleigh');
  });

  it('expires', async () => {
    const all = cached({ a: [{}] }, { ttl: 1_000 });
    await all.router.chat(ask, acme);
    await all.clock.advance(899);
    await all.router.chat(ask, acme);
    expect(all.calls()).toBe(1);
    await all.clock.advance(102);
    await all.router.chat(ask, acme);
    expect(all.calls()).toBe(2);
  });

  it('is used when it is stale, and refreshed in the background', async () => {
    const all = cached(
      { a: [{ text: 'old' }, { text: 'new', delay: 50 }] },
      { ttl: 1_000, staleWhileRevalidate: 60_000 },
    );
    await all.router.chat(ask, acme);
    await all.clock.advance(5_000);
    const answers = await Promise.all([all.router.chat(ask, acme), all.router.chat(ask, acme)]);
    expect(answers.map(({ text }) => text)).toEqual(['old', 'old']);
    await all.clock.advance(100);
    expect((await all.router.chat(ask, acme)).text).toBe('new');
    expect(all.calls()).toBe(2);
    expect(all.of('request-end').flatMap(({ lookup }) => lookup?.source ?? 'miss')).toEqual([
      'miss',
      'stale',
      'stale',
      'miss',
      'hit',
    ]);
  });

  it('is streamed at the pace of `pace`', async () => {
    const all = cached({ a: [{ text: ['a', 'b', 'c'] }] }, { pace: 100 });
    await read(await all.router.stream(ask, acme));
    const reading = read(await all.router.stream(ask, acme));
    let isOver = false;
    void reading.then(() => {
      isOver = true;
    });
    await all.clock.advance(150);
    expect(isOver).toBe(false);
    await all.clock.advance(60);
    expect(textOf(await reading)).toBe('abc');
    expect(all.clock.timers).toBe(0);
  });

  it('goes through the checks of the request it answers', async () => {
    const all = cached({ a: [{ text: 'short' }, { text: 'long enough' }] });
    await all.router.chat(ask, acme);
    const accept: CallOptions = { ...acme, accept: ({ text }) => text.length > 6 };
    expect((await all.router.chat(ask, accept)).text).toBe('long enough');
    expect(all.calls()).toBe(2);
  });
});

describe('who shares answers', () => {
  const calls = async (first: CallOptions, second: CallOptions, options = {}): Promise<number> => {
    const all = cached({ a: [{}] }, options);
    await all.router.chat(ask, first);
    await all.router.chat(ask, second);
    return all.calls();
  };

  it('is one tenant', async () => {
    expect(await calls({ tenant: 'a' }, { tenant: 'a' })).toBe(1);
    expect(await calls({ tenant: 'a' }, { tenant: 'b' })).toBe(2);
  });

  it('is empty for a request without a tenant', async () => {
    expect(await calls({}, {})).toBe(2);
  });

  it('is everyone only with `public`', async () => {
    expect(await calls({ tenant: 'a' }, {}, { scope: 'public' })).toBe(1);
    expect(await calls({ cache: { scope: 'public' } }, { tenant: 'a', cache: { scope: 'public' } })).toBe(1);
  });

  it('is one user', async () => {
    const user = { scope: 'user' } as const;
    expect(await calls({ tenant: 'a', user: 'u' }, { tenant: 'a', user: 'u' }, user)).toBe(1);
    expect(await calls({ tenant: 'a', user: 'u' }, { tenant: 'b', user: 'u' }, user)).toBe(2);
    expect(await calls({ tenant: 'a' }, { tenant: 'a' }, user)).toBe(2);
  });

  it('is the group that a function names', async () => {
    const byTag = { scope: ({ tags }: { readonly tags: readonly string[] }) => tags[0] };
    expect(await calls({ tags: ['eu'] }, { tags: ['eu'] }, byTag)).toBe(1);
    expect(await calls({ tags: ['eu'] }, { tags: ['us'] }, byTag)).toBe(2);
    expect(await calls({}, {}, byTag)).toBe(2);
  });

  it.each(['public', '["public"]', 'acme","x', '', '__proto__', '\u0000', 'tenant'])(
    'never shares with another tenant of any name: %j',
    async (tenant) => {
      expect(await calls({ tenant }, acme)).toBe(2);
      expect(await calls({ tenant }, { cache: { scope: 'public' } })).toBe(2);
      expect(await calls({ tenant, user: 'u' }, { tenant, user: 'u', cache: { scope: 'user' } })).toBe(2);
    },
  );

  it.each([{}, { scope: 'user' }])('is one account of calls with keys of their own: %j', async (options) => {
    const own = (apiKey: string): CallOptions => ({ tenant: 'a', user: 'u', auth: { vendor: { apiKey } } });
    const byRouter = { tenant: 'a', user: 'u' };
    expect(await calls(own('key-1'), own('key-1'), options)).toBe(1);
    expect(await calls(own('key-1'), own('key-2'), options)).toBe(2);
    expect(await calls(own('key-1'), byRouter, options)).toBe(2);
    expect(await calls(byRouter, own('key-1'), options)).toBe(2);
  });

  it.each([{ scope: 'public' }, { scope: () => 'a group' }])(
    'is each account where the scope says so, unless its headers differ: %j',
    async (options) => {
      const own = (apiKey: string, beta: string): CallOptions => ({
        auth: { vendor: { apiKey, headers: { beta } } },
      });
      expect(await calls(own('key-1', 'x'), own('key-2', 'x'), options)).toBe(1);
      expect(await calls(own('key-1', 'x'), own('key-1', 'y'), options)).toBe(2);
      expect(await calls(own('key-1', 'x'), {}, options)).toBe(2);
    },
  );

  it('is one route and its targets', async () => {
    const routes = { one: { targets: ['a', 'b'] }, two: { targets: ['a', 'b'] } };
    const all = cached({ a: [{}], b: [{}] }, {}, { routes });
    for (const options of [{ route: 'one' }, { route: 'two' }, { route: 'one', only: ['b'] }, { route: 'a' }])
      await all.router.chat(ask, { ...acme, ...options });
    expect(all.calls()).toBe(4);
    await all.router.chat(ask, { ...acme, route: 'one' });
    expect(all.calls()).toBe(4);
  });
});

describe('a call', () => {
  it.each(['route', 'model', 'targets', 'only'] as const)(
    'is the targets that the call names with `%s`',
    async (option) => {
      const all = cached({ a: [{ text: 'of a' }], b: [{ text: 'of b' }] });
      const named = (id: string): CallOptions =>
        option === 'targets' || option === 'only' ? { [option]: [id] } : { [option]: id };
      for (const id of ['a', 'b', 'a', 'b'])
        expect((await all.router.chat(ask, { ...acme, ...named(id) })).text).toBe(`of ${id}`);
      expect([all.calls('a'), all.calls('b')]).toEqual([1, 1]);
    },
  );

  it('does not use the cache with `false`', async () => {
    const all = cached({ a: [{}] });
    const off = { ...acme, cache: false } as const;
    for (const options of [off, acme, off, acme]) await all.router.chat(ask, options);
    expect(all.calls()).toBe(3);
  });

  it('gets a new answer with `refresh`, and so do later calls', async () => {
    const all = cached({ a: [{ text: 'one' }, { text: 'two' }] });
    await all.router.chat(ask, acme);
    expect((await all.router.chat(ask, { ...acme, cache: { refresh: true } })).text).toBe('two');
    expect((await all.router.chat(ask, acme)).text).toBe('two');
  });

  it('gets nothing older than `maxAge`', async () => {
    const all = cached({ a: [{}] });
    await all.router.chat(ask, acme);
    await all.clock.advance(1_000);
    await all.router.chat(ask, { ...acme, cache: { maxAge: 1_001 } });
    expect(all.calls()).toBe(1);
    await all.router.chat(ask, { ...acme, cache: { maxAge: 1_000 } });
    expect(all.calls()).toBe(2);
  });

  it('sets how long its answer is fresh', async () => {
    const all = cached({ a: [{}] });
    await all.router.chat(ask, { ...acme, cache: { ttl: long } });
    await all.clock.advance(long / 2);
    await all.router.chat(ask, acme);
    expect(all.calls()).toBe(1);
  });

  it.each([true, 7, { ttl: -1 }, { scope: 'all' }, { refresh: 1 }, { ttL: 1 }])(
    'is refused with a wrong option: %j',
    async (option) => {
      const all = cached({ a: [{}] });
      const failed = all.router.chat(ask, { ...acme, cache: option as never });
      expect(await rejection(failed)).toMatchObject({ code: 'request' });
      expect(all.calls()).toBe(0);
    },
  );

  it('adds to what `router.with` sets', async () => {
    const all = cached({ a: [{}] });
    const open = all.router.with({ cache: { scope: 'public' } });
    await open.chat(ask, { cache: { ttl: long } });
    await all.clock.advance(long / 2);
    await open.chat(ask);
    expect(all.calls()).toBe(1);
  });
});

describe('what is not stored', () => {
  const twice = async (script: Script, request: ChatRequest = ask, options = {}): Promise<number> => {
    const all = cached({ a: [script, script] }, options);
    for (let time = 0; time < 2; time++) {
      await outcome(all.router.chat(request, acme));
      await outcome(all.router.stream(request, acme).then(read));
    }
    return all.calls();
  };
  const call: ContentPart = { type: 'tool-call', toolCallId: '1', toolName: 'x', input: {} };

  it.each([
    ['an answer that was cut at a limit', { finishReason: 'length' }],
    ['an answer that was filtered', { finishReason: 'content-filter' }],
    ['an answer that ended for another reason', { finishReason: 'other' }],
    ['calls of tools', { content: [call], finishReason: 'tool-calls' }],
    ['calls of tools in an answer that says it is done', { content: [call] }],
    [
      'calls that the vendor ran',
      {
        content: [
          { ...call, providerExecuted: true },
          { type: 'text', text: 'x' },
        ],
      },
    ],
    [
      'a vendor’s own content',
      {
        content: [
          { type: 'custom', kind: 'x.y' },
          { type: 'text', text: 'x' },
        ],
      },
    ],
  ] as const)('%s', async (_, script) => {
    expect(await twice(script)).toBe(4);
  });

  it.each<[string, Partial<ChatRequest>]>([
    ['with a temperature', { temperature: 0.5 }],
    ['for raw chunks', { includeRaw: true }],
    [
      'with tools that the vendor runs',
      { tools: [{ type: 'provider', id: 'a.search', name: 's', args: {} }] },
    ],
    [
      'that continues an answer at the vendor',
      { providerOptions: { openai: { previous_response_id: 'r' } } },
    ],
    ['in a conversation at the vendor', { providerOptions: { openai: { conversation: 'c' } } }],
    [
      'with a file that the vendor keeps',
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'x' },
              { type: 'image', image: { type: 'reference', reference: { a: 'file-1' } } },
            ],
          },
        ],
      },
    ],
  ])('the answer to a request %s', async (_, more) => {
    const { prompt, ...rest } = { ...ask, ...more };
    expect(await twice({}, more.messages === undefined ? { prompt: prompt ?? '', ...rest } : rest)).toBe(4);
  });

  it('unless the application allows it', async () => {
    expect(await twice({}, { ...ask, temperature: 0.5 }, { temperature: 1 })).toBe(1);
    expect(await twice({ content: [call], finishReason: 'tool-calls' }, ask, { toolCalls: true })).toBe(1);
  });

  it('an answer that is rejected', async () => {
    const all = cached({ a: [{ text: 'bad' }, { text: 'bad' }] }, {}, { accept: () => 'bad' });
    for (let time = 0; time < 2; time++) await outcome(all.router.chat(ask, acme));
    expect(all.cache.stats()['default']?.stored).toBe(0);
  });

  it('an answer that is larger than an entry may be', async () => {
    expect(await twice({ text: 'x'.repeat(1_000) }, ask, { maxEntryBytes: 1_000 })).toBe(4);
  });

  it('an answer that another target continued', async () => {
    const all = cached(
      {
        a: [{ text: ['one ', 'two'], after: 1, error: connectionLost }],
        b: [{ text: 'three' }],
      },
      {},
      { interrupted: 'continue', capabilities: { prefill: true } },
    );
    const stream = await all.router.stream(ask, acme);
    expect(textOf(await read(stream))).toBe('one three');
    expect((await stream.result).warnings).toHaveLength(1);
    expect(all.cache.stats()).toMatchObject({ default: { stored: 0, unfit: { warning: 1 } } });
  });

  it('an answer that broke off', async () => {
    const all = cached({ a: [{ text: ['one ', 'two'], after: 1, error: connectionLost }, {}] });
    await outcome(all.router.stream(ask, acme).then(read));
    expect(all.cache.stats()).toMatchObject({ default: { stored: 0 } });
  });

  it('a copy that was mirrored', async () => {
    const all = cached(
      { a: [{ text: 'a' }], b: [{ text: 'b' }] },
      {},
      {
        mirror: { target: 'b', ratio: 1 },
        routes: { one: { targets: ['a'] } },
      },
    );
    await all.router.chat(ask, { ...acme, route: 'one' });
    await all.clock.advance(10);
    expect(all.calls('b')).toBe(1);
    expect(all.cache.stats()).toMatchObject({ one: { stored: 1 } });
  });

  it('images', async () => {
    const all = cached({ a: [{}] });
    const image = { prompt: 'a cat' };
    expect(await outcome(all.router.image(image, acme))).toMatchObject({
      value: { cost: expect.anything() },
    });
    await all.router.image(image, acme);
    expect(all.of('request-end').map(({ lookup }) => lookup)).toEqual([undefined, undefined]);
  });
});

describe('invalidate', () => {
  const routes = { one: { targets: ['a'] }, two: { targets: ['a'] } };
  const stored = async () => {
    const all = cached({ a: [{}] }, {}, { routes });
    const all4 = [
      { tenant: 'a', route: 'one', tags: ['x', 'y'] },
      { tenant: 'a', route: 'two', tags: ['x'] },
      { tenant: 'b', route: 'one' },
      { tenant: 'b', route: 'two' },
    ] as const;
    const askAll = async (): Promise<number> => {
      const before = all.calls();
      for (const options of all4) await all.router.chat(ask, options);
      return all.calls() - before;
    };
    await askAll();
    return { all, askAll };
  };

  it.each([
    [{}, 4],
    [{ scope: 'a' }, 2],
    [{ route: 'one' }, 2],
    [{ tag: 'x' }, 2],
    [{ tag: 'y' }, 1],
    [{ scope: 'a', route: 'one' }, 1],
    [{ scope: 'b', tag: 'x' }, 0],
    [{ scope: 'c' }, 0],
  ])('drops the entries that match: %j', async (selector, dropped) => {
    const { all, askAll } = await stored();
    expect(await askAll()).toBe(0);
    await all.cache.invalidate(selector);
    expect(await askAll()).toBe(dropped);
  });

  it('drops what a request in flight is about to store', async () => {
    const all = cached({ a: [{ delay: 100 }] });
    const asking = all.router.chat(ask, acme);
    await all.clock.advance(50);
    await all.cache.invalidate({ scope: 'acme' });
    await all.clock.advance(100);
    await asking;
    const again = all.router.chat(ask, acme);
    await all.clock.advance(100);
    await again;
    expect(all.calls()).toBe(2);
  });
});

describe('the plugin', () => {
  it('belongs to one router', () => {
    const { cache: own } = cached({ a: [{}] });
    expect(() => world({ a: [{}] }, { plugins: [own] })).toThrow('a cache for each router');
  });
});
