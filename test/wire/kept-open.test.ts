import { gzipSync } from 'node:zlib';
import OpenAI from 'openai';
import type { Provider } from 'signalbox';
import { openai } from 'signalbox/openai';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { describe, expect, it } from 'vitest';
import { type Behavior, faultServer } from '../support/fault-server.ts';
import { chunk } from './entries/chat-words.ts';
import { data, done } from './entry.ts';

const apiKey = 'sk-test';
const events = data(chunk({ content: 'Hello' }, 'stop')) + data({ choices: [], usage: { prompt_tokens: 1 } });

/** Gives the whole answer, and never ends it. */
const keepOpen = (body: string | Uint8Array, headers: Record<string, string> = {}): Behavior => {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
    response.write(body);
  };
};

/** The same, with signs of life for ever. */
const trickle: Behavior = async (response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(events + done);
  while (!response.destroyed) {
    await new Promise((resolve) => setImmediate(resolve));
    response.write(': alive\n\n');
  }
};

async function textOf(provider: Provider): Promise<string> {
  const { signal } = new AbortController();
  let text = '';
  let ended = false;
  const stream = provider.stream({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], signal });
  for await (const part of stream) {
    if (part.type === 'text-delta') text += part.text;
    if (part.type === 'finish') ended = true;
  }
  return ended ? text : 'no end';
}

/** Each waits for the second that a server is given. */
describe.concurrent('a connection that stays open after the end of an answer', () => {
  it.each<readonly [string, Behavior, (baseURL: string) => Provider]>([
    [
      'of a compatible server',
      keepOpen(events + done),
      (baseURL) => openaiCompatible({ name: 'p', baseURL }),
    ],
    [
      'over fetch',
      keepOpen(events + done),
      (baseURL) => openaiCompatible({ name: 'p', baseURL, fetch: (url, init) => fetch(url, init) }),
    ],
    [
      'of a server that packs its answers',
      keepOpen(gzipSync(events + done), { 'content-encoding': 'gzip' }),
      (baseURL) => openaiCompatible({ name: 'p', baseURL }),
    ],
    ['of OpenAI', keepOpen(events + done), (baseURL) => openai({ baseURL, apiKey })],
    ['with signs of life', trickle, (baseURL) => openaiCompatible({ name: 'p', baseURL })],
    [
      'under a client of the application’s, which sees no end mark',
      keepOpen(events),
      (baseURL) => openai({ client: new OpenAI({ apiKey, baseURL }) }),
    ],
  ])('%s, is closed, and the answer does not wait for it', async (_, behavior, make) => {
    const server = await faultServer(behavior);
    expect(await textOf(make(server.url))).toBe('Hello');
    await server.received[0]?.over;
    expect(server.received[0]?.complete).toBe(false);
    await server.close();
  });
});
