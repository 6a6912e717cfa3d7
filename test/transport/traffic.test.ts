import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { scriptedProvider } from 'signalbox/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer } from '../support/fault-server.ts';
import { read } from '../support/requests.ts';

const answer = JSON.stringify({
  id: '1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Grüße' }, finish_reason: 'stop' }],
});
const events = [
  'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Grüße"}}]}\n\n',
  'data: {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
  'data: [DONE]\n\n',
].join('');

let server: FaultServer;
beforeEach(async () => {
  server = await faultServer((response, { text }) => {
    const streams = text.includes('"stream":true');
    response.writeHead(200, { 'content-type': streams ? 'text/event-stream' : 'application/json' });
    response.end(streams ? events : answer);
  });
});
afterEach(() => server.close());

describe('traffic over a provider’s own connections', () => {
  it.each([
    ['openai', 'Node'],
    ['openai', 'fetch'],
    ['openai-compatible', 'Node'],
    ['openai-compatible', 'fetch'],
  ])('is counted in bytes, of chats and streams (%s, over %s)', async (name, way) => {
    const own = way === 'fetch' ? { fetch: globalThis.fetch } : {};
    const options = { apiKey: 'k', baseURL: `${server.url}/v1`, ...own };
    const provider = name === 'openai' ? openai(options) : openaiCompatible({ name: 'x', ...options });
    const router = createRouter({ targets: [{ provider, model: 'm' }], catalog: false });
    expect(router.stats()[0]?.traffic).toEqual({ sent: 0, received: 0 });
    await router.chat({ prompt: 'Grüß Gott' });
    await read(await router.stream({ prompt: 'Grüß Gott' }));
    const sent = server.received.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    const received = Buffer.byteLength(answer) + Buffer.byteLength(events);
    expect(router.stats()[0]?.traffic).toEqual({ sent, received });
    await router.close();
  });

  it('is not reported if it is not counted', () => {
    const router = createRouter({
      targets: [{ provider: scriptedProvider('a'), model: 'm' }],
      catalog: false,
    });
    expect(router.stats()[0]).not.toHaveProperty('traffic');
  });
});
