import { type Catalog, createRouter, type FallbackOn, type RequestEndEvent } from 'signalbox';
import { type Script, scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome, read, rejection } from '../support/requests.ts';

const price = { input: 1, output: 1 };

function world(
  scripts: Readonly<Record<string, readonly Script[]>>,
  options: object = {},
  more: object = {},
) {
  const clock = virtualClock();
  const providers = Object.fromEntries(
    Object.entries(scripts).map(([id, own]) => [id, scriptedProvider(id, own, clock)]),
  );
  const router = createRouter({
    targets: Object.entries(providers).map(([id, provider]) => ({
      id,
      provider,
      model: 'm',
      price,
      ...more,
    })),
    clock,
    log: false,
    ...options,
  });
  return { router, clock, providers };
}

describe('settings', () => {
  const asked = { prompt: 'Hi', temperature: 1, topP: 0.5, providerOptions: { a: { one: 1 } } } as const;

  it.each(['chat', 'stream'] as const)(
    'of a target replace those of a %s, and undefined removes one',
    async (kind) => {
      const settings = { temperature: undefined, reasoning: 'low', providerOptions: { a: { two: 2 } } };
      const { router, providers } = world({ a: [{}] }, {}, { settings });
      if (kind === 'chat') await router.chat(asked);
      else await read(await router.stream(asked));
      const [call] = providers['a']?.calls ?? [];
      expect(call?.temperature).toBeUndefined();
      expect(call).toMatchObject({ topP: 0.5, reasoning: 'low', providerOptions: { a: { one: 1, two: 2 } } });
    },
  );

  it('of a route apply where the target has none', async () => {
    const routes = { careful: { settings: { temperature: 0, topP: undefined } } };
    const { router, providers } = world({ a: [{}, {}] }, { routes }, { settings: { temperature: 0.2 } });
    await router.chat(asked, { route: 'careful' as never });
    await router.chat(asked);
    const [routed, usual] = providers['a']?.calls ?? [];
    expect(routed).toMatchObject({ temperature: 0.2 });
    expect(routed?.topP).toBeUndefined();
    expect(usual).toMatchObject({ temperature: 0.2, topP: 0.5 });
  });
});

describe('pricedAs', () => {
  it('takes price and context length from the catalog under another name', async () => {
    const seen: string[] = [];
    const catalog: Catalog = {
      price: (provider, model) => {
        seen.push(`${provider}/${model}`);
        return { input: 2, output: 3 };
      },
      contextLength: (provider, model) => (model === 'gpt-5-mini' && provider === 'openai' ? 10 : undefined),
    };
    const usage = { inputTokens: 1_000_000, outputTokens: 0 };
    const { router } = world(
      { azure: [{ usage }] },
      { catalog },
      { price: undefined, pricedAs: 'openai/gpt-5-mini' },
    );
    expect((await router.chat({ prompt: 'Hi' })).cost?.total).toBe(2);
    expect(new Set(seen)).toEqual(new Set(['openai/gpt-5-mini']));
    expect(await rejection(router.chat({ prompt: 'word '.repeat(99) }))).toMatchObject({ code: 'no-target' });
  });

  it('has a provider and a model', () => {
    expect(() => world({ a: [{}] }, {}, { pricedAs: 'gpt-5' })).toThrow(
      "targets[0].pricedAs: expected the catalog's provider/model",
    );
  });
});

describe('the targets of a call', () => {
  const failing = [{ error: { kind: 'server' } }] as const;

  it('are tried in their order, instead of those of the route', async () => {
    const { router } = world(
      { a: [{}], b: failing, c: failing },
      { routes: { default: { targets: ['a'] } } },
    );
    const { attempts } = await router.chat({ prompt: 'Hi' }, { targets: ['c', 'b', 'a'] });
    expect(attempts.map(({ target }) => target)).toEqual(['c', 'b', 'a']);
  });

  it('are not chosen by select', async () => {
    const { router } = world({ a: [{}], b: [{}] }, { select: () => 'a' });
    expect((await router.chat({ prompt: 'Hi' }, { targets: ['b'] })).target).toBe('b');
  });

  it('are no others', async () => {
    const { router, providers } = world({ a: [{}], b: failing }, { retry: false });
    const error = await rejection(router.chat({ prompt: 'Hi' }, { targets: ['b'] }));
    expect(error).toMatchObject({ code: 'all-targets-failed' });
    expect(providers['a']?.calls).toEqual([]);
  });
});

describe('fallbackOn', () => {
  const error = { kind: 'rate-limit', status: 429, code: 'slow_down' } as const;
  const attempts = async (fallbackOn: FallbackOn, script: Script = { error }): Promise<readonly string[]> => {
    const { router } = world({ a: [script], b: [{}] }, { fallbackOn });
    const ended: RequestEndEvent[] = [];
    router.on('request-end', (event) => ended.push(event));
    await outcome(router.chat({ prompt: 'Hi' }));
    return ended[0]?.attempts.map(({ target }) => target) ?? [];
  };

  it.each<[string, FallbackOn, string]>([
    ['a list without it', [], 'a b'],
    ['a veto', ['!rate-limit'], 'a'],
    ['a veto of another kind', ['!server'], 'a b'],
    ['a function that returns false', () => false, 'a'],
    ['a function that returns undefined', () => undefined, 'a b'],
    ['a function of the code', ({ code }) => (code === 'slow_down' ? false : undefined), 'a'],
  ])('of %s', async (_, fallbackOn, expected) => {
    expect((await attempts(fallbackOn)).join(' ')).toBe(expected);
  });

  it('as a function can let a bad request go on', async () => {
    const bad: Script = { error: { kind: 'bad-request', status: 400, param: 'logprobs' } };
    expect(await attempts([], bad)).toEqual(['a']);
    expect(await attempts(({ kind, status }) => kind === 'bad-request' && status === 400, bad)).toEqual([
      'a',
      'b',
    ]);
  });
});

describe('the session', () => {
  it('is in the events of its requests', async () => {
    const { router } = world({ a: [{}] });
    const sessions: unknown[] = [];
    router.on('*', (event) => 'requestId' in event && sessions.push((event as RequestEndEvent).session));
    await router.chat({ prompt: 'Hi' }, { session: 's' });
    expect(sessions.length).toBeGreaterThan(2);
    expect(new Set(sessions)).toEqual(new Set(['s']));
  });
});

describe('drain()', () => {
  it('rejects new requests and waits for those in flight', async () => {
    const { router, clock } = world({ a: [{ delay: 1_000 }] });
    const under = router.chat({ prompt: 'Hi' });
    const drained = router.drain();
    expect(await rejection(router.chat({ prompt: 'Hi' }))).toMatchObject({ code: 'closed' });
    await clock.advance(1_100);
    expect((await under).target).toBe('a');
    expect(await drained).toBe(true);
  });

  it('gives up after its timeout', async () => {
    const { router, clock } = world({ a: [{ hang: true }] });
    const under = rejection(router.chat({ prompt: 'Hi' }));
    const drained = router.drain({ timeout: 500 });
    await clock.advance(600);
    expect(await drained).toBe(false);
    await router.close();
    expect(await under).toMatchObject({ code: 'closed' });
  });

  it('ends at once if nothing is in flight', async () => {
    expect(await world({ a: [{}] }).router.drain()).toBe(true);
  });
});
