// The router as a LangChain chat model: chains, tools and streams with failover.
import { HumanMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { toChatModel } from 'signalbox/langchain';
import { openai } from 'signalbox/openai';
import { z } from 'zod';

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini' },
    { provider: anthropic(), model: 'claude-haiku-4-5' },
  ],
});
const model = toChatModel(router, { maxOutputTokens: 500 });

const weather = tool(async ({ city }) => `19 °C and clear in ${city}`, {
  name: 'get_weather',
  description: 'The current weather in a city.',
  schema: z.object({ city: z.string() }),
});
const thread = [new HumanMessage('What is the weather in Paris?')];
const question = await model.bindTools([weather]).invoke(thread);
const results = await Promise.all(
  (question.tool_calls ?? []).map((call) => weather.invoke({ ...call, type: 'tool_call' })),
);
const answer = await model.bindTools([weather]).invoke([...thread, question, ...results]);
const { target, cost } = answer.response_metadata['signalbox'] as {
  target: string;
  cost?: { total: number };
};
console.log(`${target}, US$ ${cost?.total}: ${answer.text}`);

for await (const chunk of await model.stream('Why is the sky blue?', { maxCost: 0.01 }))
  process.stdout.write(chunk.text);
