import {
  type CallOptions,
  type ChatRequest,
  createRouter,
  type Note,
  type Plugin,
  type RouterEvent,
  type Usage,
} from 'signalbox';
import { cache } from 'signalbox/cache';
import { type Script, scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';

const minute = 60_000;
const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
const system = 'You are a helpful assistant of the Acme company. '.repeat(400);
const unread: Usage = { inputTokens: 5_000, outputTokens: 10, cacheReadTokens: 0 };

type TargetId = 'openai' | 'anthropic' | 'vendor';
type RouteName = TargetId | 'help';

/** A router with three vendors, of which each answers as its script says. */
function open(script: Script = { usage: unread }, gpt = 'gpt-5-mini') {
  const clock = virtualClock();
  const targets = [
    ['openai', gpt],
    ['anthropic', 'claude-sonnet-5'],
    ['vendor', 'model'],
  ] as const;
  const answers = cache({ promptCache: 'auto' });
  const router = createRouter({
    targets: targets.map(([provider, model]) => ({
      provider: scriptedProvider(provider, [script], clock),
      model,
      id: provider,
      ...(provider === 'vendor' ? {} : { price }),
    })),
    routes: { help: { targets: ['openai', 'anthropic'] } },
    plugins: [answers],
    clock,
    catalog: false,
  });
  const events: RouterEvent[] = [];
  router.on('*', (event) => void events.push(event));
  const ask = async (
    request: ChatRequest,
    options: CallOptions<TargetId, RouteName> = {},
  ): Promise<Note['facts'] | undefined> => {
    const answer = router.chat(request, { cache: false, route: 'openai', tenant: 'acme', ...options });
    const { decision } = await answer;
    return decision?.notes?.at(-1)?.facts;
  };
  return { clock, router, answers, events, ask };
}

const miss = (reason: string, target = 'openai') => ({
  target,
  promptCache: 'miss',
  promptCacheMiss: reason,
});

describe('the report of the vendors’ prompt caches', () => {
  it('counts hits, tokens and savings by target and route', async () => {
    const usage = { inputTokens: 10_000, outputTokens: 10, cacheReadTokens: 8_000, cacheWriteTokens: 1_000 };
    const { router, answers, ask } = open({ usage });
    await ask({ system, prompt: 'a' }, { route: 'help' });
    await ask({ system, prompt: 'b' }, { route: 'help' });
    await ask({ system, prompt: 'c' }, { route: 'anthropic' });
    const one = {
      answers: 1,
      hits: 1,
      marked: 0,
      inputTokens: 10_000,
      readTokens: 8_000,
      writtenTokens: 1_000,
      hitRate: 0.8,
      // 8,000 tokens at 2.70 less, 1,000 at 0.75 more.
      savedCost: 0.02085,
      misses: {},
    };
    const two = {
      ...one,
      answers: 2,
      hits: 2,
      inputTokens: 20_000,
      readTokens: 16_000,
      writtenTokens: 2_000,
      savedCost: 0.0417,
    };
    const stats = Object.fromEntries(router.stats().map(({ id, promptCache }) => [id, promptCache]));
    expect(stats).toEqual({ openai: { help: two }, anthropic: { anthropic: one }, vendor: undefined });
    expect(answers.promptStats()).toEqual({ help: two, anthropic: one });
  });

  it('adds the same route up over its targets', async () => {
    const { answers, ask } = open();
    await ask({ system, prompt: 'a' }, { route: 'help', only: ['openai'] });
    await ask({ system, prompt: 'b' }, { route: 'help', only: ['anthropic'] });
    expect(answers.promptStats()?.['help']).toMatchObject({
      answers: 2,
      misses: { 'first-use': 1, 'other-target': 1 },
    });
  });

  it('reports what a hit saved in the decision and in a note', async () => {
    const usage = { inputTokens: 10_000, outputTokens: 10, cacheReadTokens: 8_000 };
    const { events, ask } = open({ usage });
    const facts = { target: 'openai', promptCache: 'hit', promptCacheSaved: 0.0216 };
    expect(await ask({ system, prompt: 'a' })).toEqual(facts);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'note', plugin: 'cache', facts, tenant: 'acme' }),
    );
  });

  it('has no savings without a price', async () => {
    const usage = { inputTokens: 10_000, outputTokens: 10, cacheReadTokens: 8_000 };
    const { answers, ask } = open({ usage });
    expect(await ask({ system, prompt: 'a' }, { route: 'vendor' })).toEqual({
      target: 'vendor',
      promptCache: 'hit',
    });
    expect(answers.promptStats()?.['vendor']).toMatchObject({ savedCost: undefined, hitRate: 0.8 });
  });

  it('counts requests with and without a cache entry, but no hits of this cache', async () => {
    const { answers, ask } = open();
    await ask({ system, prompt: 'a' }, { cache: {} });
    await ask({ system, prompt: 'a' }, { cache: {} });
    await ask({ system, prompt: 'a' });
    expect(answers.promptStats()?.['openai']).toMatchObject({ answers: 2 });
    expect(answers.stats()['openai']).toMatchObject({ hits: 1, misses: 1 });
  });

  it('is absent without `promptCache`', async () => {
    const clock = virtualClock();
    const answers = cache();
    const targets = [{ provider: scriptedProvider('openai', [{ usage: unread }], clock), model: 'm' }];
    const router = createRouter({ targets, plugins: [answers], clock, catalog: false });
    await router.chat({ prompt: 'a' });
    expect(router.stats()[0]).not.toHaveProperty('promptCache');
    expect(answers.promptStats()).toBeUndefined();
  });
});

