// Express serves the OpenAI API; clients use the OpenAI SDK.
import assert from 'node:assert/strict';
import express from 'express';
import OpenAI, { APIError } from 'openai';
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';
import { toFetch, toNodeHandler } from 'signalbox/openai-fetch';

export async function start([first, second]) {
  const target = (id, { url }) => ({
    id,
    provider: openai({ apiKey: 'none', baseURL: url }),
    model: 'gpt-5-mini',
    price: { input: 1, output: 1 },
  });
  const router = createRouter({
    targets: [target('first', first), target('second', second)],
    timeout: { idle: 600_000 }, // longer than the tests, which pause the stream
    log: false,
  });
  const handler = toFetch(router, {
    token: async (token) => (token === 'secret' ? { tenant: 'acme' } : undefined),
    aliases: { 'gpt-4o': 'default' },
  });
  const app = express().use(express.json());
  app.all('/v1/*path', toNodeHandler(handler));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const baseURL = `http://127.0.0.1:${server.address().port}/v1`;
  const client = new OpenAI({ apiKey: 'secret', baseURL, maxRetries: 0 });
  const messages = [{ role: 'user', content: 'Why is the sky blue?' }];
  return {
    async *ask(content) {
      const asked = { model: 'gpt-4o', messages: [{ role: 'user', content }], stream: true };
      for await (const { choices } of await client.chat.completions.create(asked))
        yield choices[0]?.delta.content ?? '';
    },
    assertBroken(error) {
      assert.ok(error instanceof APIError, String(error));
      assert.match(error.message, /interrupted after its first token/);
    },
    async check() {
      const guessed = client.withOptions({ apiKey: 'guess' });
      await assert.rejects(guessed.models.list(), { status: 401 });
      await assert.rejects(client.chat.completions.create({ model: 'gpt-5-minni', messages }), /gpt-5-mini/);
    },
    stop: () => server.close().closeAllConnections(),
  };
}
