// An agent of Mastra over a router.
import assert from 'node:assert/strict';
import { Agent } from '@mastra/core/agent';
import { createRouter, isRouterError } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { openai } from 'signalbox/openai';

export async function start([first, second]) {
  const target = (id, { url }) => ({
    id,
    provider: openai({ apiKey: 'none', baseURL: url }),
    model: 'm',
    price: { input: 1, output: 1 },
  });
  const router = createRouter({
    targets: [target('first', first), target('second', second)],
    timeout: { idle: 600_000 }, // longer than the tests, which pause the stream
    log: false,
  });
  const agent = new Agent({ id: 'sky', name: 'Sky', instructions: 'Be brief.', model: toProvider(router)() });
  return {
    async *ask(question, abortSignal) {
      const answer = await agent.stream(question, { abortSignal });
      yield* answer.textStream;
      if (answer.error !== undefined) throw answer.error;
    },
    assertBroken: (error) => assert.ok(isRouterError(error, 'stream-interrupted'), String(error)),
    async check() {
      assert.equal((await agent.generate('Why is the sky blue?')).text, 'The sky is blue.');
    },
    stop: () => router.close(),
  };
}
