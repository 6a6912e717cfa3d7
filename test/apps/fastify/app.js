// Fastify, which parses the body itself, serves the OpenAI API; a client uses the OpenAI SDK.
import assert from 'node:assert/strict';
import fastify from 'fastify';
import OpenAI, { APIError } from 'openai';
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';
import { toFetch, toNodeHandler } from 'signalbox/openai-fetch';

export async function start([first, second]) {
  const target = (id, { url }) => ({
    id,
    provider: openai({ apiKey: 'none', baseURL: url }),
    model: 'm',
    price: { input: 1, output: 1 },
  });
  const router = createRouter({
    targets: [target('first', first), target('second', second)],
    timeout: { idle: 600_000 }, // longer than the tests, which pause the stream
    log: false,
  });
  const app = fastify();
  app.all('/v1/*', toNodeHandler(toFetch(router, { token: 'secret' })));
  const baseURL = `${await app.listen({ port: 0, host: '127.0.0.1' })}/v1`;
  const client = new OpenAI({ apiKey: 'secret', baseURL, maxRetries: 0 });
  return {
    async *ask(content) {
      const asked = { model: 'default', messages: [{ role: 'user', content }], stream: true };
      for await (const { choices } of await client.chat.completions.create(asked))
        yield choices[0]?.delta.content ?? '';
    },
    assertBroken: (error) => assert.ok(error instanceof APIError, String(error)),
    async check() {
      const { data } = await client.models.list();
      assert.ok(data.some(({ id }) => id === 'second'));
      const { output_text } = await client.responses.create({ model: 'default', input: 'Why?' });
      assert.equal(output_text, 'The sky is blue.');
    },
    stop: () => app.close(),
  };
}
