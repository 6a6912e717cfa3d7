import { generateText, type LanguageModel, streamText } from 'ai';
import { createRouter, isRouterError, type RouterEvent, sticky, weighted } from 'signalbox';
import { type SignalboxMetadata, toProvider } from 'signalbox/ai-sdk';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { rejection, world } from '../../support/requests.ts';

const prompt = 'Hello';

/** A model over a world in which the first target is the cheaper one. */
function over(options: Parameters<typeof world>[1] = {}) {
  const all = world({ a: [{ text: 'from a' }], b: [{ text: 'from b' }] }, options);
  return { ...all, model: toProvider(all.router)('default') };
}

type Own = Record<string, never>;
const ask = (model: LanguageModel, signalbox: object) =>
  generateText({ model, prompt, providerOptions: { signalbox: signalbox as Own } });
const metadataIn = (metadata: unknown): SignalboxMetadata =>
  (metadata as { signalbox: SignalboxMetadata }).signalbox;

describe('providerOptions.signalbox', () => {
  it('narrows the targets', async () => {
    const { model } = over();
    expect((await ask(model, { only: ['b'] })).text).toBe('from b');
  });

  it('carries metadata and a session into events', async () => {
    const { model, of } = over();
    await ask(model, { metadata: { user: 'u-1' }, session: 's-1' });
    expect(of('request-end')[0]).toMatchObject({ metadata: { user: 'u-1' } });
  });

  it('keeps a session to one target where the strategy does', async () => {
    const { model } = over({ strategy: sticky({ strategy: weighted() }) });
    const texts = new Set<string>();
    for (let n = 0; n < 8; n += 1) texts.add((await ask(model, { session: 's-1' })).text);
    expect(texts.size).toBe(1);
  });

  it('limits what a call may cost', async () => {
    const { model, providers } = over();
    const error = await rejection(ask(model, { maxCost: 0.000_000_001 }));
    expect(isRouterError(error, 'cost-limit')).toBe(true);
    expect(providers['a']?.calls).toHaveLength(0);
  });

  it('sets timeouts', async () => {
    const clock = virtualClock();
    const router = createRouter({
      targets: [{ provider: scriptedProvider('a', [{ hang: true }], clock), model: 'm' }],
      clock,
    });
    const failing = rejection(ask(toProvider(router)(), { timeout: { request: 1_000 } }));
    await clock.advance(1_000);
    expect(isRouterError(await failing, 'deadline')).toBe(true);
  });

  it('sets the priority in the queue', async () => {
    const clock = virtualClock();
    const slow = scriptedProvider('a', [{ text: 'done', delay: 100 }], clock);
    const router = createRouter({ targets: [{ provider: slow, model: 'm', concurrency: 1 }], clock });
    const model = toProvider(router)();
    const order: string[] = [];
    const calls = ['normal', 'sheddable', 'critical'].map(async (priority) => {
      await ask(model, { priority });
      order.push(priority);
    });
    await clock.advance(1_000);
    await Promise.all(calls);
    expect(order).toEqual(['normal', 'critical', 'sheddable']);
  });

  it('reaches streams, too', async () => {
    const { model } = over();
    const stream = streamText({ model, prompt, providerOptions: { signalbox: { only: ['b'] } } });
    expect(await stream.text).toBe('from b');
  });

  it.each<[string, object]>([
    ['maxCost', { maxCost: 'much' }],
    ['only', { only: 'b' }],
    ['timeout.request', { timeout: { request: -1 } }],
    ['priority', { priority: 'high' }],
    ['interrupted', { interrupted: 'maybe' }],
    ['target', { target: 'b' }],
    ['signal', { signal: null }],
  ])('names an invalid %s', async (name, options) => {
    const { model, providers } = over();
    const error = await rejection(ask(model, options));
    expect(isRouterError(error, 'request')).toBe(true);
    expect(String(error)).toContain(`providerOptions.signalbox.${name}: expected`);
    expect(providers['a']?.calls).toHaveLength(0);
  });

  it('stays with the router: no target gets it', async () => {
    const { model, providers } = over();
    await generateText({ model, prompt, providerOptions: { signalbox: {}, other: { x: 1 } } });
    expect(providers['a']?.calls[0]?.providerOptions).toEqual({ other: { x: 1 } });
  });
});

describe('providerMetadata.signalbox', () => {
  it('reports the target, its cost, the attempts and the decision', async () => {
    const { router } = world({
      a: [{ error: { kind: 'server', status: 500 } }],
      b: [{ text: 'from b', usage: { inputTokens: 1_000_000, outputTokens: 0 } }],
    });
    const { providerMetadata } = await generateText({ model: toProvider(router)(), prompt });
    const { target, cost, attempts, decision } = metadataIn(providerMetadata);
    expect(target).toBe('b');
    expect(cost).toMatchObject({ total: 2, source: 'declared' });
    expect(attempts.map(({ target: id, outcome }) => [id, outcome])).toEqual([
      ['a', 'failed'],
      ['b', 'success'],
    ]);
    expect(decision).toMatchObject({ candidates: expect.anything() });
  });

  it('is at the end of a stream', async () => {
    const { model } = over();
    const { providerMetadata } = await streamText({ model, prompt }).finalStep;
    expect(metadataIn(providerMetadata)).toMatchObject({ target: 'a', attempts: [{ target: 'a' }] });
  });

  it('is plain data', async () => {
    const { model } = over();
    const metadata = metadataIn((await generateText({ model, prompt })).providerMetadata);
    expect(structuredClone(metadata)).toEqual(JSON.parse(JSON.stringify(metadata)));
  });
});

describe('headers of a call', () => {
  it('yield a warning where the target cannot take them', async () => {
    const { model } = over();
    const { warnings } = await generateText({ model, prompt, headers: { 'x-trace': '1' } });
    expect(warnings).toMatchObject([{ type: 'unsupported', feature: 'headers' }]);
  });

  it('yield none where there are none but the AI SDK’s own', async () => {
    const { model, events } = over();
    expect((await generateText({ model, prompt })).warnings).toEqual([]);
    expect(events.filter((event: RouterEvent) => event.type === 'request-end')).toHaveLength(1);
  });
});
