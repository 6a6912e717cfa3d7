import { GoogleGenAI } from '@google/genai';
import { createRouter, isRouterError, type Provider, type ProviderImageCall } from 'signalbox';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { azure, deepinfra, litellm, openaiCompatible, together, xai } from 'signalbox/openai-compatible';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer, json, raw } from '../support/fault-server.ts';
import { rejection } from '../support/requests.ts';

const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const jpeg = '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP==';

let server: FaultServer;
beforeEach(async () => {
  server = await faultServer();
});
afterEach(() => server.close());

function make(provider: Provider, call: Partial<ProviderImageCall> = {}) {
  const { signal } = new AbortController();
  return (
    provider.image?.({ model: 'gpt-image-1', prompt: 'a lighthouse', n: 1, signal, ...call }) ??
    Promise.reject(new Error('none'))
  );
}
const sent = () => server.received[0]?.body;
const overOpenAI = (more = {}) => openai({ baseURL: `${server.url}/v1`, apiKey: 'k', ...more });
const overGoogle = (more = {}) => google({ baseURL: server.url, apiKey: 'k', ...more });

const made = {
  created: 1,
  data: [{ b64_json: png }],
  output_format: 'webp',
  quality: 'high',
  size: '1024x1024',
  usage: {
    input_tokens: 60,
    input_tokens_details: { text_tokens: 10, image_tokens: 50 },
    output_tokens: 300,
    output_tokens_details: { text_tokens: 28, image_tokens: 272 },
  },
};

describe('openai()', () => {
  it('asks a GPT image model in its own words', async () => {
    server.behave(json(made));
    const result = await make(overOpenAI(), {
      n: 2,
      size: '1536x1024',
      providerOptions: { openai: { quality: 'high' }, google: { x: 1 } },
    });
    expect(server.received[0]?.path).toBe('/v1/images/generations');
    expect(sent()).toEqual({
      model: 'gpt-image-1',
      prompt: 'a lighthouse',
      n: 2,
      size: '1536x1024',
      quality: 'high',
    });
    expect(result).toMatchObject({
      images: [{ type: 'file', data: png, mediaType: 'image/webp' }],
      usage: { inputTokens: 60, outputTokens: 300, imageInputTokens: 50, imageOutputTokens: 272 },
      warnings: [],
      providerMetadata: { openai: { quality: 'high', size: '1024x1024', outputFormat: 'webp' } },
      response: { headers: { 'x-request-id': 'req-1' } },
      raw: made,
    });
  });

  it('requests data instead of URLs from older models, and reports their revised prompt', async () => {
    server.behave(json({ data: [{ b64_json: jpeg, revised_prompt: 'a tall lighthouse' }] }));
    const result = await make(overOpenAI(), { model: 'dall-e-3' });
    expect(sent()).toMatchObject({ model: 'dall-e-3', response_format: 'b64_json' });
    expect(result.images).toEqual([
      {
        type: 'file',
        data: jpeg,
        mediaType: 'image/jpeg',
        providerOptions: { openai: { revisedPrompt: 'a tall lighthouse' } },
      },
    ]);
    expect(result.usage).toEqual({});
  });

  it('says a shape by the size that has it, and what it has no word for in a warning', async () => {
    server.behave(json(made));
    const result = await make(overOpenAI(), { aspectRatio: '3:2', seed: 7 });
    expect(sent()).toEqual({ model: 'gpt-image-1', prompt: 'a lighthouse', n: 1, size: '1536x1024' });
    expect(result.warnings).toEqual([
      { type: 'changed', feature: 'aspectRatio', details: 'sent as size 1536x1024' },
      { type: 'unsupported', feature: 'seed' },
    ]);
    const other = await make(overOpenAI(), { aspectRatio: '21:9' });
    expect(other.warnings).toEqual([{ type: 'unsupported', feature: 'aspectRatio' }]);
  });

  it('sends images and a mask to be edited as files', async () => {
    server.behave(json(made));
    const bytes = Uint8Array.from(atob(png), (char) => char.charCodeAt(0));
    await make(overOpenAI(), {
      images: [{ data: bytes }, { data: `data:image/jpeg;base64,${jpeg}` }],
      mask: { data: png },
      size: '1024x1024',
    });
    const [{ path, headers, text } = { path: '', headers: {}, text: '' }] = server.received;
    expect(path).toBe('/v1/images/edits');
    expect(headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    const parts = [...text.matchAll(/name="([^"]+)"(?:; filename="([^"]+)"\r\ncontent-type: (\S+))?/gi)];
    const fields = parts.map(([, ...part]) => part.filter(Boolean).join(' '));
    expect(new Set(fields)).toEqual(
      new Set([
        'image[] image-0.png image/png',
        'image[] image-1.jpeg image/jpeg',
        'mask mask.png image/png',
        'model',
        'n',
        'prompt',
        'size',
      ]),
    );
    expect(text).toContain('\r\n\r\na lighthouse\r\n');
  });

  it('leaves a picture that it would have to fetch to other targets', async () => {
    const error = await rejection(make(overOpenAI(), { images: [{ data: 'https://example.com/a.png' }] }));
    expect(error).toMatchObject({ kind: 'bad-request', scope: 'deployment' });
    expect(server.received).toEqual([]);
  });

  it('asks for as many at once as the model makes', () => {
    const { imagesPerCall } = overOpenAI();
    expect([imagesPerCall?.('gpt-image-1'), imagesPerCall?.('dall-e-3')]).toEqual([10, 1]);
  });

  it('works with a client of the application’s own', async () => {
    const { default: OpenAI } = await import('openai');
    server.behave(json(made));
    const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'k' });
    expect((await make(openai({ client }))).images).toHaveLength(1);
    const { chat } = client;
    expect(await rejection(make(openai({ client: { chat } })))).toMatchObject({ code: 'config' });
  });

  it('takes answers that are larger than those of chats', async () => {
    const large = 'A'.repeat(33 * 1024 * 1024);
    server.behave(raw(`{"data":[{"b64_json":"${large}"}]}`, { 'content-type': 'application/json' }));
    expect((await make(overOpenAI())).images[0]?.data).toHaveLength(large.length);
  });
});

