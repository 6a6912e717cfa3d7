// LlamaIndex.TS through the `fetch` of its OpenAI client.
import assert from 'node:assert/strict';
import { OpenAI } from '@llamaindex/openai';
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';
import { toFetch } from 'signalbox/openai-fetch';

export async function start([first, second]) {
  const target = (id, { url }) => ({
    id,
    provider: openai({ apiKey: 'none', baseURL: url }),
    model: 'gpt-4o-mini',
    price: { input: 1, output: 1 },
  });
  const router = createRouter({
    targets: [target('first', first), target('second', second)],
    timeout: { idle: 600_000 }, // longer than the tests, which pause the stream
    log: false,
  });
  const answer = toFetch(router, { aliases: { 'gpt-4o-mini': 'default' } });
  // LlamaIndex takes no signal, and does not pass on that its reader leaves, so each request has a client with its signal.
  const clientOf = (leaving) =>
    new OpenAI({
      model: 'gpt-4o-mini',
      apiKey: 'none',
      maxRetries: 0,
      additionalSessionOptions: {
        baseURL: 'http://signalbox/v1',
        fetch: (url, init) => answer(url, { ...init, signal: AbortSignal.any([init.signal, leaving]) }),
      },
    });
  const messages = (content) => [{ role: 'user', content }];
  return {
    async *ask(question, signal) {
      const chat = { messages: messages(question), stream: true };
      for await (const { delta } of await clientOf(signal).chat(chat)) yield delta;
    },
    assertBroken: (error) => assert.match(String(error), /interrupted after its first token/),
    async check() {
      const llm = clientOf(new AbortController().signal);
      const { message } = await llm.chat({ messages: messages('Why is the sky blue?') });
      assert.equal(message.content, 'The sky is blue.');
    },
    stop: () => router.close(),
  };
}
