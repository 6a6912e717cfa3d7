import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { createRouter, type Router } from 'signalbox';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { data } from '../../conformance/fixtures/chat-completions.ts';
import {
  type Behavior,
  events,
  type FaultServer,
  faultServer,
  json,
  reset,
  silence,
} from '../../support/fault-server.ts';
import { type Clients, clients } from './clients.ts';

/** Two targets over real sockets; the first one breaks. */
const price = { input: 1, output: 1 };
const piece = (content: string, finish_reason: string | null = null): string =>
  data({ id: 'x', choices: [{ delta: { content }, finish_reason }] });
const usage = { prompt_tokens: 3, completion_tokens: 4 };
const stream = events([
  piece('Hello '),
  piece('there'),
  piece('', 'stop'),
  data({ choices: [], usage }),
  'data: [DONE]\n\n',
]);
const whole = json({ choices: [{ message: { content: 'Hello there' }, finish_reason: 'stop' }], usage });
const healthy: Behavior = (response, received) =>
  ((received.body as { stream?: boolean }).stream === true ? stream : whole)(response, received);

let first: FaultServer;
let second: FaultServer;
let router: Router;
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): number => unhandled.push(reason);

beforeEach(async () => {
  unhandled.length = 0;
  process.on('unhandledRejection', onUnhandled);
  [first, second] = await Promise.all([faultServer(), faultServer(healthy)]);
  const target = (id: string, { url: baseURL }: FaultServer) => ({
    id,
    provider: openaiCompatible({ name: id, baseURL, apiKey: 'sk-0123456789' }),
    model: 'm',
    price,
    capabilities: { prefill: true },
  });
  router = createRouter({
    targets: [target('a', first), target('b', second)],
    routes: { restarting: { interrupted: 'restart' } },
    retry: { sameTarget: 0 },
  });
});

afterEach(async () => {
  await router.close();
  await Promise.all([first.close(), second.close()]);
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled).toEqual([]);
});

const messages = [{ role: 'user' as const, content: 'Hi' }];

/** Reads a stream by each SDK and protocol: the text so far, and how it ended. */
const readers: Readonly<
  Record<string, (all: Clients, more?: object) => Promise<{ text: string; error: unknown }>>
> = {
  'chat.completions': (all, more) =>
    read(
      all.openai.chat.completions.create({ model: 'default', messages, stream: true, ...more }),
      (chunk: OpenAI.ChatCompletionChunk) => chunk.choices[0]?.delta.content ?? '',
    ),
  responses: (all, more) =>
    read(
      all.openai.responses.create({ model: 'default', input: 'Hi', stream: true, ...more }),
      (event: OpenAI.Responses.ResponseStreamEvent) =>
        event.type === 'response.output_text.delta' ? event.delta : '',
    ),
  messages: (all, more) =>
    read(
      all.anthropic.messages.create({ model: 'default', max_tokens: 99, messages, stream: true, ...more }),
      (event: Anthropic.RawMessageStreamEvent) =>
        event.type === 'content_block_delta' && event.delta.type === 'text_delta' ? event.delta.text : '',
    ),
};

async function read<T>(
  opening: PromiseLike<AsyncIterable<T>>,
  textOf: (event: T) => string,
): Promise<{ text: string; error: unknown }> {
  let text = '';
  try {
    for await (const event of await opening) text += textOf(event);
    return { text, error: undefined };
  } catch (error) {
    return { text, error };
  }
}

