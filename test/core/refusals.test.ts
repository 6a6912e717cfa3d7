import { type ChatRequest, createRouter } from 'signalbox';
import { type Call, type Script, scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome, world } from '../support/requests.ts';

type Failure = NonNullable<Script['error']>;

const unclear: Failure = { kind: 'auth', status: 403, scope: 'request' };
const missing: Failure = { kind: 'not-found', status: 404, scope: 'request' };

const user = (...parts: readonly object[]): ChatRequest =>
  ({ messages: [{ role: 'user', content: parts }] }) as unknown as ChatRequest;
const text = (words: string) => ({ type: 'text', text: words });
const file = (data: string) => ({ type: 'file', data, mediaType: 'application/pdf' });

describe('a refusal without a stated subject', () => {
  const healthAfter = async (error: Failure, ...requests: readonly ChatRequest[]): Promise<unknown> => {
    const { router } = world({ a: [{ error }], b: [{}] });
    for (const request of requests) expect((await router.chat(request)).target).toBe('b');
    return router.stats()[0]?.health;
  };

  it.each([
    ['403', unclear],
    ['404', missing],
  ] as const)('counts against a target from the second request that differs on: %s', async (_, error) => {
    expect(await healthAfter(error, { prompt: 'one' })).toBe('healthy');
    expect(await healthAfter(error, { prompt: 'one' }, { prompt: 'two' })).toBe('misconfigured');
  });

  it.each<[string, ChatRequest, ChatRequest]>([
    ['is the same', { prompt: 'one' }, { prompt: 'one' }],
    ['has the same file', user(text('one'), file('QUJD')), user(text('two'), file('QUJD'))],
    [
      'has the same file in its history',
      user(text('one'), file('QUJD')),
      {
        messages: [
          ...(user(text('one'), file('QUJD')).messages ?? []),
          { role: 'assistant', content: 'well' },
          { role: 'user', content: 'two' },
        ],
      },
    ],
    [
      'has the same bytes',
      user(text('one'), { type: 'image', image: new Uint8Array([1, 2]) }),
      user(text('two'), { type: 'image', image: new Uint8Array([1, 2]) }),
    ],
    [
      'has the same options of the vendor',
      { prompt: 'one', providerOptions: { a: { cachedContent: 'c' } } },
      { prompt: 'two', providerOptions: { a: { cachedContent: 'c' } } },
    ],
    [
      'has the same tool of the vendor',
      { prompt: 'one', tools: [{ type: 'provider', name: 'files', id: 'a.files', args: { store: 's' } }] },
      { prompt: 'two', tools: [{ type: 'provider', name: 'files', id: 'a.files', args: { store: 's' } }] },
    ],
  ])('holds nothing against a target where the second request %s', async (_, first, second) => {
    expect(await healthAfter(unclear, first, second, first, second)).toBe('healthy');
  });

  it('also counts where files, tools and options differ', async () => {
    const one = { ...user(text('one'), file('QUJD')), providerOptions: { a: { cachedContent: 'c' } } };
    const two = { ...user(text('two'), file('REVG')), providerOptions: { a: { cachedContent: 'd' } } };
    expect(await healthAfter(unclear, one, two)).toBe('misconfigured');
  });

  it('counts no failure of a target until then', async () => {
    const { router } = world({ a: [{ error: unclear }], b: [{}] });
    for (const prompt of ['one', 'one', 'two']) await router.chat({ prompt });
    expect(router.stats()[0]).toMatchObject({ attempts: 3, failures: 1 });
  });

  it('is cleared by the next success, and after ten minutes', async () => {
    const { router } = world({ a: [{ error: unclear }, {}, { error: unclear }, {}], b: [{}] });
    for (const prompt of ['one', 'two', 'three']) await router.chat({ prompt });
    expect(router.stats()[0]?.health).toBe('healthy');
    const late = world({ a: [{ error: unclear }], b: [{}] });
    await late.router.chat({ prompt: 'one' });
    await late.clock.advance(600_000);
    await late.router.chat({ prompt: 'two' });
    expect(late.router.stats()[0]?.health).toBe('healthy');
  });

  it('does not add up with one of another kind', async () => {
    const { router } = world({ a: [{ error: unclear }, { error: missing }, { error: unclear }], b: [{}] });
    for (const prompt of ['one', 'two', 'three']) await router.chat({ prompt });
    expect(router.stats()[0]?.health).toBe('healthy');
  });

  it('is tried again after ten minutes', async () => {
    const { router, clock } = world({ a: [{ error: unclear }, { error: unclear }, {}], b: [{}] });
    for (const prompt of ['one', 'two', 'three']) await router.chat({ prompt });
    await clock.advance(600_000);
    expect((await router.chat({ prompt: 'four' })).target).toBe('a');
  });
});

