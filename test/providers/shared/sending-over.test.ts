import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import Anthropic, { APIPromise as AnthropicPromise } from '@anthropic-ai/sdk';
import OpenAI, { APIPromise } from 'openai';
import type { Provider } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FetchOptions, sdkFetch, sendingOver } from '../../../src/providers/shared/sdk-client.ts';
import { createTransport, Exchange, type Transport } from '../../../src/transport/transport.ts';
import { callOf } from '../../conformance/scenarios.ts';

/** A server that keeps each request as it came and answers with an empty object. */
let url = '';
const requests: string[] = [];
const sockets = new Set<Socket>();
const server = createServer((socket) => {
  sockets.add(socket);
  let text = '';
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
    const [head = ''] = text.split('\r\n\r\n', 1);
    const size = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (text.length < head.length + 4 + size) return;
    requests.push(text);
    text = '';
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}');
  });
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
});
beforeEach(() => {
  requests.length = 0;
});

const apiKey = 'sk-test';
const timeout = 2 ** 31 - 1;
const messages = [{ role: 'user' as const, content: 'Grüße, 世界 👋' }];
const model = 'm';

const overTransport = (): Transport =>
  createTransport({
    provider: 'test',
    baseURL: url,
    failures: [],
    allowHeaders: ['authorization', 'anthropic-*', 'openai-*', 'x-api-key', 'x-own', 'idempotency-key'],
  });
const openaiOver = (transport: Transport, fetch = sdkFetch(transport)): OpenAI =>
  new OpenAI({
    apiKey,
    baseURL: url,
    organization: 'org-1',
    project: 'proj-1',
    maxRetries: 0,
    timeout,
    fetch,
  });
const anthropicOver = (transport: Transport, fetch = sdkFetch(transport)): Anthropic =>
  new Anthropic({
    apiKey,
    baseURL: url.slice(0, -3),
    maxRetries: 0,
    timeout,
    defaultHeaders: { 'anthropic-beta': 'one-2026-01-01,two-2026-01-01' },
    fetch,
  });
const unused = (): never => {
  throw new Error('the request loop of the SDK has run');
};

type Sent = { asResponse(): Promise<unknown> };
const more = () => ({
  fetchOptions: new FetchOptions(new Exchange(false)) as never,
  headers: { 'x-own': 'yes' },
});
const parameters = { model, max_tokens: 9, messages };

const calls: Readonly<Record<string, readonly [which: 'openai' | 'anthropic', call: (sdk: never) => Sent]>> =
  {
    chat: ['openai', (sdk: OpenAI) => sdk.chat.completions.create({ model, messages }, more())],
    'a stream': [
      'openai',
      (sdk: OpenAI) => sdk.chat.completions.create({ model, messages, stream: true }, more()),
    ],
    'an idempotency key': [
      'openai',
      (sdk: OpenAI) =>
        sdk.chat.completions.create({ model, messages }, { ...more(), idempotencyKey: 'key-1' }),
    ],
    'a timeout': [
      'openai',
      (sdk: OpenAI) => sdk.chat.completions.create({ model, messages }, { ...more(), timeout: 42_000 }),
    ],
    responses: ['openai', (sdk: OpenAI) => sdk.responses.create({ model, input: 'Hi' }, more())],
    'a stream of responses': [
      'openai',
      (sdk: OpenAI) => sdk.responses.create({ model, input: 'Hi', stream: true }, more()),
    ],
    embeddings: ['openai', (sdk: OpenAI) => sdk.embeddings.create({ model, input: ['a', 'b'] }, more())],
    images: ['openai', (sdk: OpenAI) => sdk.images.generate({ model, prompt: 'A cat' }, more())],
    messages: ['anthropic', (sdk: Anthropic) => sdk.messages.create(parameters, more())],
    'a stream of messages': [
      'anthropic',
      (sdk: Anthropic) => sdk.messages.create({ ...parameters, stream: true }, more()),
    ],
    'messages with fields that are headers': [
      'anthropic',
      (sdk: Anthropic) => sdk.messages.create({ ...parameters, user_profile_id: 'user-1' } as never, more()),
    ],
  };