const gemini = (more: object = {}) => ({
  candidates: [
    {
      content: { role: 'model', parts: [{ inlineData: { mimeType: 'image/png', data: png } }] },
      finishReason: 'STOP',
    },
  ],
  usageMetadata: {
    promptTokenCount: 12,
    candidatesTokenCount: 1290,
    candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1290 }],
  },
  responseId: 'r-1',
  modelVersion: 'gemini-2.5-flash-image',
  ...more,
});
const model = 'gemini-2.5-flash-image';

describe('google()', () => {
  it('has a Gemini model answer with an image', async () => {
    server.behave(json(gemini()));
    const result = await make(overGoogle(), {
      model,
      seed: 7,
      aspectRatio: '16:9',
      images: [{ data: jpeg }],
      providerOptions: { google: { imageConfig: { imageSize: '2K' } } },
    });
    expect(server.received[0]?.path).toBe(`/v1beta/models/${model}:generateContent`);
    expect(sent()).toEqual({
      contents: [
        {
          role: 'user',
          parts: [{ inlineData: { data: jpeg, mimeType: 'image/jpeg' } }, { text: 'a lighthouse' }],
        },
      ],
      generationConfig: {
        seed: 7,
        responseModalities: ['IMAGE'],
        imageConfig: { aspectRatio: '16:9', imageSize: '2K' },
      },
    });
    expect(result).toMatchObject({
      images: [{ type: 'file', data: png, mediaType: 'image/png' }],
      usage: { inputTokens: 12, outputTokens: 1290, imageOutputTokens: 1290 },
      response: { id: 'r-1', model },
      warnings: [],
      providerMetadata: { google: { finishReason: 'STOP' } },
    });
  });

  it('says a size by its shape where there is one, else in a warning', async () => {
    server.behave(json(gemini()));
    const result = await make(overGoogle(), { model, size: '1920x1080' });
    expect(sent()).toMatchObject({ generationConfig: { imageConfig: { aspectRatio: '16:9' } } });
    expect(result.warnings).toEqual([
      { type: 'changed', feature: 'size', details: 'sent as aspectRatio 16:9' },
    ]);
    const other = await make(overGoogle(), { model, size: '1000x17' });
    expect(other.warnings).toEqual([{ type: 'unsupported', feature: 'size' }]);
  });

  it('recognizes a refusal of the content', async () => {
    for (const body of [
      { candidates: [{ finishReason: 'IMAGE_SAFETY' }] },
      { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } },
    ]) {
      server.behave(json(body));
      expect(await rejection(make(overGoogle(), { model }))).toMatchObject({ kind: 'content-filter' });
    }
  });

  it('takes words instead of an image for no answer', async () => {
    const words = { candidates: [{ content: { parts: [{ text: 'I cannot.' }] }, finishReason: 'STOP' }] };
    server.behave(json(words));
    expect(await rejection(make(overGoogle(), { model }))).toMatchObject({ kind: 'malformed' });
  });

  it('says what each of its models can do', () => {
    const made = (name: string, provider: Provider = overGoogle()) =>
      provider.capabilities?.(name).imageGeneration;
    expect(made('gemini-2.5-flash-image')).toBe('images');
    expect(made('gemini-3-pro-image-preview')).toBe('images');
    expect(made('gemini-2.5-flash')).toBe(false);
    expect(made('gemini-next')).toBeUndefined();
    expect(made('imagen-4.0-generate-001')).toBe(false);
    expect(overGoogle({ sdk: 'generative-ai' }).image).toBeUndefined();
  });

  it('makes images with Imagen where the application’s client has it', async () => {
    server.behave(
      json({
        predictions: [
          { bytesBase64Encoded: png, mimeType: 'image/png', prompt: 'a tall lighthouse' },
          { raiFilteredReason: 'too tall' },
        ],
      }),
    );
    const client = new GoogleGenAI({ vertexai: true, apiKey: 'k', httpOptions: { baseUrl: server.url } });
    const provider = google({ client });
    expect(provider.capabilities?.('imagen-4.0-generate-001').imageGeneration).toBe('prompt');
    expect(provider.imagesPerCall?.('imagen-4.0-generate-001')).toBe(4);
    const result = await make(provider, { model: 'imagen-4.0-generate-001', n: 2, aspectRatio: '1:1' });
    expect(sent()).toMatchObject({
      instances: [{ prompt: 'a lighthouse' }],
      parameters: { sampleCount: 2, aspectRatio: '1:1', includeRaiReason: true },
    });
    expect(result).toMatchObject({
      images: [
        {
          data: png,
          mediaType: 'image/png',
          providerOptions: { google: { enhancedPrompt: 'a tall lighthouse' } },
        },
      ],
      usage: {},
      providerMetadata: { google: { raiFilteredReasons: ['too tall'] } },
    });
    server.behave(json({ predictions: [{ raiFilteredReason: 'too tall' }] }));
    const error = await rejection(make(provider, { model: 'imagen-4.0-generate-001' }));
    expect(error).toMatchObject({ kind: 'content-filter' });
  });
});

