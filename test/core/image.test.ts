import { createRouter, isRouterError, type Price, type Provider, type RouterEvent } from 'signalbox';
import { type Script, scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { rejection } from '../support/requests.ts';

const perImage: Price = { input: 0, image: 0.04 };
const png = (name: string) => ({ type: 'file', data: name, mediaType: 'image/png' }) as const;
const atOnce = <P extends Provider>(provider: P, images: number): P =>
  Object.assign(provider, { imagesPerCall: () => images });
const failing: Script = { error: { kind: 'server', status: 500 } };

function routerOf(providers: readonly Provider[], more: object = {}, target: object = {}) {
  const clock = virtualClock();
  const router = createRouter({
    targets: providers.map((provider) => ({
      provider,
      model: provider.name,
      id: provider.name,
      price: perImage,
      ...target,
    })),
    clock,
    retry: { minDelay: 0, maxDelay: 0 },
    ...more,
  });
  const events: RouterEvent[] = [];
  for (const type of ['usage', 'request-end', 'attempt-start', 'attempt-end'] as const)
    router.on(type, (event) => events.push(event));
  const end = () => events.find((event) => event.type === 'request-end');
  return { router, clock, events, end };
}

describe('image', () => {
  it('gives the images, what they cost and how their target was chosen', async () => {
    const provider = scriptedProvider('a', [{ images: [png('one')], usage: { inputTokens: 7 } }]);
    const result = await routerOf([provider]).router.image({ prompt: 'a lighthouse' });
    expect(result).toMatchObject({
      images: [png('one')],
      usage: { inputTokens: 7, images: 1 },
      cost: { total: 0.04, image: 0.04, source: 'declared', estimated: false },
      target: 'a',
      attempts: [{ target: 'a', outcome: 'success', billed: 'yes' }],
      decision: { candidates: [{ target: 'a' }] },
      response: { id: 'a-1', model: 'a' },
      warnings: [],
      providerMetadata: {},
    });
  });

  it('passes the request on unchanged', async () => {
    const provider = scriptedProvider('a');
    const request = {
      prompt: 'at night',
      size: '1024x1536',
      aspectRatio: '2:3',
      seed: 4,
      images: [{ data: 'QUJD', mediaType: 'image/webp' }, { data: new Uint8Array([1]) }],
      mask: { data: new URL('https://example.com/mask.png') },
      providerOptions: { a: { quality: 'high' } },
    } as const;
    await routerOf([provider]).router.image(request);
    expect(provider.imageCalls).toMatchObject([{ ...request, n: 1, model: 'a' }]);
  });

  it('fails over to the next target and reports each attempt', async () => {
    const { router, end } = routerOf([scriptedProvider('a', [failing]), scriptedProvider('b')]);
    const { target, attempts } = await router.image({ prompt: 'x' }, { metadata: { tenant: 7 } });
    expect(target).toBe('b');
    expect(attempts).toMatchObject([
      { target: 'a', outcome: 'failed', error: { kind: 'server', status: 500 }, billed: 'no' },
      { target: 'b', outcome: 'success' },
    ]);
    expect(end()).toMatchObject({
      kind: 'image',
      outcome: 'success',
      target: 'b',
      metadata: { tenant: 7 },
      usage: { images: 1 },
      cost: { total: 0.04 },
      wastedCost: 0,
    });
  });

  it('makes them in as many calls as the vendor’s limit asks for, all by one target', async () => {
    const provider = atOnce(scriptedProvider('a', [{ usage: { inputTokens: 5, outputTokens: 10 } }]), 4);
    const { router, events } = routerOf([provider], {}, { price: { input: 1, output: 2, image: 0.01 } });
    const result = await router.image({ prompt: 'x', n: 10 });
    expect(provider.imageCalls.map(({ n }) => n)).toEqual([4, 4, 2]);
    expect(result.images).toHaveLength(10);
    expect(result.usage).toEqual({ inputTokens: 15, outputTokens: 30, images: 10 });
    expect(result.cost?.total).toBeCloseTo(0.1 + 15e-6 + 60e-6, 12);
    expect(result.raw).toHaveLength(3);
    expect(events.filter(({ type }) => type === 'usage')).toHaveLength(3);
  });

  it('never mixes models: where a target fails half-way, the next one makes all of them', async () => {
    let calls = 0;
    const first = scriptedProvider('a', () => (++calls === 2 ? failing : { images: [png('a')] }));
    const second = atOnce(scriptedProvider('b', [{ images: [png('b'), png('b'), png('b')] }]), 3);
    const { router, end } = routerOf([first, second], { retry: { sameTarget: 0 } }, { concurrency: 1 });
    const { images, target } = await router.image({ prompt: 'x', n: 3 });
    expect(target).toBe('b');
    expect(images.map(({ data }) => data)).toEqual(['b', 'b', 'b']);
    expect(end()?.wastedCost).toBeCloseTo(0.04, 12);
  });

  it('warns where there are fewer than asked for', async () => {
    const provider = atOnce(scriptedProvider('a', [{ images: [png('one')] }]), 4);
    const { images, warnings, cost } = await routerOf([provider]).router.image({ prompt: 'x', n: 3 });
    expect(images).toHaveLength(1);
    expect(warnings).toEqual([{ type: 'other', feature: 'n', details: '1 of 3 images' }]);
    expect(cost?.total).toBe(0.04);
  });

  it('treats an answer without an image as broken', async () => {
    const { router } = routerOf([scriptedProvider('a', [{ images: [] }]), scriptedProvider('b')]);
    const { target, attempts } = await router.image({ prompt: 'x' });
    expect(target).toBe('b');
    expect(attempts[0]).toMatchObject({ target: 'a', error: { kind: 'malformed' } });
  });

  it('returns a refusal of the content to the caller, or fails over if the route allows it', async () => {
    const refusing = () => scriptedProvider('a', [{ error: { kind: 'content-filter', status: 400 } }]);
    const error = await rejection(
      routerOf([refusing(), scriptedProvider('b')]).router.image({ prompt: 'x' }),
    );
    expect(isRouterError(error, 'provider') && error.kind).toBe('content-filter');
    const going = routerOf([refusing(), scriptedProvider('b')], { fallbackOn: ['content-filter'] });
    expect((await going.router.image({ prompt: 'x' })).target).toBe('b');
  });

  it.each([
    ['image generation', {}, {}, { prompt: 'x' }],
    ['image generation', { imageGeneration: false }, undefined, { prompt: 'x' }],
    ['image editing', { imageGeneration: 'prompt' }, undefined, { images: [{ data: 'QUJD' }] }],
    [
      'image editing by a mask',
      { imageGeneration: 'images' },
      undefined,
      { images: [{ data: 'QUJD' }], mask: { data: 'QUJD' } },
    ],
    [
      'images by URL',
      { images: 'data' },
      undefined,
      { prompt: 'x', images: [{ data: 'https://example.com/a.png' }] },
    ],
    [
      'an uploaded file',
      {},
      undefined,
      { prompt: 'x', images: [{ data: { type: 'reference', reference: { b: 'file-1' } } }] },
    ],
  ] as const)(
    'skips a target that lacks %s, with a reason',
    async (lacks, capabilities, lacking, request) => {
      const { image, ...talking } = scriptedProvider('a');
      const first =
        lacking === undefined ? { ...talking, ...(image === undefined ? {} : { image }) } : talking;
      const router = createRouter({
        targets: [
          { provider: first, model: 'm', id: 'a', price: perImage, capabilities },
          { provider: scriptedProvider('b'), model: 'm', id: 'b', price: perImage },
        ],
      });
      const { target, decision } = await router.image(request);
      expect(target).toBe('b');
      expect(decision?.skipped).toEqual([{ target: 'a', reason: 'incapable', lacks }]);
    },
  );

  it('asks a target that has an image to look at only where a chat shows one', async () => {
    const { router } = routerOf([scriptedProvider('a')], {}, { capabilities: { images: false } });
    expect((await router.image({ images: [{ data: 'QUJD' }] })).target).toBe('a');
  });

  it('keeps to maxCost by the price of all images', async () => {
    const { router } = routerOf([scriptedProvider('a')]);
    await router.image({ prompt: 'x', n: 2 }, { maxCost: 0.08 });
    const error = await rejection(router.image({ prompt: 'x', n: 3 }, { maxCost: 0.08 }));
    expect(isRouterError(error, 'cost-limit')).toBe(true);
  });

  it('counts the fee per request once for each call', async () => {
    const price = { input: 0, request: 0.01, image: 0.02 };
    const { router } = routerOf([atOnce(scriptedProvider('a'), 2)], {}, { price });
    const { cost } = await router.image({ prompt: 'x', n: 4 }, { maxCost: 0.1 });
    expect(cost).toMatchObject({ total: 0.1, request: 0.02, image: 0.08 });
    const error = await rejection(router.image({ prompt: 'x', n: 5 }, { maxCost: 0.12 }));
    expect(isRouterError(error, 'cost-limit')).toBe(true);
  });

  it('learns how many tokens an image has, apart from what chats have', async () => {
    const usage = { inputTokens: 0, outputTokens: 4_000 };
    const { router } = routerOf(
      [scriptedProvider('a', [{ usage }])],
      {},
      { price: { input: 0, output: 10 } },
    );
    // 1,300 tokens are assumed at first.
    await router.image({ prompt: 'x' }, { maxCost: 0.0131 });
    const error = await rejection(router.image({ prompt: 'x' }, { maxCost: 0.0399 }));
    expect(isRouterError(error, 'cost-limit')).toBe(true);
    await router.image({ prompt: 'x' }, { maxCost: 0.0401 });
    const { candidates } = await router.explain({ prompt: 'x' });
    expect(candidates[0]?.estimatedCost).toBeCloseTo(0.005, 6); // the usual 500 of a chat
    expect(router.stats()[0]).toMatchObject({ throughput: undefined, latencies: [] });
  });

  it('is never hedged', async () => {
    const slow = (name: string, clock: ReturnType<typeof virtualClock>) =>
      scriptedProvider(name, [{ delay: 20_000 }], clock);
    const clock = virtualClock();
    const [first, second] = [slow('a', clock), slow('b', clock)];
    const { router } = routerOf([first, second], { clock, hedge: { delay: 100, ratio: 1 } });
    const answer = router.image({ prompt: 'x' });
    await clock.advance(20_000);
    expect((await answer).attempts).toHaveLength(1);
    expect(second.imageCalls).toEqual([]);
  });

  it('fails over after timeout.attempt and records what the vendor may charge for it', async () => {
    const clock = virtualClock();
    const hanging = scriptedProvider('a', [{ hang: true }], clock);
    const { router, events } = routerOf([hanging, scriptedProvider('b')], { clock });
    const answer = router.image({ prompt: 'x' }, { timeout: { attempt: 50 } });
    await clock.advance(50);
    expect((await answer).target).toBe('b');
    expect(hanging.open).toBe(0);
    expect(events.filter(({ type }) => type === 'usage')).toMatchObject([
      { target: 'a', billed: 'unknown', usage: { images: 1 }, cost: { image: 0.04, estimated: true } },
      { target: 'b', billed: 'yes' },
    ]);
  });

  it('ends at once when the caller aborts, with all running attempts', async () => {
    const provider = scriptedProvider('a', [{ hang: true }]);
    const { router, events } = routerOf([provider]);
    const abort = new AbortController();
    const answer = rejection(router.image({ prompt: 'x', n: 9 }, { signal: abort.signal }));
    setImmediate(() => abort.abort('enough'));
    expect(await answer).toBe('enough');
    expect(provider.open).toBe(0);
    expect(events.filter(({ type }) => type === 'request-end')).toMatchObject([{ outcome: 'aborted' }]);
  });

  it('opens the breaker of a target that fails', async () => {
    const broken = scriptedProvider('a', [failing]);
    const { router } = routerOf([broken, scriptedProvider('b')]);
    for (let request = 0; request < 6; request++) await router.image({ prompt: 'x' });
    expect(router.stats()[0]?.health).toBe('failing');
    expect(broken.imageCalls.length).toBeLessThan(6);
  });

  it('goes to another target if the vendor reports that its limit is used up', async () => {
    const limits = [{ of: 'requests', limit: 10, remaining: 0, resetAfter: 60_000 }] as const;
    const first = scriptedProvider('a');
    const used: Provider = {
      ...first,
      image: async (call) => {
        const made = await (first.image?.(call) ?? Promise.reject(new Error('none')));
        return { ...made, response: { ...made.response, limits } };
      },
    };
    const { router } = routerOf([used, scriptedProvider('b')]);
    expect((await router.image({ prompt: 'x' })).target).toBe('a');
    expect((await router.image({ prompt: 'x' })).target).toBe('b');
  });

  it('goes through each of a provider’s keys', async () => {
    const refused = scriptedProvider('a', [{ error: { kind: 'quota', status: 429, scope: 'key' } }]);
    const fresh = scriptedProvider('a');
    const { router } = routerOf([{ ...refused, keys: [refused, fresh] }], { random: () => 0 });
    const { attempts } = await router.image({ prompt: 'x' });
    expect(attempts).toMatchObject([
      { key: 0, outcome: 'failed' },
      { key: 1, outcome: 'success' },
    ]);
  });

  it('takes the default route without asking select', async () => {
    const asked: unknown[] = [];
    const select = (request: unknown) => {
      asked.push(request);
      return 'default';
    };
    await routerOf([scriptedProvider('a')], { select }).router.image({ prompt: 'x' });
    expect(asked).toEqual([]);
  });

  it.each([
    [{}, 'prompt'],
    [{ prompt: '' }, 'prompt'],
    [{ prompt: 3 }, 'prompt'],
    [{ prompt: 'x', n: 0 }, 'n'],
    [{ prompt: 'x', n: 1.5 }, 'n'],
    [{ prompt: 'x', size: '16:9' }, 'size'],
    [{ prompt: 'x', size: 1024 }, 'size'],
    [{ prompt: 'x', aspectRatio: '1024x1024' }, 'aspectRatio'],
    [{ prompt: 'x', seed: Number.NaN }, 'seed'],
    [{ prompt: 'x', images: [] }, 'images'],
    [{ prompt: 'x', images: ['QUJD'] }, 'images[0]'],
    [{ prompt: 'x', images: [{ data: 'QUJD' }, { data: '' }] }, 'images[1]'],
    [{ prompt: 'x', mask: { data: 'QUJD' } }, 'images'],
    [{ images: [{ data: 'QUJD' }], mask: {} }, 'mask'],
    [{ prompt: 'x', model: 'm' }, 'model'],
    [null, 'request'],
  ])('refuses %j and names the field', async (request, field) => {
    const error = await rejection(routerOf([scriptedProvider('a')]).router.image(request as never));
    expect(isRouterError(error, 'request') && error.message).toMatch(
      new RegExp(`\\b${field.replace(/[[\]]/g, '\\$&')}`),
    );
  });
});
