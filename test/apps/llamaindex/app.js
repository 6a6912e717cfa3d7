// LlamaIndex.TS through the fetch of its OpenAI client.
import assert from 'node:assert/strict';
import { OpenAI } from '@llamaindex/openai';
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';
import { toFetch } from 'signalbox/openai-fetch';

export async function check([first, second]) {
  const target = (id, { url }) => ({
    id,
    provider: openai({ apiKey: 'none', baseURL: url }),
    model: 'gpt-4o-mini',
    price: { input: 1, output: 1 },
  });
  const router = createRouter({ targets: [target('first', first), target('second', second)], log: false });
  first.mode = 'down';
  const llm = new OpenAI({
    model: 'gpt-4o-mini',
    apiKey: 'none',
    additionalSessionOptions: {
      baseURL: 'http://signalbox/v1',
      fetch: toFetch(router, { aliases: { 'gpt-4o-mini': 'default' } }),
    },
  });
  const { message } = await llm.chat({ messages: [{ role: 'user', content: 'Why is the sky blue?' }] });
  assert.equal(message.content, 'The sky is blue.');
  let text = '';
  for await (const { delta } of await llm.chat({
    messages: [{ role: 'user', content: 'Why?' }],
    stream: true,
  }))
    text += delta;
  assert.equal(text, 'The sky is blue.');
}
