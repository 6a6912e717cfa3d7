// Ported from the AI SDK with Vercel's gateway: the models are strings, `openai/gpt-5-mini`, and the calls stay as they are. The
// default provider, which is the gateway, becomes the router.
import assert from 'node:assert/strict';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import { createRouter, isRouterError } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { openai } from 'signalbox/openai';
import * as z from 'zod';

export async function start([first, second]) {
  const router = createRouter({
    targets: [
      { id: 'first', provider: openai({ apiKey: 'none', baseURL: first.url }), model: 'gpt-5-mini' },
      { id: 'second', provider: openai({ apiKey: 'none', baseURL: second.url }), model: 'gpt-4o' },
    ],
    timeout: { idle: 600_000 }, // longer than the tests, which pause the stream
    log: false,
  });
  // Before: nothing, because the gateway is the default; `providerOptions: { gateway: { order: ['azure', 'openai'] } }` per call.
  globalThis.AI_SDK_DEFAULT_PROVIDER = toProvider(router, { aliases: { 'openai/gpt-5-mini': 'default' } });

  const model = 'openai/gpt-5-mini';
  return {
    async *ask(prompt, abortSignal) {
      let broken;
      const { textStream } = streamText({
        model,
        prompt,
        abortSignal,
        onError: ({ error }) => (broken = error),
      });
      yield* textStream;
      if (broken !== undefined) throw broken;
    },
    assertBroken: (error) => assert.ok(isRouterError(error, 'stream-interrupted'), String(error)),
    async check([first, second]) {
      first.mode = 'down';
      const weather = tool({
        inputSchema: z.object({ city: z.string() }),
        execute: ({ city }) => `19 °C in ${city}`,
      });
      const tools = { get_weather: weather };
      const { text, steps } = await generateText({
        model,
        prompt: 'The weather in Paris?',
        tools,
        stopWhen: stepCountIs(3),
      });
      assert.equal(text, 'The sky is blue.');
      assert.equal(steps.length, 2);
      assert.equal(steps[1].providerMetadata.signalbox.target, 'second');
      assert.ok(JSON.stringify(second.received.at(-1)).includes('19 °C in Paris'));
    },
    stop: () => {
      delete globalThis.AI_SDK_DEFAULT_PROVIDER;
      return router.close();
    },
  };
}
