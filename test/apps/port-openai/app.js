// Ported from the OpenAI SDK with retries and fallbacks by hand, in the manner of LiteLLM: before, `complete` tried each model of a
// list, waited between tries, and could not fail over inside a stream. Its signature stays.
import assert from 'node:assert/strict';
import OpenAI, { APIError } from 'openai';
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';
import { reportOf, routed, toFetch } from 'signalbox/openai-fetch';

export async function start([first, second]) {
  const target = (id, { url }, model) => ({
    id,
    provider: openai({ apiKey: 'none', baseURL: url }),
    model,
    price: { input: 1, output: 1 },
  });
  const router = createRouter({
    targets: [target('first', first, 'gpt-4o'), target('second', second, 'gpt-4o-mini')],
    timeout: { idle: 600_000 }, // longer than the tests, which pause the stream
    log: false,
  });
  const aliases = { 'gpt-4o': 'default' };
  const client = new OpenAI({
    apiKey: 'none',
    baseURL: 'http://signalbox/v1',
    fetch: toFetch(router, { aliases }),
  });

  // Before:
  //   for (const model of [asked, ...fallbacks])
  //     for (let attempt = 0; attempt < 3; attempt++)
  //       try { return await clients[model].chat.completions.create({ model, messages, stream }); }
  //       catch (error) { if (!isRetryable(error)) throw error; await sleep(2 ** attempt * 1000); }
  const complete = (messages, { model = 'gpt-4o', session, ...settings } = {}) =>
    client.chat.completions.create(routed({ model, messages, ...settings }, { session }));

  const messages = (content) => [{ role: 'user', content }];
  return {
    async *ask(question) {
      for await (const { choices } of await complete(messages(question), { stream: true }))
        yield choices[0]?.delta.content ?? '';
    },
    assertBroken: (error) => assert.ok(error instanceof APIError, String(error)),
    async check([first, second]) {
      first.mode = 'down';
      const completion = await complete(messages('Why?'), { session: 'user-1' });
      assert.equal(completion.choices[0].message.content, 'The sky is blue.');
      assert.equal(reportOf(completion)?.target, 'second');
      // A model id keeps the call to that target, as it did before.
      await complete(messages('Why?'), { model: 'gpt-4o-mini' });
      assert.equal(second.received.at(-1).model, 'gpt-4o-mini');
    },
    stop: () => router.close(),
  };
}
