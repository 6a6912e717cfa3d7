// An agent of the OpenAI Agents SDK with a route as its model: it keeps working when a vendor fails.
import { Agent, type Model, run, setTracingDisabled, tool } from '@openai/agents';
import { aisdk } from '@openai/agents-extensions/ai-sdk';
import { createRouter } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';
import { z } from 'zod';

setTracingDisabled(true);
const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini' },
    { provider: anthropic(), model: 'claude-haiku-4-5' },
  ],
});

const agent = new Agent({
  name: 'Weather',
  instructions: 'Answer in one sentence.',
  model: aisdk(toProvider(router)()) as Model,
  tools: [
    tool({
      name: 'get_weather',
      description: 'The current weather in a city',
      parameters: z.object({ city: z.string() }),
      execute: async ({ city }) => `19 °C and clear in ${city}`,
    }),
  ],
});
const { finalOutput } = await run(agent, 'What is the weather in Paris?');
console.log(finalOutput);
