// Fastify, which parses the body itself.
import assert from 'node:assert/strict';
import fastify from 'fastify';
import OpenAI from 'openai';
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';
import { toFetch, toNodeHandler } from 'signalbox/openai-fetch';

export async function check([first, second]) {
  const target = (id, { url }) => ({
    id,
    provider: openai({ apiKey: 'none', baseURL: url }),
    model: 'm',
    price: { input: 1, output: 1 },
  });
  const router = createRouter({ targets: [target('first', first), target('second', second)], log: false });
  const app = fastify();
  app.all('/v1/*', toNodeHandler(toFetch(router, { token: 'secret' })));
  const baseURL = `${await app.listen({ port: 0 })}/v1`;
  const client = new OpenAI({ apiKey: 'secret', baseURL, maxRetries: 0 });
  const ask = { model: 'default', messages: [{ role: 'user', content: 'Why is the sky blue?' }] };
  first.mode = 'down';
  assert.equal((await client.chat.completions.create(ask)).choices[0].message.content, 'The sky is blue.');
  let text = '';
  for await (const { choices } of await client.chat.completions.create({ ...ask, stream: true }))
    text += choices[0]?.delta.content ?? '';
  assert.equal(text, 'The sky is blue.');
  second.mode = 'endless';
  for await (const _ of await client.chat.completions.create({ ...ask, model: 'second', stream: true }))
    break;
  while (second.left === 0) await new Promise(setImmediate);
  await app.close();
}
