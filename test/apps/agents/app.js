// The OpenAI Agents SDK over a router.
import assert from 'node:assert/strict';
import { Agent, run, setTracingDisabled, tool } from '@openai/agents';
import { aisdk } from '@openai/agents-extensions/ai-sdk';
import { createRouter, isRouterError } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { openai } from 'signalbox/openai';
import * as z from 'zod';

export async function start([first, second]) {
  setTracingDisabled(true);
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
  const model = aisdk(toProvider(router)());
  return {
    async *ask(question, signal) {
      const agent = new Agent({ name: 'Sky', instructions: 'Be brief.', model });
      const result = await run(agent, question, { stream: true, signal });
      yield* result.toTextStream();
      await result.completed;
    },
    assertBroken: (error) => assert.ok(isRouterError(error, 'stream-interrupted'), String(error)),
    async check([first, second]) {
      first.mode = 'down';
      const weather = tool({
        name: 'get_weather',
        description: 'The weather',
        parameters: z.object({ city: z.string() }),
        execute: async ({ city }) => `19 °C in ${city}`,
      });
      const agent = new Agent({ name: 'Weather', instructions: 'Be brief.', model, tools: [weather] });
      const { finalOutput } = await run(agent, 'The weather in Paris?');
      assert.equal(finalOutput, 'The sky is blue.');
      assert.ok(JSON.stringify(second.received.at(-1)).includes('19 °C in Paris'));
    },
    stop: () => router.close(),
  };
}
