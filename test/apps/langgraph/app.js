// An agent of LangGraph over a router: a tool call, with the first vendor down.
import assert from 'node:assert/strict';
import { tool } from '@langchain/core/tools';
import { createReactAgent } from '@langchain/langgraph/prebuilt';
import { createRouter } from 'signalbox';
import { toChatModel } from 'signalbox/langchain';
import { openai } from 'signalbox/openai';
import * as z from 'zod';

export async function check([first, second]) {
  const target = (id, { url }) => ({
    id,
    provider: openai({ apiKey: 'none', baseURL: url }),
    model: 'm',
    price: { input: 1, output: 1 },
  });
  const router = createRouter({ targets: [target('first', first), target('second', second)], log: false });
  first.mode = 'down';
  const asked = [];
  const weather = tool(({ city }) => asked.push(city) && '19 °C', {
    name: 'get_weather',
    description: 'The weather',
    schema: z.object({ city: z.string() }),
  });
  const agent = createReactAgent({ llm: toChatModel(router), tools: [weather] });
  const { messages } = await agent.invoke({ messages: [{ role: 'user', content: 'The weather in Paris?' }] });
  assert.deepEqual(asked, ['Paris']);
  assert.equal(messages.at(-1).content, 'The sky is blue.');
  assert.equal(messages.at(-1).response_metadata.signalbox.target, 'second');
}
