import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createProviderRegistry, generateImage } from 'ai';
import { experimental_generateImage as generateImageV6 } from 'ai-v6';
import { createRouter, isRouterError, type Price } from 'signalbox';
import { aiSdk, toProvider } from 'signalbox/ai-sdk';
import { openai } from 'signalbox/openai';
import { type Script, scriptedProvider } from 'signalbox/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer, json } from '../../support/fault-server.ts';
import { rejection } from '../../support/requests.ts';

const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const price: Price = { input: 0, image: 0.04 };
const usage = { input_tokens: 9, output_tokens: 30, total_tokens: 39 };
const answer = (n = 1) => ({
  created: 1_700_000_000,
  data: Array.from({ length: n }, (_, index) => ({ b64_json: png, revised_prompt: `no. ${index}` })),
  size: '1024x1024',
  usage,
});

let server: FaultServer;
beforeEach(async () => {
  server = await faultServer(json(answer()));
});
afterEach(() => server.close());
const baseURL = () => `${server.url}/v1`;
const bodies = () => server.received.map(({ body }) => body);

function overScripts(scripts: Readonly<Record<string, Script>>) {
  const providers = Object.entries(scripts).map(([name, script]) => scriptedProvider(name, [script]));
  const router = createRouter({
    targets: providers.map((provider) => ({ provider, model: 'm', id: provider.name, price })),
    routes: { pictures: {} },
  });
  return { ai: toProvider(router), v3: toProvider(router, { specificationVersion: 'v3' }), providers };
}

describe('generateImage of the AI SDK', () => {
  it.each([
    [
      '7',
      (router: Parameters<typeof toProvider>[0]) =>
        generateImage({
          model: toProvider(router).imageModel('pictures'),
          prompt: 'a lighthouse',
          n: 2,
          size: '1024x1024',
        }),
    ],
    [
      '6',
      (router: Parameters<typeof toProvider>[0]) =>
        generateImageV6({
          model: toProvider(router, { specificationVersion: 'v3' }).imageModel('pictures'),
          prompt: 'a lighthouse',
          n: 2,
          size: '1024x1024',
        }),
    ],
  ] as const)('%s gets all images of a route in one call, and what the router did', async (_, generate) => {
    server.behave(json(answer(2)));
    const router = createRouter({
      targets: [
        { provider: openai({ baseURL: baseURL(), apiKey: 'k' }), model: 'gpt-image-1', id: 'gpt', price },
      ],
      routes: { pictures: {} },
    });
    const { images, warnings, providerMetadata, responses, usage: used } = await generate(router);
    expect(bodies()).toEqual([{ model: 'gpt-image-1', prompt: 'a lighthouse', n: 2, size: '1024x1024' }]);
    expect(images.map(({ base64, mediaType }) => [base64, mediaType])).toEqual([
      [png, 'image/png'],
      [png, 'image/png'],
    ]);
    expect(warnings).toEqual([]);
    expect(used).toMatchObject({ inputTokens: 9, outputTokens: 30, totalTokens: 39 });
    expect(responses).toMatchObject([{ timestamp: new Date(1_700_000_000_000), modelId: 'gpt' }]);
    expect(providerMetadata).toMatchObject({
      openai: { images: [{ revisedPrompt: 'no. 0' }, { revisedPrompt: 'no. 1' }] },
      signalbox: {
        images: [
          { target: 'gpt', cost: { total: 0.08 }, attempts: [{ outcome: 'success' }], decision: {} },
          { target: 'gpt' },
        ],
      },
    });
  });

  it('never sees that a target failed', async () => {
    const { ai } = overScripts({ a: { error: { kind: 'overloaded', status: 503 } }, b: {} });
    const { image, providerMetadata } = await generateImage({
      model: ai.imageModel('pictures'),
      prompt: 'x',
    });
    expect(image.mediaType).toBe('image/gif');
    expect(providerMetadata).toMatchObject({
      signalbox: { images: [{ target: 'b', attempts: [{ target: 'a' }, { target: 'b' }] }] },
    });
  });

  it('passes on images to edit, options, and a call’s router options', async () => {
    const { ai, providers } = overScripts({ a: {}, b: {} });
    const mask = Uint8Array.from(atob(png), (char) => char.charCodeAt(0));
    await generateImage({
      model: ai.imageModel('default'),
      prompt: {
        text: 'at night',
        images: [`data:image/png;base64,${png}`, 'https://example.com/a.png'],
        mask,
      },
      aspectRatio: '16:9',
      seed: 4,
      providerOptions: { signalbox: { only: ['b'] }, openai: { outputFormat: 'webp' } },
    });
    expect(providers[0]?.imageCalls).toEqual([]);
    expect(providers[1]?.imageCalls).toMatchObject([
      {
        prompt: 'at night',
        n: 1,
        aspectRatio: '16:9',
        seed: 4,
        images: [{ data: mask, mediaType: 'image/png' }, { data: 'https://example.com/a.png' }],
        mask: { data: mask, mediaType: 'image/png' },
        providerOptions: { openai: { output_format: 'webp' } },
      },
    ]);
  });

  it('does not retry after the router has given up', async () => {
    const { ai, providers } = overScripts({ a: { error: { kind: 'server', status: 500 } } });
    const error = await rejection(generateImage({ model: ai.imageModel('a'), prompt: 'x' }));
    expect(isRouterError(error, 'all-targets-failed')).toBe(true);
    expect(error).toMatchObject({ isRetryable: false, statusCode: 500 });
    expect(providers[0]?.imageCalls).toHaveLength(2); // the router's own retry
  });

  it('rejects with the reason when the caller aborts', async () => {
    const { ai, providers } = overScripts({ a: { hang: true } });
    const abort = new AbortController();
    const failing = rejection(
      generateImage({ model: ai.imageModel('a'), prompt: 'x', abortSignal: abort.signal }),
    );
    while (providers[0]?.open === 0) await new Promise(setImmediate);
    abort.abort(new Error('enough'));
    expect(await failing).toMatchObject({ message: 'enough' });
    expect(providers[0]?.open).toBe(0);
  });

  it('knows the names, by itself and in a registry', async () => {
    const { ai } = overScripts({ a: {} });
    const registry = createProviderRegistry({ router: ai });
    expect(
      (await generateImage({ model: registry.imageModel('router:pictures'), prompt: 'x' })).images,
    ).toHaveLength(1);
    expect(() => ai.imageModel('picturse' as never)).toThrow(/No such imageModel: .*picturse.*pictures/);
  });
});