describe('what a request names', () => {
  const keyed = (fails: (key: number) => Failure | undefined) => {
    const clock = virtualClock();
    const keys = [0, 1, 2].map((key) => {
      const error = fails(key);
      return scriptedProvider('a', error === undefined ? [{}] : [{ error }], clock);
    });
    const provider = { ...scriptedProvider('a', [{}], clock), keys };
    const price = { input: 1, output: 1 };
    const router = createRouter({
      targets: [
        { provider, model: 'm', id: 'a', price },
        { provider: scriptedProvider('b', [{}], clock), model: 'm', id: 'b', price },
      ],
      clock,
      random: () => 0,
    });
    return { router, asked: () => keys.map(({ calls }) => calls.length) };
  };

  it('may be there under another key of the same vendor', async () => {
    const file404 = { kind: 'bad-request', status: 404, scope: 'key' } as const;
    const { router, asked } = keyed((key) => (key === 2 ? undefined : file404));
    expect((await router.chat({ prompt: 'Hi' })).target).toBe('a');
    expect(asked()).toEqual([1, 1, 1]);
    expect(router.stats()[0]).toMatchObject({ health: 'healthy', failures: 0 });
  });

  it('is sent with no other key where the model does not support it', async () => {
    const tools404 = { kind: 'bad-request', status: 404, scope: 'deployment' } as const;
    const { router, asked } = keyed(() => tools404);
    expect((await router.chat({ prompt: 'Hi' })).target).toBe('b');
    expect(asked()).toEqual([1, 0, 0]);
    expect(router.stats()[0]).toMatchObject({ health: 'healthy', failures: 0 });
  });

  it('leaves a key that lacks the right to a deployment to others', async () => {
    const scopes: Failure = { kind: 'auth', status: 401, scope: 'deployment' };
    const { router, asked } = keyed((key) => (key === 0 ? scopes : undefined));
    for (const prompt of ['one', 'two']) expect((await router.chat({ prompt })).target).toBe('a');
    expect(asked()[0]).toBe(1);
    expect(router.stats()[0]?.health).toBe('healthy');
  });
});

describe('what a target does with embeddings and images', () => {
  const price = { input: 1, output: 1, image: 1 };
  const mixed = (fails: (call: Call) => Failure | undefined) => {
    const clock = virtualClock();
    const script = (call: Call): Script => {
      const error = fails(call);
      return error === undefined ? {} : { error };
    };
    const router = createRouter({
      targets: ['a', 'b'].map((id) => ({
        provider: scriptedProvider(id, id === 'a' ? script : [{}], clock),
        model: 'm',
        id,
        price,
      })),
      clock,
      retry: { minDelay: 0, maxDelay: 0 },
      random: () => 0.5,
    });
    return { router, clock };
  };
  const ofImages = (error: Failure) => (call: Call) => ('n' in call ? error : undefined);
  const failures: readonly (readonly [string, Failure])[] = [
    ['has no such path', { kind: 'not-found', status: 404 }],
    ['has no such model', { kind: 'not-found', status: 404, scope: 'deployment' }],
    ['breaks', { kind: 'server', status: 500 }],
    ['is overloaded', { kind: 'overloaded', status: 503, retryAfter: 60_000 }],
    ['is at its limit', { kind: 'rate-limit', status: 429, retryAfter: 60_000 }],
    ['does not say why', missing],
  ];

  it.each(failures)('changes nothing for chats where it %s', async (_, error) => {
    const { router } = mixed(ofImages(error));
    for (let count = 0; count < 6; count++)
      expect((await router.image({ prompt: `lighthouse ${count}` })).target).toBe('b');
    expect((await router.chat({ prompt: 'Hi' })).target).toBe('a');
    expect((await router.embed({ values: ['a'] })).target).toBe('a');
    expect(router.stats()[0]?.health).toBe('healthy');
    const { candidates } = await router.explain({ prompt: 'Hi' });
    expect(candidates[0]?.target).toBe('a');
  });

  it.each(failures.slice(0, 5))('is remembered for images where it %s', async (_, error) => {
    let asked = 0;
    const { router } = mixed((call) => {
      if ('n' in call) asked += 1;
      return ofImages(error)(call);
    });
    await router.chat({ prompt: 'Hi' });
    for (let count = 0; count < 20; count++) await router.image({ prompt: 'A lighthouse' });
    expect(asked).toBeLessThan(10);
  });

  it('is reported with its kind of request', async () => {
    const { router } = mixed(ofImages({ kind: 'not-found', status: 404 }));
    const states: unknown[] = [];
    router.on('target-state', (event) => states.push(event));
    await router.image({ prompt: 'A lighthouse' });
    expect(states).toMatchObject([{ target: 'a', workload: 'image', state: 'misconfigured' }]);
  });

  it('is the state of a target that gets no other requests', async () => {
    const { router } = mixed((call) => ('values' in call ? { kind: 'not-found', status: 404 } : undefined));
    await router.embed({ values: ['a'] });
    expect(router.stats()[0]?.health).toBe('misconfigured');
  });

  it('also holds for chats where the key or the address is wrong', async () => {
    for (const scope of ['key', 'endpoint'] as const) {
      const { router } = mixed((call) => ('n' in call ? { kind: 'auth', status: 401, scope } : undefined));
      await router.image({ prompt: 'A lighthouse' });
      expect((await router.chat({ prompt: 'Hi' })).target).toBe('b');
    }
  });

  it('takes places and rates of all kinds of requests together', async () => {
    const clock = virtualClock();
    const provider = scriptedProvider('a', [{ delay: 100 }], clock);
    const router = createRouter({
      targets: [{ provider, model: 'm', id: 'a', price, concurrency: 2, rpm: 3 }],
      clock,
    });
    const asked = [
      router.chat({ prompt: 'Hi' }),
      router.embed({ values: ['a'] }),
      router.chat({ prompt: 'Hi' }),
      router.embed({ values: ['a'] }),
    ].map((each) => outcome<unknown>(each));
    await clock.advance(50);
    expect(provider.open).toBe(2);
    await clock.advance(1_000);
    expect(provider.calls.length + provider.embedCalls.length).toBe(3);
    await router.close();
    await Promise.all(asked);
  });
});