describe('a prompt of which nothing was read', () => {
  it('is new', async () => {
    const { ask } = open();
    expect(await ask({ system, prompt: 'a' })).toMatchObject(miss('first-use'));
    expect(await ask({ system, prompt: 'a' }, { tenant: 'other' })).toMatchObject(miss('first-use'));
  });

  it('is too short, or shares too little', async () => {
    const short = open({ usage: { ...unread, inputTokens: 1_000 } });
    expect(await short.ask({ system, prompt: 'a' })).toMatchObject(miss('below-floor'));
    const { ask } = open();
    const long = 'x '.repeat(10_000);
    await ask({ system: 'Be brief.', prompt: `a ${long}` });
    expect(await ask({ system: 'Be brief.', prompt: `b ${long}` })).toMatchObject(miss('below-floor'));
  });

  it('comes too late', async () => {
    const { ask, clock } = open();
    await ask({ system, prompt: 'a' });
    await clock.advance(11 * minute);
    expect(await ask({ system, prompt: 'b' })).toMatchObject(miss('expired'));
  });

  it('comes too early', async () => {
    const { ask, clock, events } = open({ usage: unread, delay: 1_000 });
    await clock.advance(0);
    const answers = Promise.all([ask({ system, prompt: 'a' }), ask({ system, prompt: 'b' })]);
    await clock.advance(1_000);
    await answers;
    const reasons = events.flatMap((event) => (event.type === 'note' ? event.facts['promptCacheMiss'] : []));
    expect(reasons).toEqual(['first-use', 'in-flight']);
  });

  it('went to another target', async () => {
    const { ask } = open();
    await ask({ system, prompt: 'a' }, { route: 'help', only: ['openai'] });
    const second = await ask({ system, prompt: 'b' }, { route: 'help', only: ['anthropic'] });
    expect(second).toMatchObject(miss('other-target', 'anthropic'));
  });

  it('went to another key of its target', async () => {
    const clock = virtualClock();
    const keyed = (name: string, error?: Script['error']) =>
      scriptedProvider(name, [{ usage: unread }, error === undefined ? { usage: unread } : { error }], clock);
    const keys = [keyed('openai', { kind: 'auth', status: 401 }), keyed('openai')];
    const provider = { ...keyed('openai'), keys };
    const router = createRouter({
      targets: [{ provider, model: 'gpt-5-mini' }],
      plugins: [cache({ promptCache: 'auto' })],
      clock,
      catalog: false,
      log: false,
      random: () => 0,
    });
    await router.chat({ system, prompt: 'a' }, { cache: false });
    const { attempts, decision } = await router.chat({ system, prompt: 'b' }, { cache: false });
    expect(attempts.at(-1)?.key).toBe(1);
    expect(decision?.notes?.at(-1)?.facts).toMatchObject(miss('other-key', 'openai/gpt-5-mini'));
  });

  it('has other tools, or another system message, than the one that it resembles', async () => {
    const tool = (name: string) => ({ name, description: name, inputSchema: { type: 'object' } }) as const;
    const { ask } = open();
    await ask({ system, prompt: 'a', tools: [tool('find')] });
    const other = await ask({ system, prompt: 'b', tools: [tool('search')] });
    expect(other).toMatchObject(miss('tools-changed'));
    const dated = await ask({ system: `It is noon. ${system}`, prompt: 'b', tools: [tool('search')] });
    expect(dated).toMatchObject(miss('system-changed'));
  });

  it('has other messages than its conversation had', async () => {
    const { ask } = open();
    const long = 'x '.repeat(10_000);
    const said = (first: string): ChatRequest => ({
      messages: [
        { role: 'user', content: `${first} ${long}` },
        { role: 'assistant', content: 'yes' },
        { role: 'user', content: 'And then?' },
      ],
    });
    await ask(said('a'), { session: 's' });
    expect(await ask(said('b'), { session: 's' })).toMatchObject(miss('messages-changed'));
    expect(await ask(said('c'))).toMatchObject(miss('first-use'));
  });

  it('had no marker where the vendor needs one', async () => {
    const { ask } = open();
    await ask({ system, prompt: 'a' }, { route: 'anthropic' });
    const second = await ask({ system, prompt: 'b' }, { route: 'anthropic' });
    expect(second).toMatchObject(miss('unmarked', 'anthropic'));
  });

  it('had no breakpoint where OpenAI needs one, which it does not at the end of a prompt', async () => {
    const { ask } = open({ usage: unread }, 'gpt-5.6');
    await ask({ system, prompt: 'a' });
    expect(await ask({ system, prompt: 'b' })).toMatchObject(miss('unmarked'));
    expect(await ask({ system, prompt: 'a' })).toMatchObject(miss('evicted'));
    for (let index = 0; index < 20; index++) await ask({ system, prompt: `${index}` });
    expect(await ask({ system, prompt: 'c' })).toMatchObject(miss('evicted'));
  });

  it('had the caller’s markers', async () => {
    const { ask } = open();
    const providerOptions = { anthropic: { cache_control: { type: 'ephemeral' } } };
    await ask({ system, prompt: 'a', providerOptions }, { route: 'anthropic' });
    const second = await ask({ system, prompt: 'b', providerOptions }, { route: 'anthropic' });
    expect(second).toMatchObject(miss('caller-markers', 'anthropic'));
  });

  it('went to a vendor that reports no reads', async () => {
    const { ask } = open({ usage: { inputTokens: 5_000, outputTokens: 10 } });
    const first = await ask({ system, prompt: 'a' }, { route: 'vendor' });
    expect(first).toMatchObject(miss('unreported', 'vendor'));
  });

  it('was dropped by the vendor if nothing else explains it', async () => {
    const { ask, clock } = open();
    await ask({ system, prompt: 'a' });
    await clock.advance(minute);
    expect(await ask({ system, prompt: 'b' })).toMatchObject(miss('evicted'));
  });
});

describe('what a plugin adds to the stats of a target', () => {
  const targets = [{ provider: scriptedProvider('a'), model: 'm', id: 'a' }];

  it('replaces none of its own fields', () => {
    const plugin: Plugin = { name: 'x', targetStats: (target) => ({ seen: target, health: 'ill' }) };
    const [stats] = createRouter({ targets, plugins: [plugin], catalog: false }).stats();
    expect(stats).toMatchObject({ seen: 'a', health: 'healthy' });
  });

  it('is left out if the plugin throws, which is reported', () => {
    const error = new Error('broken');
    const plugin: Plugin = {
      name: 'x',
      targetStats() {
        throw error;
      },
    };
    const router = createRouter({ targets, plugins: [plugin], catalog: false });
    const reported: unknown[] = [];
    router.on('plugin-error', (event) => void reported.push([event.plugin, event.error]));
    expect(router.stats()).toMatchObject([{ id: 'a' }]);
    expect(reported).toEqual([['x', error]]);
  });
});
