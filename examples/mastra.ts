// A Mastra agent with a route as its model: it keeps working when a vendor fails.
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { createRouter } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';
import { z } from 'zod';

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini' },
    { provider: anthropic(), model: 'claude-haiku-4-5' },
  ],
});

const weather = createTool({
  id: 'get_weather',
  description: 'The current weather in a city',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => ({ city, celsius: 19, sky: 'clear' }),
});
const agent = new Agent({
  id: 'weather',
  name: 'Weather',
  instructions: 'Answer in one sentence.',
  model: toProvider(router)(),
  tools: { get_weather: weather },
});
const { text } = await agent.generate('What is the weather in Paris?');
console.log(text);
