import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRouter, type Provider } from 'signalbox';
import { aiSdk } from 'signalbox/ai-sdk';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

/** A vendor that fails each request, and keeps how often each had the picture. */
let server: Server;
let url = '';
const bodies: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      bodies.push(body);
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"message":"down"}}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
});

const apiKey = 'no-key';
const providers: Readonly<Record<string, (baseURL: string) => Provider>> = {
  openai: (baseURL) => openai({ apiKey, baseURL }),
  'openai, responses': (baseURL) => openai({ apiKey, baseURL, api: 'responses' }),
  anthropic: (baseURL) => anthropic({ apiKey, baseURL }),
  google: (baseURL) => google({ apiKey, baseURL }),
  'openai-compatible': (baseURL) => openaiCompatible({ name: 'own', apiKey, baseURL }),
};

describe('a picture given as bytes', () => {
  it.each(Object.keys(providers))('is encoded once for all attempts: %s', async (name) => {
    bodies.length = 0;
    const picture = Uint8Array.from({ length: 3_000 }, (_, index) => index % 251);
    const targets = ['a', 'b', 'c'].map((id) => ({
      provider: (providers[name] as (baseURL: string) => Provider)(url),
      model: 'gpt-5-mini',
      id,
      price: { input: 1, output: 1 },
    }));
    const router = createRouter({ targets, log: false, retry: false });
    await router.warmup();
    const content = [
      { type: 'text', text: 'What is this?' },
      { type: 'image', image: picture },
    ] as const;
    const text = Buffer.from(picture).toString('base64');
    const encode = vi.spyOn(Buffer.prototype, 'toString');
    await expect(router.chat({ messages: [{ role: 'user', content }] })).rejects.toThrow();
    const encodings = encode.mock.calls.filter(([encoding]) => encoding === 'base64');
    encode.mockRestore();
    expect(bodies).toHaveLength(3);
    for (const body of bodies) expect(body).toContain(text);
    // None where the runtime has `Uint8Array.prototype.toBase64`.
    expect(encodings.length).toBeLessThanOrEqual(1);
  });

  it('is encoded once for all attempts: ai-sdk', async () => {
    bodies.length = 0;
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
    const vendor = createOpenAICompatible({ name: 'own', apiKey, baseURL: url });
    const picture = new Uint8Array(300).fill(7);
    const targets = ['a', 'b'].map((id) => ({
      provider: aiSdk(),
      model: vendor.chatModel(id),
      id,
      price: { input: 1, output: 1 },
    }));
    const router = createRouter({ targets, log: false, retry: false });
    await router.warmup();
    const text = Buffer.from(picture).toString('base64');
    const [encode, byHand] = [vi.spyOn(Buffer.prototype, 'toString'), vi.spyOn(globalThis, 'btoa')];
    const content = [{ type: 'image', image: picture, mediaType: 'image/png' }] as const;
    await expect(router.chat({ messages: [{ role: 'user', content }] })).rejects.toThrow();
    const encodings = encode.mock.calls.filter(([encoding]) => encoding === 'base64').length;
    const others = byHand.mock.calls.length;
    vi.restoreAllMocks();
    expect(bodies).toHaveLength(2);
    for (const body of bodies) expect(body).toContain(text);
    expect(encodings + others).toBeLessThanOrEqual(1);
  });

  it('is what the application has put there by the time of each request', async () => {
    bodies.length = 0;
    const picture = new Uint8Array(300).fill(7);
    const provider = openaiCompatible({ name: 'own', apiKey, baseURL: url });
    const router = createRouter({
      targets: [{ provider, model: 'm', price: { input: 1, output: 1 } }],
      log: false,
      retry: false,
    });
    const messages = [{ role: 'user', content: [{ type: 'image', image: picture }] }] as const;
    for (const value of [7, 8]) {
      picture.fill(value);
      await expect(router.chat({ messages })).rejects.toThrow();
      expect(bodies.at(-1)).toContain(Buffer.from(picture).toString('base64'));
    }
  });
});
