// A Node service that streams from a router.
import assert from 'node:assert/strict';
import { createRouter, isRouterError } from 'signalbox';
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
  return {
    async *ask(prompt) {
      yield* (await router.stream({ prompt })).textStream;
    },
    assertBroken(error) {
      assert.ok(isRouterError(error, 'stream-interrupted'), String(error));
      assert.equal(error.partial.text, 'The sky ');
    },
    async check() {
      const { text, cost } = await router.chat({ prompt: 'Why is the sky blue?' }, { targets: ['second'] });
      assert.equal(text, 'The sky is blue.');
      assert.equal(cost.total, 13 / 1e6);
    },
    stop: () => router.close(),
  };
}
