import Anthropic from '@anthropic-ai/sdk';
import { generateText, streamText } from 'ai';
import OpenAI from 'openai';
import { type Catalog, createRouter, type Provider, type Router } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { toChatModel } from 'signalbox/langchain';
import { toFetch } from 'signalbox/openai-fetch';
import { type Script, scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const price = { input: 1, output: 1 };
const down: Script = { error: { kind: 'server', status: 500 } };
const limited: Script = { error: { kind: 'rate-limit', status: 429, retryAfter: 60_000 } };
const catalog: Catalog = {
  price: (provider, model) =>
    provider === 'a' && model === 'x' ? { input: 1_000_000, output: 0 } : undefined,
};

describe('models by name', () => {
  function stage(scripts: readonly Script[] = [{ text: 'from a' }]) {
    const clock = virtualClock();
    const a = scriptedProvider('a', scripts, clock);
    const b = scriptedProvider('b', [{ text: 'from b' }], clock);
    const router = createRouter({ providers: [a, b], catalog, clock, log: false, retry: false });
    return { a, b, router, clock };
  }
  const modelsOf = ({ calls }: { readonly calls: readonly { readonly model: string }[] }): string[] =>
    calls.map(({ model }) => model);

  it('go to their provider, at the price of the catalog', async () => {
    const { router, a } = stage([{ text: 'from a', usage: { inputTokens: 2, outputTokens: 1 } }]);
    const { text, target, cost } = await router.chat(ask, { model: 'a/x' });
    expect([text, target, cost?.total, cost?.source]).toEqual(['from a', 'a/x', 2, 'catalog']);
    expect(modelsOf(a)).toEqual(['x']);
  });

  it('can be named by route and targets too, and their names can have slashes', async () => {
    const { router, a, b } = stage([down]);
    expect((await router.chat(ask, { targets: ['a/x', 'b/meta/y'] })).target).toBe('b/meta/y');
    expect((await (await router.stream(ask, { route: 'b/z' })).result).target).toBe('b/z');
    expect([modelsOf(a), modelsOf(b)]).toEqual([['x'], ['meta/y', 'z']]);
  });

  it('have separate health, which is kept', async () => {
    const { router, a } = stage([limited, { text: 'from a' }]);
    const only = { timeout: { request: 100 } };
    await outcome(router.chat(ask, { model: 'a/x', ...only }));
    expect(await outcome(router.chat(ask, { model: 'a/x', ...only }))).toMatchObject({
      error: { code: 'no-target' },
    });
    expect(modelsOf(a)).toEqual(['x']);
    expect(router.stats().map(({ id, health }) => [id, health])).toEqual([['a/x', 'cooling-down']]);
  });

  it('stand beside declared targets, whose routes they do not join', async () => {
    const provider = scriptedProvider('a', [{ text: 'declared' }, { text: 'named' }]);
    const router = createRouter({
      targets: [{ provider, model: 'x', price }],
      providers: [provider],
      catalog: false,
    });
    await router.chat(ask);
    await router.chat(ask, { model: 'a/y' });
    const decision = await router.explain(ask);
    expect(decision.candidates.map(({ target }) => target)).toEqual(['a/x']);
    expect(router.targets).toEqual(['a/x']);
    expect(router.stats().map(({ id }) => id)).toEqual(['a/x', 'a/y']);
  });

  it('take the tier after #, where the provider has it', async () => {
    const plain = scriptedProvider('a', [{}]);
    const a: Provider<'a'> = { ...plain, tiers: { flex: { a: { service_tier: 'flex' } } } };
    const router = createRouter({ providers: [a], catalog: false });
    await router.chat(ask, { model: 'a/x#flex' });
    await router.chat(ask, { model: 'a/x#1' });
    expect(plain.calls.map(({ model, providerOptions }) => [model, providerOptions])).toEqual([
      ['x', { a: { service_tier: 'flex' } }],
      ['x#1', undefined],
    ]);
  });

  it.each([
    [{ model: 'c/x' }, "options.model: expected one of default, a/…, b/…, got 'c/x'"],
    [{ model: 'x' }, 'options.model: expected one of'],
    [{ model: 'a/ x' }, 'options.model: expected the name of a model after the slash'],
    [{ route: 'c/x' }, 'options.route: expected one of default, a/…, b/…'],
    [{ model: 'a/x', targets: ['b/y'] }, 'options.model: expected either it or options.targets, got both'],
    [{}, 'options.model: expected a model, because the route default has no targets, got none'],
  ])('are refused as %j', async (options, message) => {
    const { error } = (await outcome(stage().router.chat(ask, options))) as { error: Error };
    expect(error.message).toContain(message);
  });

  it('are 256 at most, the ones last used', async () => {
    const { router } = stage();
    for (let number = 0; number < 600; number++) {
      await router.chat(ask, { model: 'a/kept' });
      await router.chat(ask, { model: `a/${number}` });
    }
    const ids = router.stats().map(({ id }) => id);
    expect(ids).toHaveLength(256);
    expect([ids.includes('a/kept'), ids.includes('a/599'), ids.includes('a/0')]).toEqual([true, true, false]);
  });

  it('stay while a request is in flight', async () => {
    const { router, clock } = stage([{ text: 'slow', delay: 1_000 }, {}]);
    const slow = router.chat(ask, { model: 'a/slow' });
    await clock.advance(0);
    for (let number = 0; number < 300; number++) await router.chat(ask, { model: `b/${number}` });
    expect(router.stats().map(({ id }) => id)).toContain('a/slow');
    await clock.advance(1_000);
    expect((await slow).text).toBe('slow');
  });

  it('work through the AI SDK, toFetch and LangChain', async () => {
    const { router } = stage();
    const model = toProvider(router)('b/y');
    expect((await generateText({ model, prompt: 'Hi' })).text).toBe('from b');
    expect(await streamText({ model, prompt: 'Hi' }).text).toBe('from b');
    const fetch = toFetch(router);
    const openai = new OpenAI({ apiKey: 'none', baseURL: 'http://signalbox/v1', fetch });
    const anthropic = new Anthropic({ apiKey: 'none', baseURL: 'http://signalbox', fetch });
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    const chat = await openai.chat.completions.create({ model: 'b/y', messages });
    expect([chat.model, chat.choices[0]?.message.content]).toEqual(['y', 'from b']);
    expect((await openai.responses.create({ model: 'b/y', input: 'Hi' })).output_text).toBe('from b');
    const message = await anthropic.messages.create({ model: 'b/y', max_tokens: 10, messages });
    expect(message.content).toMatchObject([{ text: 'from b' }]);
    await expect(openai.chat.completions.create({ model: 'c/y', messages })).rejects.toThrow(
      'there is no model, route or target',
    );
    const langchain = toChatModel(router as unknown as Router, { route: 'b/y' });
    expect((await langchain.invoke('Hi')).text).toBe('from b');
  });
});

describe('targets at run time', () => {
  function stage(first: readonly Script[] = [{ text: 'first' }]) {
    const clock = virtualClock();
    const make = (name: string, scripts: readonly Script[]) => scriptedProvider(name, scripts, clock);
    const provider = make('one', first);
    const router = createRouter({
      targets: [{ provider, model: 'm', id: 'one', price }],
      routes: { open: {}, closed: { targets: ['one'] } },
      retry: false,
      catalog,
      clock,
      log: false,
    });
    const two = { provider: make('two', [{ text: 'second' }]), model: 'm', id: 'two' } as const;
    return { router, clock, provider, two, make };
  }

  it('join the routes of all targets, and those they are added to', async () => {
    const { router, two } = stage([down, down, down, down]);
    const bigger = await router.addTarget(two);
    expect((await router.chat(ask)).target).toBe('two');
    expect((await router.chat(ask, { route: 'open' })).target).toBe('two');
    expect((await bigger.chat(ask, { route: 'two' })).target).toBe('two');
    expect(await outcome(router.chat(ask, { route: 'closed' }))).toMatchObject({
      error: { code: 'all-targets-failed' },
    });
    expect([router.targets, router.routes]).toEqual([
      ['one', 'two'],
      { open: ['one', 'two'], closed: ['one'] },
    ]);
  });

  it('join a named route as its last', async () => {
    const { router, two } = stage([down]);
    await router.addTarget(two, { routes: ['closed'] });
    expect((await router.chat(ask, { route: 'closed' })).target).toBe('two');
    expect(router.routes.closed).toEqual(['one', 'two']);
  });

  it('leave what is known of the others', async () => {
    const { router, two, provider } = stage([limited, { text: 'first' }]);
    await outcome(router.chat(ask, { timeout: { request: 100 } }));
    await router.addTarget(two);
    expect((await router.chat(ask)).target).toBe('two');
    expect(provider.calls).toHaveLength(1);
    await router.removeTarget('two');
    expect(router.stats().map(({ id, health }) => [id, health])).toEqual([['one', 'cooling-down']]);
  });

  it('get as many attempts as there are targets', async () => {
    const { router, make } = stage([down]);
    for (const name of ['b', 'c', 'd', 'e'])
      await router.addTarget({
        provider: make(name, [name === 'e' ? { text: 'e' } : down]),
        model: 'm',
        id: name,
      });
    expect((await router.chat(ask)).target).toBe('e');
  });

  it('have prices of the catalog, also where every target had its own', async () => {
    const { router, make } = stage();
    const a = make('a', [{ usage: { inputTokens: 2, outputTokens: 0 } }]);
    await router.addTarget({ provider: a, model: 'x' });
    const { cost } = await router.chat(ask, { route: 'a/x' as never });
    expect([cost?.source, cost?.total]).toEqual(['catalog', 2]);
  });

  it('finish their requests in flight when they are removed, and get no further ones', async () => {
    const { router, two, clock, provider } = stage([{ text: 'slow', delay: 1_000 }, {}]);
    await router.addTarget(two);
    const slow = router.chat(ask);
    await clock.advance(0);
    expect(await router.removeTarget('one')).toBe(true);
    expect((await router.chat(ask)).target).toBe('two');
    expect(await outcome(router.chat(ask, { route: 'one' }))).toMatchObject({ error: { code: 'request' } });
    await clock.advance(1_000);
    expect((await slow).text).toBe('slow');
    expect([provider.calls.length, router.targets, router.routes]).toEqual([
      1,
      ['two'],
      { open: ['two'], closed: [] },
    ]);
  });

  it('get no further attempt of a request that was in flight when they were removed', async () => {
    const { router, two, clock } = stage([{ delay: 1_000, ...down }]);
    await router.addTarget(two);
    const answer = outcome(router.chat(ask));
    await clock.advance(0);
    await router.removeTarget('two');
    await clock.advance(1_000);
    expect(await answer).toMatchObject({
      error: { code: 'all-targets-failed', attempts: [{ target: 'one' }] },
    });
    expect(two.provider.calls).toHaveLength(0);
  });

  it('are known to the adapters', async () => {
    const { router, two } = stage();
    const models = toProvider(router as unknown as Router);
    const fetch = toFetch(router as unknown as Router);
    const openai = new OpenAI({ apiKey: 'none', baseURL: 'http://signalbox/v1', fetch });
    const names = async (): Promise<string[]> =>
      (await openai.models.list()).data.map(({ id }) => id).filter((id) => id === 'one' || id === 'two');
    expect(await names()).toEqual(['one']);
    expect(() => models('two')).toThrow('there is no model, route or target');
    await router.addTarget(two);
    expect((await generateText({ model: models('two'), prompt: 'Hi' })).text).toBe('second');
    await router.removeTarget('one');
    expect(await names()).toEqual(['two']);
    expect(() => models('one')).toThrow('there is no model, route or target');
  });

  it('are checked as those of the options', async () => {
    const { router, two } = stage();
    const messageOf = async (work: Promise<unknown>) =>
      ((await outcome(work)) as { error: Error }).error.message;
    expect(await messageOf(router.addTarget({ ...two, id: 'one' }))).toContain(
      "target.id: expected a unique id, got 'one'",
    );
    expect(await messageOf(router.addTarget({ ...two, rpm: 0 }))).toContain('target.rpm');
    expect(await messageOf(router.addTarget(two, { routes: ['no' as never] }))).toContain(
      "routes: expected names of routes (open, closed), got 'no'",
    );
    expect(router.targets).toEqual(['one']);
    expect(await router.removeTarget('no')).toBe(false);
  });
});