describe('a client that sends over the transport at once', () => {
  it.each(Object.entries(calls))(
    'sends the same bytes as the SDK’s own loop: %s',
    async (_, [which, call]) => {
      const [usual, direct] =
        which === 'openai'
          ? [
              openaiOver(overTransport()),
              sendingOver(overTransport(), openaiOver(overTransport(), unused), APIPromise),
            ]
          : [
              anthropicOver(overTransport()),
              sendingOver(overTransport(), anthropicOver(overTransport(), unused), AnthropicPromise),
            ];
      await call(usual as never).asResponse();
      await call(direct as never).asResponse();
      const [expected, got] = requests;
      expect(expected).toContain('x-stainless-retry-count: 0');
      expect(expected).toContain('x-own: yes');
      expect(got).toBe(expected);
    },
  );

  it('runs the hooks that a subclass has', async () => {
    class Hooked extends OpenAI {
      protected override async prepareOptions(options: { body?: unknown }): Promise<void> {
        options.body = { model: 'from-a-hook', messages };
      }
      protected override async prepareRequest(request: { headers?: unknown }): Promise<void> {
        (request.headers as Headers).set('x-own', 'from-a-hook');
      }
    }
    const options = { apiKey, baseURL: url, maxRetries: 0, timeout };
    const usual = new Hooked({ ...options, fetch: sdkFetch(overTransport()) });
    const direct = sendingOver(overTransport(), new Hooked({ ...options, fetch: unused }), APIPromise);
    for (const sdk of [usual, direct]) await sdk.chat.completions.create({ model, messages }).asResponse();
    expect(requests[1]).toContain('x-own: from-a-hook');
    expect(requests[1]).toContain('"model":"from-a-hook"');
    expect(requests[1]).toBe(requests[0]);
  });

  it('is the client as it was where the SDK has no such methods', () => {
    const old = { post: () => 'answer' };
    expect(sendingOver(overTransport(), old, APIPromise).post()).toBe('answer');
    const newer = { post: () => 'answer', buildRequest: () => ({}) };
    expect(sendingOver(overTransport(), newer, undefined).post()).toBe('answer');
  });
});

/** Lines that the HTTP client adds, not the SDK; and the key, which is the transport's. */
const notOfSDK =
  /^(host|connection|accept-encoding|accept-language|sec-fetch-mode|authorization|x-api-key): /;

/** The request line, the headers in alphabetical order with lower-case names, and the body. */
function inOrder(request = ''): readonly string[] {
  const [head = '', body = ''] = request.split('\r\n\r\n');
  const [line = '', ...headers] = head.split('\r\n');
  const lines = headers.map((header) => header.replace(/^[^:]+/, (name) => name.toLowerCase()));
  return [line, ...lines.filter((header) => !notOfSDK.test(header)).toSorted(), body];
}

describe('what a provider sends', () => {
  const drain = async (provider: Provider, stream: boolean): Promise<void> => {
    const call = callOf('text', model);
    const asked = async (): Promise<void> => {
      if (!stream) return void (await provider.chat(call));
      for await (const _ of provider.stream(call));
    };
    await asked().catch(() => {}); // an empty object is no answer
  };
  const [bodyOf, options] = [(request = '') => JSON.parse(request.split('\r\n\r\n')[1] ?? ''), { timeout }];

  it.each([false, true])('is what the bare openai SDK sends over fetch (stream: %s)', async (stream) => {
    await drain(openai({ apiKey, baseURL: url }), stream);
    const bare = new OpenAI({ apiKey, baseURL: url, maxRetries: 0 });
    await bare.chat.completions.create(bodyOf(requests[0]), options).asResponse();
    expect(inOrder(requests[0])).toEqual(inOrder(requests[1]));
  });

  it.each([false, true])('is what the bare openai SDK sends to Responses (stream: %s)', async (stream) => {
    await drain(openai({ apiKey, baseURL: url, api: 'responses' }), stream);
    const bare = new OpenAI({ apiKey, baseURL: url, maxRetries: 0 });
    await bare.responses.create(bodyOf(requests[0]), options).asResponse();
    expect(inOrder(requests[0])).toEqual(inOrder(requests[1]));
  });

  it.each([false, true])(
    'is what the bare Anthropic SDK sends, betas included (stream: %s)',
    async (stream) => {
      const betas = { 'anthropic-beta': 'one-2026-01-01' };
      await drain(anthropic({ apiKey, baseURL: url.slice(0, -3), headers: betas }), stream);
      const bare = new Anthropic({ apiKey, baseURL: url.slice(0, -3), maxRetries: 0, defaultHeaders: betas });
      await bare.messages.create(bodyOf(requests[0]), options).asResponse();
      expect(inOrder(requests[0])).toEqual(inOrder(requests[1]));
    },
  );

  it('is what the bare openai SDK sends for embeddings', async () => {
    const signal = new AbortController().signal;
    await openai({ apiKey, baseURL: url })
      .embed?.({ model, values: ['a', 'b'], signal })
      .catch(() => {});
    const bare = new OpenAI({ apiKey, baseURL: url, maxRetries: 0 });
    await bare.embeddings.create(bodyOf(requests[0]), options).asResponse();
    expect(inOrder(requests[0])).toEqual(inOrder(requests[1]));
  });
});
