import type { BaseMessageChunk } from '@langchain/core/messages';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { createRouter, isRouterError } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { toChatModel } from 'signalbox/langchain';
import { openai } from 'signalbox/openai';
import { scriptedProvider } from 'signalbox/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { events, type FaultServer, faultServer, html, json } from '../../support/fault-server.ts';

const price = { input: 1, output: 1 };
const data = (body: object): string => `data: ${JSON.stringify(body)}\n\n`;
const delta = (content: string): string => data({ id: 'c', choices: [{ index: 0, delta: { content } }] });

const event = (type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const message = { id: 'm', type: 'message', role: 'assistant', model: 'claude' };
const usage = { input_tokens: 3, output_tokens: 4 };
const claude = (text: string): readonly string[] => [
  event('message_start', { message: { ...message, content: [], stop_reason: null, usage } }),
  event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
  event('content_block_stop', { index: 0 }),
  event('message_delta', { delta: { stop_reason: 'end_turn' }, usage }),
  event('message_stop', {}),
];

describe('over the real SDKs, when the first target breaks', () => {
  let first: FaultServer;
  let second: FaultServer;
  beforeEach(async () => {
    first = await faultServer();
    second = await faultServer();
  });
  afterEach(() => Promise.all([first.close(), second.close()]));

  const modelOf = () =>
    toChatModel(
      createRouter({
        targets: [
          { provider: openai({ apiKey: 'k', baseURL: `${first.url}/v1` }), model: 'gpt-5-mini', price },
          { provider: anthropic({ apiKey: 'k', baseURL: second.url }), model: 'claude-haiku-4-5', price },
        ],
        retry: { sameTarget: 0 },
      }),
    );

  it('is not visible before the first token', async () => {
    first.behave(json({ error: { message: 'overloaded' } }, 503), html(200));
    second.behave(events(claude('Hello there')));
    const chain = modelOf().pipe(new StringOutputParser());
    for (const _fault of ['a status', 'a web page']) {
      let text = '';
      for await (const piece of await chain.stream('Hi')) text += piece;
      expect(text).toBe('Hello there');
    }
    expect(first.received).toHaveLength(2);
  });

  it('the chain’s stream throws the router’s error for a break in the middle', async () => {
    first.behave(events([delta('Hello '), delta('there')], 'reset'));
    let text = '';
    const read = async (): Promise<void> => {
      for await (const piece of await modelOf().pipe(new StringOutputParser()).stream('Hi')) text += piece;
    };
    const error = await read().catch((reason: unknown) => reason);
    expect(isRouterError(error, 'stream-interrupted') && error.partial.text).toBe('Hello there');
    expect(text).toBe('Hello there');
    expect(second.received).toHaveLength(0);
  });

  it('a stream that ends without its end mark is no answer', async () => {
    first.behave(events([delta('Hello ')]));
    const error = await modelOf()
      .streamEvents('Hi')
      .then(undefined, (reason: unknown) => reason);
    expect(isRouterError(error, 'stream-interrupted')).toBe(true);
  });

  it('closes the connection when the reader leaves', async () => {
    first.behave(events([delta('Hello '), delta('there')], 'silence'));
    for await (const _chunk of await modelOf().stream('Hi')) break;
    await first.received[0]?.over;
    expect(first.pending).toBe(0);
  });
});

describe('with interrupted: continue', () => {
  const broken = { text: 'One two three', after: 2, error: { kind: 'network' } } as const;

  const read = async (stream: AsyncIterable<BaseMessageChunk>): Promise<string> => {
    let text = '';
    for await (const chunk of stream) text += chunk.text;
    return text;
  };

  it('another target continues the answer', async () => {
    const router = createRouter({
      targets: [
        { provider: scriptedProvider('p', [broken]), model: 'a', price },
        {
          provider: scriptedProvider('q', [{ text: 'three four' }]),
          model: 'b',
          price,
          capabilities: { prefill: true },
        },
      ],
    });
    const model = toChatModel(router, { interrupted: 'continue' });
    expect(await read(await model.stream('Count'))).toBe('One two three four');
  });

  it('two answers are never joined if no target can continue', async () => {
    const router = createRouter({
      targets: [
        { provider: scriptedProvider('p', [broken]), model: 'a', price },
        { provider: scriptedProvider('q', [{ text: 'One two three four' }]), model: 'b', price },
      ],
    });
    const model = toChatModel(router);
    const error = await read(await model.stream('Count', { interrupted: 'continue' })).catch(
      (reason: unknown) => reason,
    );
    expect(isRouterError(error, 'stream-interrupted') && error.partial.text).toBe('One two ');
    expect(isRouterError(error, 'stream-interrupted') && error.attempts[0]).toMatchObject({
      target: 'p/a',
      outcome: 'failed',
    });
  });

  it('a route that restarts does not do so here', async () => {
    const router = createRouter({
      targets: [
        { provider: scriptedProvider('p', [broken]), model: 'a', price },
        { provider: scriptedProvider('q', [{ text: 'One two three four' }]), model: 'b', price },
      ],
      interrupted: 'restart',
    });
    const error = await read(await toChatModel(router).stream('Count')).catch((reason: unknown) => reason);
    expect(isRouterError(error, 'stream-interrupted')).toBe(true);
  });
});
