import { readdirSync, readFileSync } from 'node:fs';
import { createRouter, type Provider } from 'signalbox';
import { memory } from 'signalbox/memory';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome, read, rejection, textOf, world } from '../support/requests.ts';
import { budget, OverBudgetError } from './samples/budget.ts';
import { cache } from './samples/cache.ts';
import { guard } from './samples/guard.ts';
import { sharedHealth } from './samples/shared-health.ts';
import { active, type Span, telemetry } from './samples/telemetry.ts';

const ask = { prompt: 'Hi' };

it('each sample has fewer than 40 lines', () => {
  const folder = new URL('./samples/', import.meta.url);
  for (const file of readdirSync(folder)) {
    const lines = readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n');
    expect([file, lines.length < 40]).toEqual([file, true]);
  }
});

describe('a cache as a plugin', () => {
  it('answers the second request at no cost, for chats and streams', async () => {
    const all = world({ a: [{ text: 'made' }] }, { plugins: [cache()] });
    await read(await all.router.stream(ask));
    const { text, cost } = await all.router.chat(ask);
    expect([text, cost?.total, all.providers['a']?.calls.length]).toEqual(['made', 0, 1]);
    expect(all.of('request-end').map(({ lookup }) => lookup?.source)).toEqual([undefined, 'hit']);
    expect(all.of('request-end')[1]?.lookup?.savedCost).toBeGreaterThan(0);
  });

  it('lets requests at one time share one answer, each with its own abort', async () => {
    const all = world({ a: [{ text: 'made', delay: 100 }] }, { plugins: [cache()] });
    const abort = new AbortController();
    const answers = [
      all.router.chat(ask),
      all.router.stream(ask).then(read).then(textOf),
      outcome(all.router.chat(ask, { signal: abort.signal })),
    ];
    await all.clock.advance(50);
    abort.abort('left');
    await all.clock.advance(50);
    expect(await Promise.all(answers)).toMatchObject([{ text: 'made' }, 'made', { error: 'left' }]);
    expect(all.providers['a']?.calls).toHaveLength(1);
  });

  it('keeps tenants apart, and nothing that failed', async () => {
    const all = world({ a: [{ error: { kind: 'bad-request', status: 400 } }, {}] }, { plugins: [cache()] });
    await rejection(all.router.chat(ask));
    await all.router.chat(ask, { tenant: 'one' });
    await all.router.chat(ask, { tenant: 'two' });
    expect(all.providers['a']?.calls).toHaveLength(3);
  });
});

describe('a budget as a plugin', () => {
  const request = { prompt: 'Hi', maxOutputTokens: 1_000 };

  it('is never exceeded, however many requests come at one time', async () => {
    const usage = { inputTokens: 10, outputTokens: 1_000 };
    const all = world(
      { a: [{ delay: 10, usage }] },
      { plugins: [budget({ limit: 0.0205 })], queue: { maxWait: 1_000 } },
    );
    const answers = Array.from({ length: 20 }, () => outcome(all.router.chat(request, { tenant: 't' })));
    await all.clock.advance(5_000);
    const settled = await Promise.all(answers);
    expect(settled.filter((each) => 'value' in each)).toHaveLength(10);
    const spent = all.of('usage').reduce((sum, { cost }) => sum + (cost?.total ?? 0), 0);
    expect(spent).toBeLessThanOrEqual(0.0205);
  });

  it('reports when it is used up, and counts per tenant', async () => {
    const { router } = world(
      { a: [{ usage: { inputTokens: 10, outputTokens: 5_000 } }] },
      { plugins: [budget({ limit: 0.01 })] },
    );
    await router.chat(request, { tenant: 'one' });
    const error = await rejection(router.chat(request, { tenant: 'one' }));
    expect(error).toBeInstanceOf(OverBudgetError);
    expect((await router.explain(request, { tenant: 'one' })).skipped).toMatchObject([
      { reason: 'over-budget' },
    ]);
    expect((await router.chat(request, { tenant: 'two' })).target).toBe('a');
  });

  it('gives back what an attempt did not cost', async () => {
    const { router } = world(
      { a: [{ error: { kind: 'server', status: 500 } }], b: [{}] },
      { plugins: [budget({ limit: 0.005 })] },
    );
    for (let count = 0; count < 20; count++) expect((await router.chat(request)).target).toBe('b');
  });
});