describe('servers that speak as OpenAI does', () => {
  const call = { model: 'm', n: 2, size: '1536x1024', aspectRatio: '3:2', seed: 7 } as const;
  const common = { model: 'm', prompt: 'a lighthouse', n: 2 };
  const unsupported = (feature: string) => ({ type: 'unsupported', feature });

  it.each([
    [
      'xai',
      xai,
      { aspect_ratio: '3:2', response_format: 'b64_json' },
      [unsupported('size'), unsupported('seed')],
    ],
    ['together', together, { width: 1536, height: 1024, seed: 7, response_format: 'base64' }, []],
    ['deepinfra', deepinfra, { size: '1536x1024', response_format: 'b64_json' }, [unsupported('seed')]],
    ['azure', azure, { size: '1536x1024' }, [unsupported('seed')]],
    ['litellm', litellm, { size: '1536x1024', response_format: 'b64_json' }, [unsupported('seed')]],
  ] as const)('%s is asked in its own words', async (_, preset, own, warnings) => {
    server.behave(json({ id: 'i-1', data: [{ b64_json: `data:image/jpeg;base64,${jpeg}` }] }));
    const provider: Provider = preset({ baseURL: `${server.url}/v1`, apiKey: 'k' });
    const result = await make(provider, call);
    expect(server.received[0]?.path).toBe('/v1/images/generations');
    expect(sent()).toEqual({ ...common, ...own });
    expect(result).toMatchObject({
      images: [{ data: jpeg, mediaType: 'image/jpeg' }],
      response: { id: 'i-1' },
      warnings,
    });
    expect(provider.capabilities?.('m').imageGeneration).toBe('prompt');
  });

  it('make none unless it is said how', async () => {
    const options = { name: 'office', baseURL: `${server.url}/v1` } as const;
    expect(openaiCompatible(options).image).toBeUndefined();
    expect(openaiCompatible(options).capabilities?.('m').imageGeneration).toBeUndefined();
    server.behave(json(made));
    const provider = openaiCompatible({ ...options, images: { most: 3, format: false, seed: true } });
    expect(provider.imagesPerCall?.('m')).toBe(3);
    await make(provider, { model: 'm', seed: 7 });
    expect(sent()).toEqual({ model: 'm', prompt: 'a lighthouse', n: 1, seed: 7 });
    expect(() => openaiCompatible({ ...options, images: { most: 0 } })).toThrow(/images\.most/);
  });
});

