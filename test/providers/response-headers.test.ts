import { createRouter, type ResponseInfo } from 'signalbox';
import { openai } from 'signalbox/openai';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { events, type FaultServer, faultServer, json } from '../support/fault-server.ts';

let server: FaultServer;
beforeAll(async () => {
  server = await faultServer();
});
afterAll(() => server.close());

const lines = { 'X-Vendor': 'v', 'x-ratelimit-remaining-requests': '7' };
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const message = { role: 'assistant', content: 'Hello' };
const chat = {
  id: 'c',
  model: 'm',
  choices: [{ index: 0, message, finish_reason: 'stop' }],
  usage,
};
const chunk = { id: 'c', model: 'm', choices: [{ index: 0, delta: message, finish_reason: 'stop' }], usage };
const streamed = [`data: ${JSON.stringify(chunk)}\n\n`, 'data: [DONE]\n\n'];

const providers = {
  'openai-compatible': () =>
    openaiCompatible({ name: 'p', baseURL: `${server.url}/v1`, images: { most: 1 } }),
  'openai-compatible with a `fetch` of its own': () =>
    openaiCompatible({
      name: 'p',
      baseURL: `${server.url}/v1`,
      images: { most: 1 },
      fetch: (url, init) => fetch(url, init),
    }),
  openai: () => openai({ apiKey: 'k', baseURL: `${server.url}/v1` }),
};

describe.each(Object.entries(providers))('%s', (_, provider) => {
  const operations: Readonly<Record<string, () => Promise<ResponseInfo>>> = {
    async chat() {
      server.behave(json(chat, 200, lines));
      const router = createRouter({ targets: [{ provider: provider(), model: 'm' }] });
      return (await router.chat({ prompt: 'Hi' })).response;
    },
    async stream() {
      server.behave(events(streamed, 'end', lines));
      const router = createRouter({ targets: [{ provider: provider(), model: 'm' }] });
      return (await (await router.stream({ prompt: 'Hi' })).result).response;
    },
    async embed() {
      server.behave(json({ data: [{ index: 0, embedding: [1] }], model: 'm', usage }, 200, lines));
      const router = createRouter({ targets: [{ provider: provider(), model: 'm' }] });
      return (await router.embed({ values: ['Hi'] })).response;
    },
    async image() {
      server.behave(json({ data: [{ b64_json: 'aGk=' }], model: 'm' }, 200, lines));
      const router = createRouter({ targets: [{ provider: provider(), model: 'm' }] });
      return (await router.image({ prompt: 'a lighthouse' })).response;
    },
  };

  describe.each(Object.entries(operations))('the headers of %s', (_, response) => {
    it('are not decoded before they are read', async () => {
      const descriptor = Object.getOwnPropertyDescriptor(await response(), 'headers');
      expect(descriptor).toMatchObject({ enumerable: true, configurable: true });
      expect(descriptor).not.toHaveProperty('value');
    });

    it('are plain data, which JSON, a spread and a structured clone copy', async () => {
      const info = await response();
      expect(Object.keys(info)).toContain('headers');
      const { headers } = info;
      expect(headers).toMatchObject({ 'x-request-id': 'req-1', 'x-vendor': 'v' });
      expect(headers).toBe(info.headers);
      expect(JSON.parse(JSON.stringify(info))).toMatchObject({ headers });
      expect({ ...info }).toStrictEqual(info);
      expect(structuredClone(info)).toStrictEqual({ ...info });
      expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
    });

    it('can be replaced', async () => {
      const info = await response();
      expect(Object.assign(info, { headers: {} }).headers).toEqual({});
      expect(JSON.parse(JSON.stringify(info))).toMatchObject({ headers: {} });
    });
  });

  it('reports the remaining limits of a chat and a stream with the headers unread', async () => {
    for (const name of ['chat', 'stream']) {
      const info = await operations[name]?.();
      expect(info?.limits).toMatchObject([{ of: 'requests', remaining: 7 }]);
      expect(Object.getOwnPropertyDescriptor(info ?? {}, 'headers')).not.toHaveProperty('value');
    }
  });
});

it('a wrapper of a provider can replace what a stream reports', async () => {
  server.behave(events(streamed, 'end', lines));
  const provider = providers.openai();
  const wrapped: typeof provider = {
    ...provider,
    async *stream(call) {
      for await (const part of provider.stream(call))
        yield part.type === 'response' && part.headers !== undefined
          ? { ...part, headers: {}, limits: [], region: 'us' }
          : part;
    },
  };
  const router = createRouter({ targets: [{ provider: wrapped, model: 'm' }] });
  const { response } = await (await router.stream({ prompt: 'Hi' })).result;
  expect({ ...response }).toEqual({ id: 'c', model: 'm', headers: {}, limits: [], region: 'us' });
});

it('shows the headers of a stream to what wraps its provider', async () => {
  server.behave(events(streamed));
  const { signal } = new AbortController();
  const call = { model: 'm', messages: [{ role: 'user', content: 'Hi' }], signal } as const;
  for await (const part of providers.openai().stream(call)) {
    if (part.type !== 'response') continue;
    expect({ ...part }).toMatchObject({ headers: { 'x-request-id': 'req-1' }, warnings: [] });
    break;
  }
  expect.assertions(1);
});
