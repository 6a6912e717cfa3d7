// An agent of Mastra over a router, streamed, with the first vendor down.
import assert from 'node:assert/strict';
import { Agent } from '@mastra/core/agent';
import { createRouter } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { openai } from 'signalbox/openai';

export async function check([first, second]) {
  const target = (id, { url }) => ({
    id,
    provider: openai({ apiKey: 'none', baseURL: url }),
    model: 'm',
    price: { input: 1, output: 1 },
  });
  const router = createRouter({ targets: [target('first', first), target('second', second)], log: false });
  first.mode = 'down';
  const agent = new Agent({ id: 'sky', name: 'Sky', instructions: 'Be brief.', model: toProvider(router)() });
  assert.equal((await agent.generate('Why is the sky blue?')).text, 'The sky is blue.');
  let text = '';
  for await (const piece of (await agent.stream('Why?')).textStream) text += piece;
  assert.equal(text, 'The sky is blue.');
}
