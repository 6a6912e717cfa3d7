// Express serves the OpenAI API; clients use the OpenAI SDK.
import assert from 'node:assert/strict';
import express from 'express';
import OpenAI from 'openai';
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';
import { toFetch, toNodeHandler } from 'signalbox/openai-fetch';

export async function check(vendors) {
  const target = ({ url }, index) => ({
    id: `t${index}`,
    provider: openai({ apiKey: 'none', baseURL: url }),
    model: 'gpt-5-mini',
    price: { input: 1, output: 1 },
  });
  const router = createRouter({ targets: vendors.map(target), log: false });
  const app = express().use(express.json());
  app.all(
    '/v1/*path',
    toNodeHandler(
      toFetch(router, {
        token: async (token) => (token === 'secret' ? { tenant: 'acme' } : undefined),
        aliases: { 'gpt-4o': 'default' },
      }),
    ),
  );
  await serve(app, vendors);

  async function serve(app, [first, second]) {
    const server = app.listen(0);
    await new Promise((resolve) => server.once('listening', resolve));
    const client = new OpenAI({
      apiKey: 'secret',
      baseURL: `http://127.0.0.1:${server.address().port}/v1`,
      maxRetries: 0,
    });
    const ask = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Why is the sky blue?' }] };
    first.mode = 'down';
    let text = '';
    for await (const { choices } of await client.chat.completions.create({ ...ask, stream: true }))
      text += choices[0]?.delta.content ?? '';
    assert.equal(text, 'The sky is blue.');

    second.mode = 'cut';
    text = '';
    const broken = (async () => {
      for await (const { choices } of await client.chat.completions.create({
        ...ask,
        model: 't1',
        stream: true,
      }))
        text += choices[0]?.delta.content ?? '';
    })();
    await assert.rejects(broken);
    assert.equal(text, 'The sky ');

    second.mode = 'endless';
    for await (const _ of await client.chat.completions.create({ ...ask, model: 't1', stream: true })) break;
    while (second.left === 0) await new Promise(setImmediate);
    await assert.rejects(client.withOptions({ apiKey: 'guess' }).models.list(), { status: 401 });
    server.close().closeAllConnections();
  }
}
