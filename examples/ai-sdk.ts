// The router as a provider of the Vercel AI SDK: each route is a model; tools, steps and streams work as
// usual.
import { stepCountIs, streamText, tool } from 'ai';
import { createRouter, lowestLatency } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';
import { z } from 'zod';

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini' },
    { provider: anthropic(), model: 'claude-haiku-4-5' },
  ],
  routes: { fast: { strategy: lowestLatency() } },
});
const ai = toProvider(router);

const { textStream, providerMetadata } = streamText({
  model: ai('fast'),
  prompt: 'What is the weather in Paris?',
  tools: {
    get_weather: tool({
      description: 'The current weather in a city',
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => ({ city, celsius: 19, sky: 'clear' }),
    }),
  },
  stopWhen: stepCountIs(3),
  providerOptions: { signalbox: { session: 'user-42', maxCost: 0.05 } },
});
for await (const text of textStream) process.stdout.write(text);
console.log('\n', (await providerMetadata)?.['signalbox']?.['target']);