describe.each([
  ['openai', () => overOpenAI(), 'gpt-image-1'],
  ['google', () => overGoogle(), model],
  ['xai', () => xai({ baseURL: `${server.url}/v1`, apiKey: 'k' }), 'grok-2-image'],
] as const)('images of %s', (name, create, imageModel) => {
  it('that are not objects are malformed', async () => {
    const broken = [
      {},
      { data: [] },
      { data: [{}] },
      { data: [{ url: 'https://example.com/a.png' }] },
      null,
      'x',
      [],
    ];
    for (const body of [
      ...broken,
      { data: [{ b64_json: '' }] },
      { candidates: [{ finishReason: 'STOP' }] },
    ]) {
      server.behave(json(body));
      const error = await rejection(make(create(), { model: imageModel }));
      expect(error).toMatchObject({ kind: 'malformed' });
    }
    server.behave(raw('<html>', { 'content-type': 'text/html' }));
    expect(await rejection(make(create(), { model: imageModel }))).toMatchObject({ kind: 'malformed' });
  });

  it('fail in the same words as answers do', async () => {
    const rate = { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'slow' } };
    server.behave(json(rate, 429, { 'retry-after': '7' }));
    expect(await rejection(make(create(), { model: imageModel }))).toMatchObject({
      kind: 'rate-limit',
      status: 429,
      retryAfter: 7_000,
    });
    server.behave(json({ error: { code: 503, status: 'UNAVAILABLE', message: 'no' } }, 503));
    expect(await rejection(make(create(), { model: imageModel }))).toMatchObject({ status: 503 });
    server.behave((response) => void response.destroy());
    expect(await rejection(make(create(), { model: imageModel }))).toMatchObject({ kind: 'network' });
    if (name === 'google') return;
    server.behave(json({ error: { code: 'content_policy_violation', message: 'no' } }, 400));
    expect(await rejection(make(create(), { model: imageModel }))).toMatchObject({ kind: 'content-filter' });
    server.behave(json({ error: { code: 'server_error', message: 'no' } }));
    expect(await rejection(make(create(), { model: imageModel }))).toMatchObject({ kind: 'server' });
  });

  it('end with their connection when the caller aborts', async () => {
    server.behave(() => {});
    const abort = new AbortController();
    const router = createRouter({ targets: [{ provider: create(), model: imageModel }], catalog: false });
    const answer = rejection(router.image({ prompt: 'x' }, { signal: abort.signal }));
    while (server.received.length === 0) await new Promise(setImmediate);
    abort.abort('enough');
    expect(await answer).toBe('enough');
    await server.received[0]?.over;
    expect(server.received[0]?.complete).toBe(false);
  });

  it('never show a key or a prompt in their errors', async () => {
    server.behave(json({ error: { message: 'bad key sk-secret-0123456789 for a lighthouse' } }, 401));
    const error = await rejection(make(create(), { model: imageModel }));
    expect(isRouterError(error, 'provider') && JSON.stringify(error) + error.message).not.toMatch(
      /lighthouse|secret/,
    );
  });
});
