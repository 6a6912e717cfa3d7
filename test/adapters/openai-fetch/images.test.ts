import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI, { toFile } from 'openai';
import { createRouter } from 'signalbox';
import { routed, type ToFetchOptions, toFetch, toNodeHandler } from 'signalbox/openai-fetch';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';

const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0]);

function over(options?: ToFetchOptions) {
  const image = { type: 'file', data: 'AAAA', mediaType: 'image/webp' } as const;
  const provider = scriptedProvider('openai', [{ images: [image] }]);
  const router = createRouter({
    targets: [
      { id: 'pictures', provider, model: 'gpt-image-1', price: { request: 0.04, input: 0, output: 0 } },
    ],
  });
  return { handler: toFetch(router, options), provider };
}

function inProcess() {
  const { handler, provider } = over();
  return { provider, client: new OpenAI({ apiKey: 'none', baseURL: 'http://signalbox/v1', fetch: handler }) };
}

describe('images through the OpenAI SDK', () => {
  it('are made from a prompt', async () => {
    const { client, provider } = inProcess();
    const { data } = await client.images.generate({
      model: 'pictures',
      prompt: 'a lighthouse',
      n: 1,
      size: '1024x1024',
      quality: 'high',
    });
    expect(data).toEqual([{ b64_json: 'AAAA' }]);
    expect(provider.imageCalls[0]).toMatchObject({
      prompt: 'a lighthouse',
      n: 1,
      size: '1024x1024',
      providerOptions: { openai: { quality: 'high' } },
    });
  });

  it('are made from several images with a mask', async () => {
    const { client, provider } = inProcess();
    const { data } = await client.images.edit({
      model: 'pictures',
      prompt: 'add a lighthouse',
      image: [
        await toFile(png, 'a.png', { type: 'image/png' }),
        await toFile(jpeg, 'b.jpg', { type: 'image/jpeg' }),
      ],
      mask: await toFile(png, 'mask.png', { type: 'image/png' }),
      n: 1,
      background: 'transparent',
    });
    expect(data).toEqual([{ b64_json: 'AAAA' }]);
    expect(provider.imageCalls[0]).toMatchObject({
      prompt: 'add a lighthouse',
      n: 1,
      images: [
        { data: png, mediaType: 'image/png' },
        { data: jpeg, mediaType: 'image/jpeg' },
      ],
      mask: { data: png, mediaType: 'image/png' },
      providerOptions: { openai: { background: 'transparent' } },
    });
  });

  it('take call options in the form', async () => {
    const { client, provider } = inProcess();
    const asked = {
      model: 'pictures',
      prompt: 'edit',
      image: await toFile(png, 'a.png', { type: 'image/png' }),
    };
    const options = { maxCost: 0.01, only: ['pictures'], timeout: { request: 60_000 } };
    await expect(client.images.edit(routed(asked, options))).rejects.toThrow(/maxCost|cost/);
    await client.images.edit(routed(asked, { ...options, maxCost: 0.05 }));
    expect(provider.imageCalls).toHaveLength(1);
  });

  it('are edited over HTTP', async () => {
    const { handler, provider } = over({ token: 'secret' });
    const server = createServer(toNodeHandler(handler)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const client = new OpenAI({ apiKey: 'secret', baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 });
    const image = await toFile(png, 'a.png', { type: 'image/png' });
    const { data } = await client.images.edit({ model: 'pictures', prompt: 'edit', image });
    expect(data).toEqual([{ b64_json: 'AAAA' }]);
    expect(provider.imageCalls[0]?.images).toEqual([{ data: png, mediaType: 'image/png' }]);
    server.close().closeAllConnections();
  });
});

describe('a form that is none', () => {
  const post = async (content: BodyInit, type?: string, options: ToFetchOptions = {}) => {
    // As bytes, as they come from a network.
    const encoded = new Response(content, type === undefined ? {} : { headers: { 'content-type': type } });
    const headers = { 'content-type': encoded.headers.get('content-type') ?? '' };
    const body = await encoded.arrayBuffer();
    const request = new Request('https://a.example/v1/images/edits', { method: 'POST', body, headers });
    return over({ token: false, ...options }).handler(request);
  };
  const form = (fields: Record<string, string | Blob>): FormData => {
    const made = new FormData();
    for (const [name, value] of Object.entries(fields)) made.append(name, value);
    return made;
  };
  const file = new Blob([png], { type: 'image/png' });

  it.each([
    ['JSON', () => post('{}', 'application/json'), 415, 'unsupported_media_type'],
    ['no form', () => post('x', 'multipart/form-data; boundary=b'), 400, 'invalid_form'],
    ['no file', () => post(form({ model: 'pictures', prompt: 'p' })), 400, 'invalid_value'],
    [
      'text as a file',
      () => post(form({ model: 'pictures', prompt: 'p', image: 'x' })),
      400,
      'invalid_value',
    ],
    ['no prompt', () => post(form({ model: 'pictures', image: file })), 400, 'invalid_value'],
    [
      'n is no number',
      () => post(form({ model: 'pictures', prompt: 'p', image: file, n: 'x' })),
      400,
      'invalid_value',
    ],
    [
      'too large',
      () => post(form({ model: 'pictures', prompt: 'p', image: file }), undefined, { maxBodyBytes: 20 }),
      413,
      'request_too_large',
    ],
  ])('%s is refused', async (_, send, status, code) => {
    const response = await send();
    expect([response.status, (await response.json()).error.code]).toEqual([status, code]);
  });

  it('changes no prototype', async () => {
    const fields = { model: 'pictures', prompt: 'p', image: file, '__proto__[polluted]': 'yes' };
    await post(form(fields));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
