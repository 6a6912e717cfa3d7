import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { createRouter, type Router } from 'signalbox';
import { cache } from 'signalbox/cache';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { toFetch, toNodeHandler } from 'signalbox/openai-fetch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answer, vendors } from '../../faults/vendors.ts';
import { type FaultServer, faultServer } from '../../support/fault-server.ts';

/** Makes one request through an SDK; resolves with what the answer says of the cache. */
type Face = (url: string, headers: Record<string, string>) => Promise<string | null>;

const openai = (url: string, defaultHeaders: Record<string, string>): OpenAI =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: 'key', maxRetries: 0, defaultHeaders });
const anthropic = (url: string, defaultHeaders: Record<string, string>): Anthropic =>
  new Anthropic({ baseURL: url, apiKey: 'key', maxRetries: 0, defaultHeaders });
const messages = [{ role: 'user' as const, content: 'Why?' }];
const sourceOf = ({ headers }: Response): string | null => headers.get('x-signalbox-cache');

const faces: Readonly<Record<string, Face>> = {
  async 'Chat Completions'(url, headers) {
    const { response } = await openai(url, headers)
      .chat.completions.create({ model: 'default', messages })
      .withResponse();
    return sourceOf(response);
  },
  async 'a stream of Chat Completions'(url, headers) {
    const { data, response } = await openai(url, headers)
      .chat.completions.create({ model: 'default', messages, stream: true })
      .withResponse();
    for await (const _ of data);
    return sourceOf(response);
  },
  async Responses(url, headers) {
    const { response } = await openai(url, headers)
      .responses.create({ model: 'default', input: 'Why?' })
      .withResponse();
    return sourceOf(response);
  },
  async 'a stream of Responses'(url, headers) {
    const { data, response } = await openai(url, headers)
      .responses.create({ model: 'default', input: 'Why?', stream: true })
      .withResponse();
    for await (const _ of data);
    return sourceOf(response);
  },
  async Messages(url, headers) {
    const { response } = await anthropic(url, headers)
      .messages.create({ model: 'default', max_tokens: 100, messages })
      .withResponse();
    return sourceOf(response);
  },
  async 'a stream of Messages'(url, headers) {
    const { data, response } = await anthropic(url, headers)
      .messages.create({ model: 'default', max_tokens: 100, messages, stream: true })
      .withResponse();
    for await (const _ of data);
    return sourceOf(response);
  },
};

describe.each(Object.entries(faces))('Cache-Control over real sockets: %s', (_, face) => {
  let vendor: FaultServer;
  let server: Server;
  let router: Router;
  let url: string;
  beforeEach(async () => {
    const name = vendors['openai-compatible'];
    vendor = await faultServer((response, received) => {
      const isStream = (received.body as { readonly stream?: boolean }).stream === true;
      return answer(name, isStream ? 'stream' : 'chat', 'Rayleigh')(response, received);
    });
    const provider = openaiCompatible({ name: 'vendor', baseURL: `${vendor.url}/v1`, apiKey: 'key' });
    router = createRouter({
      targets: [{ provider, model: 'm' }],
      plugins: [cache({ scope: 'public', ttl: 3_600_000 })],
      catalog: false,
    });
    server = createServer(toNodeHandler(toFetch(router, { token: 'key' })));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await router.close();
    await vendor.close();
  });

  it('is respected, and the answer reports its source', async () => {
    const sources: (string | null)[] = [];
    for (const control of [
      'no-store',
      undefined,
      undefined,
      'no-cache',
      'max-age=3600',
      'max-age=0',
      'no-store',
    ])
      sources.push(await face(url, control === undefined ? {} : { 'cache-control': control }));
    expect(sources).toEqual([null, 'miss', 'hit', 'miss', 'hit', 'miss', null]);
    expect(vendor.received).toHaveLength(5);
  });
});