describe.each(Object.keys(readers))('%s', (name) => {
  const reader = readers[name] as (typeof readers)[string];

  it.each([
    ['an overloaded', json({ error: { message: 'no' } }, 503)],
    ['a resetting', reset],
    ['an empty', events([], 'end')],
  ])('is answered in spite of %s target, unseen', async (_, fault) => {
    first.behave(fault);
    const all = clients(router);
    expect(await reader(all)).toEqual({ text: 'Hello there', error: undefined });
    expect(all.answers).toHaveLength(1);
    expect(all.answers[0]?.headers.get('x-signalbox-target')).toBe('b');
  });

  it.each(['end', 'reset'] as const)(
    'ends with an error the SDK throws where the stream breaks (%s)',
    async (end) => {
      first.behave(events([piece('Hel')], end));
      const all = clients(router);
      const { text, error } = await reader(all);
      expect(text).toBe('Hel');
      expect(error).toBeInstanceOf(name === 'messages' ? Anthropic.APIError : OpenAI.APIError);
      expect(String((error as Error).message)).toContain('interrupted after its first token');
      expect(all.answers[0]?.text).not.toContain('[DONE]');
      expect(second.received).toEqual([]);
    },
  );

  it('never restarts in the middle of a stream, whatever the route says', async () => {
    first.behave(events([piece('Hel')], 'reset'));
    const { text, error } = await reader(clients(router), { model: 'restarting' });
    expect([text, error instanceof Error]).toEqual(['Hel', true]);
    expect(second.received).toEqual([]);
  });

  it('continues where it broke, if the option says so', async () => {
    first.behave(events([piece('Hello ')], 'reset'));
    second.behave(events([piece('there'), piece('', 'stop'), 'data: [DONE]\n\n']));
    const more = { signalbox: { interrupted: 'continue' } };
    expect(await reader(clients(router), more)).toEqual({ text: 'Hello there', error: undefined });
  });

  it('ends with an error where it could only restart', async () => {
    first.behave(events([piece('Hel')], 'reset'));
    const tools = {
      'chat.completions': [{ type: 'function', function: { name: 't' } }],
      responses: [{ type: 'function', name: 't', parameters: {} }],
      messages: [{ name: 't', input_schema: { type: 'object' } }],
    }[name];
    const { text, error } = await reader(clients(router), {
      tools,
      tool_choice: name === 'messages' ? { type: 'any' } : 'required',
      signalbox: { interrupted: 'continue' },
    });
    expect([text, error instanceof Error]).toEqual(['Hel', true]);
    for (const server of [first, second]) await until(() => server.pending === 0);
  });
});

/** Lets what is under way come to its end; the test's own time-out is the limit. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

describe('a call that its SDK gives up', () => {
  it('closes the connection to the vendor when the loop is left', async () => {
    first.behave(events([piece('Hel')], 'silence'));
    const opened = await clients(router).openai.chat.completions.create({
      model: 'a',
      messages,
      stream: true,
    });
    for await (const chunk of opened) if (chunk.choices[0]?.delta.content === 'Hel') break;
    await until(() => first.pending === 0);
    expect(first.received[0]?.complete).toBe(false);
  });

  it('closes it when the body of the answer is cancelled', async () => {
    first.behave(events([piece('Hel')], 'silence'));
    const body = JSON.stringify({ model: 'a', messages, stream: true });
    const headers = { 'content-type': 'application/json' };
    const response = await clients(router).fetch('http://x/chat/completions', {
      method: 'POST',
      headers,
      body,
    });
    await response.body?.cancel();
    await until(() => first.pending === 0);
  });

  it.each([true, false])('closes it when its signal aborts, streamed: %s', async (streamed) => {
    first.behave(streamed ? events([piece('Hel')], 'silence') : silence);
    const abort = new AbortController();
    const { openai } = clients(router);
    const body = { model: 'a', messages, stream: streamed };
    const asking = openai.chat.completions.create(body, { signal: abort.signal });
    asking.catch(() => {});
    if (streamed) await asking;
    else await until(() => first.received.length === 1);
    abort.abort();
    await until(() => first.pending === 0);
    if (!streamed) await expect(asking).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
  });
});

it('reads from the vendor no faster than it is read', async () => {
  let sent = 0;
  const text = 'x'.repeat(64 * 1024);
  first.behave(async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const closed = new Promise((resolve) => response.once('close', resolve));
    for (; sent < 2_000 && !response.destroyed; sent++) {
      if (!response.write(piece(text))) {
        await Promise.race([new Promise((resolve) => response.once('drain', resolve)), closed]);
      }
    }
  });
  const opened = await clients(router).openai.chat.completions.create({ model: 'a', messages, stream: true });
  const chunks = opened[Symbol.asyncIterator]();
  for (let count = 0; count < 3; count++) await chunks.next();
  let before = -1;
  // Until what lies between them is full, and nothing moves any more.
  while (before !== sent) {
    before = sent;
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(sent).toBeLessThan(1_000);
  await chunks.return?.();
  await until(() => first.pending === 0);
});