describe('a guard as a plugin', () => {
  const plugins = [guard({ forbidden: 'bomb' })];

  it('keeps addresses from the vendor and puts them back, in chats and streams', async () => {
    const text = ['Mail [MA', 'IL 0] ', 'and [MAIL', ' 1]', ' or [x'];
    const { router, providers } = world({ a: [{ text }] }, { plugins });
    const prompt = 'Who are ada@x.example and bob@y.example?';
    const whole = 'Mail ada@x.example and bob@y.example or [x';
    expect((await router.chat({ prompt })).text).toBe(whole);
    expect(textOf(await read(await router.stream({ prompt })))).toBe(whole);
    for (const { messages } of providers['a']?.calls ?? [])
      expect(messages).toEqual([{ role: 'user', content: 'Who are [MAIL 0] and [MAIL 1]?' }]);
  });

  it('refuses what must not be asked', async () => {
    const { router, providers } = world({ a: [{}] }, { plugins });
    expect(await rejection(router.chat({ prompt: 'a bomb' }))).toMatchObject({ code: 'refused' });
    expect(providers['a']?.calls).toHaveLength(0);
  });

  it('stands before a cache, which then holds no address', async () => {
    const { router, providers } = world({ a: [{ text: '[MAIL 0]!' }] }, { plugins: [...plugins, cache()] });
    expect((await router.chat({ prompt: 'ada@x.example?' })).text).toBe('ada@x.example!');
    expect((await router.chat({ prompt: 'bob@y.example?' })).text).toBe('bob@y.example!');
    expect(textOf(await read(await router.stream({ prompt: 'eve@z.example?' })))).toBe('eve@z.example!');
    expect(providers['a']?.calls).toHaveLength(1);
  });
});

describe('telemetry as a plugin', () => {
  it('has a span for the request and one for each attempt, within which the vendor is called', async () => {
    const spans: Span[] = [];
    const within: (Span | undefined)[] = [];
    const seeing = (provider: Provider): Provider => ({
      ...provider,
      async chat(call) {
        await Promise.resolve();
        within.push(active.getStore());
        return provider.chat(call);
      },
      async *stream(call) {
        await Promise.resolve();
        within.push(active.getStore());
        yield* provider.stream(call);
      },
    });
    const broken = [{ error: { kind: 'server', status: 500 } }] as const;
    const router = createRouter({
      targets: [
        {
          id: 'a',
          provider: seeing(scriptedProvider('a', broken)),
          model: 'm',
          price: { input: 1, output: 1 },
        },
        { id: 'b', provider: seeing(scriptedProvider('b')), model: 'm', price: { input: 1, output: 1 } },
      ],
      catalog: false,
      plugins: [telemetry((span) => spans.push(span))],
    });
    const caller: Span = { name: 'caller', parent: undefined, attributes: {} };
    await active.run(caller, async () => {
      await router.chat(ask, { tenant: 't' });
      await read(await router.stream(ask));
    });
    const names = spans.map(({ name, attributes }) => [name, attributes['target'], attributes['outcome']]);
    expect(names).toEqual([
      ['attempt', 'a', 'failed'],
      ['attempt', 'b', 'success'],
      ['chat', undefined, 'success'],
      ['attempt', 'a', 'failed'],
      ['attempt', 'b', 'success'],
      ['stream', undefined, 'success'],
    ]);
    expect(within).toEqual(spans.filter(({ name }) => name === 'attempt'));
    for (const { name, parent } of spans)
      expect(parent?.name).toBe(name === 'attempt' ? parent?.name : 'caller');
    // The sum of what is on the spans is the bill.
    expect(spans.filter(({ attributes }) => attributes['cost'] !== undefined)).toHaveLength(2);
  });
});

describe('shared health as a plugin', () => {
  const limited = { error: { kind: 'rate-limit', status: 429, retryAfter: 60_000 } } as const;

  it('lets one process respect what another one learned', async () => {
    const clock = virtualClock();
    const store = memory({ clock });
    const plugins = () => [sharedHealth()];
    const first = world({ a: [limited], b: [{}] }, { clock, store, plugins: plugins() });
    const second = world({ a: [{}], b: [{}] }, { clock, store, plugins: plugins() });
    await first.router.chat(ask);
    expect((await second.router.explain(ask)).candidates[0]?.target).toBe('a');
    await clock.advance(2_000);
    expect((await second.router.explain(ask)).skipped).toMatchObject([
      { target: 'a', reason: 'cooling-down' },
    ]);
    await clock.advance(58_000);
    expect((await second.router.chat(ask)).target).toBe('a');
  });

  it('harms nothing when the store is gone', async () => {
    const gone = (): never => {
      throw new Error('no connection');
    };
    const store = { ...memory(), read: gone, publish: gone };
    const all = world({ a: [{}] }, { store, plugins: [sharedHealth()] });
    await all.clock.advance(3_000);
    expect((await all.router.chat(ask)).target).toBe('a');
    expect(all.of('plugin-error').length).toBeGreaterThanOrEqual(2);
    await all.router.close();
  });
});