describe('an image model of the AI SDK as a target', () => {
  it('makes as many at a time as it declares, and loses none of their metadata', async () => {
    const model = createOpenAI({ baseURL: baseURL(), apiKey: 'k' }).image('dall-e-3');
    const router = createRouter({ targets: [{ provider: aiSdk(), model, price }] });
    const result = await router.image({
      prompt: 'x',
      n: 2,
      aspectRatio: '1:1',
      providerOptions: { openai: { style: 'vivid' } },
    });
    expect(bodies()).toEqual(
      Array(2).fill({ model: 'dall-e-3', prompt: 'x', n: 1, style: 'vivid', response_format: 'b64_json' }),
    );
    expect(result).toMatchObject({
      target: 'openai/dall-e-3',
      images: [
        {
          type: 'file',
          data: png,
          mediaType: 'image/png',
          providerOptions: { openai: { revisedPrompt: 'no. 0' } },
        },
        { data: png },
      ],
      usage: { inputTokens: 18, outputTokens: 60, images: 2 },
      cost: { total: 0.08 },
      response: { model: 'dall-e-3', headers: { 'x-request-id': 'req-1' } },
      warnings: [{ type: 'unsupported', feature: 'aspectRatio' }],
      providerMetadata: { openai: { images: [{ size: '1024x1024' }] } },
    });
    expect(router.stats()[0]?.capabilities).toMatchObject({ chat: false, imageGeneration: 'prompt' });
  });

  it('edits files', async () => {
    const model = createOpenAI({ baseURL: baseURL(), apiKey: 'k' }).image('gpt-image-1');
    const router = createRouter({ targets: [{ provider: aiSdk(), model, price }] });
    await router.image({
      prompt: 'x',
      images: [{ data: png }],
      mask: { data: `data:image/png;base64,${png}` },
    });
    expect(server.received[0]?.path).toBe('/v1/images/edits');
    expect(server.received[0]?.text).toMatch(/name="mask"/);
  });

  it('gets a call that came in through the AI SDK unchanged', async () => {
    const model = createOpenAI({ baseURL: baseURL(), apiKey: 'k' }).image('gpt-image-1');
    const ai = toProvider(createRouter({ targets: [{ provider: aiSdk(), model, price, id: 'gpt' }] }));
    await generateImage({
      model: ai.imageModel('gpt'),
      prompt: 'x',
      providerOptions: { openai: { outputFormat: 'webp' }, signalbox: { maxCost: 1 } },
    });
    expect(bodies()).toEqual([{ model: 'gpt-image-1', prompt: 'x', n: 1, output_format: 'webp' }]);
  });

  it('fails with the router’s error, and the next target takes over', async () => {
    server.behave(json({ error: { message: 'slow down', type: 'rate_limit' } }, 429, { 'retry-after': '9' }));
    const model = createOpenAI({ baseURL: baseURL(), apiKey: 'k' }).image('gpt-image-1');
    const router = createRouter({
      targets: [
        { provider: aiSdk(), model, price },
        { provider: scriptedProvider('b'), model: 'm', price },
      ],
    });
    const { target, attempts } = await router.image({ prompt: 'x' });
    expect(target).toBe('b/m');
    expect(attempts[0]).toMatchObject({ error: { kind: 'rate-limit', status: 429 } });
  });

  it('distinguishes a refusal from an answer without an image', async () => {
    const model = createGoogle({ baseURL: server.url, apiKey: 'k' }).image('gemini-2.5-flash-image');
    const router = createRouter({ targets: [{ provider: aiSdk(), model, price }], maxAttempts: 1 });
    server.behave(json({ candidates: [{ content: { parts: [] }, finishReason: 'IMAGE_SAFETY' }] }));
    expect(await rejection(router.image({ prompt: 'x' }))).toMatchObject({ kind: 'content-filter' });
    server.behave(json({ candidates: [{ content: { parts: [{ text: 'no' }] }, finishReason: 'STOP' }] }));
    const error = await rejection(router.image({ prompt: 'x' }));
    expect(isRouterError(error, 'all-targets-failed') && error.last.kind).toBe('malformed');
  });

  it('asks for one at a time where the model does not say, or not at once', async () => {
    const counts: unknown[] = [];
    const modelOf = (maxImagesPerCall: unknown) => ({
      specificationVersion: 'v4',
      provider: 'own',
      modelId: 'm',
      maxImagesPerCall,
      doGenerate: async ({ n }: { n: number }) => {
        counts.push(n);
        return {
          images: Array(n).fill(new Uint8Array([0xff, 0xd8, 0xff, 1])),
          warnings: [],
          response: { timestamp: new Date(), modelId: 'm', headers: undefined },
        };
      },
    });
    for (const most of [undefined, () => Promise.resolve(4), () => 4, 4]) {
      const router = createRouter({ targets: [{ provider: aiSdk(), model: modelOf(most), price }] });
      const { images } = await router.image({ prompt: 'x', n: 2 });
      expect(images[0]).toEqual({ type: 'file', data: '/9j/AQ==', mediaType: 'image/jpeg' });
    }
    expect(counts).toEqual([1, 1, 1, 1, 2, 2]);
  });

  it('is for images only', async () => {
    const model = createOpenAI({ baseURL: baseURL(), apiKey: 'k' }).image('gpt-image-1');
    const router = createRouter({ targets: [{ provider: aiSdk(), model, price }] });
    const error = await rejection(router.chat({ prompt: 'x' }));
    expect(isRouterError(error, 'no-target') && error.decision.skipped).toMatchObject([{ lacks: 'chat' }]);
  });
});
