// The Anthropic SDK as a client of the router in the same process: its tool runner works on any target.
import Anthropic from '@anthropic-ai/sdk';
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod';
import { createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';
import { toFetch } from 'signalbox/openai-fetch';
import { z } from 'zod';

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini' },
    { provider: anthropic(), model: 'claude-haiku-4-5' },
  ],
});

const client = new Anthropic({ apiKey: 'none', baseURL: 'http://signalbox', fetch: toFetch(router) });

const weather = betaZodTool({
  name: 'get_weather',
  description: 'The current weather in a city',
  inputSchema: z.object({ city: z.string() }),
  run: ({ city }) => `19 °C and clear in ${city}`,
});

const message = await client.beta.messages.toolRunner({
  model: 'default',
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'What is the weather in Paris?' }],
  tools: [weather],
});
for (const block of message.content) if (block.type === 'text') console.log(block.text);
