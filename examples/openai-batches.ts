// OpenAI's SDK as the client of batches: files and batches of a router, over any vendor.
import OpenAI, { toFile } from 'openai';
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';
import { toFetch } from 'signalbox/openai-fetch';
import { sqlite } from 'signalbox/sqlite';

const router = createRouter({
  // `tiers: ['batch', 'standard']` takes the vendor's batches, at half the price and within hours.
  targets: [{ provider: openai(), model: 'gpt-5-mini' }],
  store: sqlite(':memory:'), // a file, for batches that outlive the process
});
const client = new OpenAI({ apiKey: 'none', baseURL: 'http://signalbox/v1', fetch: toFetch(router) });

const questions = ['Why is the sky blue?', 'Why is the sea salty?'];
const lines = questions.map((content, index) =>
  JSON.stringify({
    custom_id: `question-${index}`,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model: 'gpt-5-mini', messages: [{ role: 'user', content }] },
  }),
);
const file = await client.files.create({
  file: await toFile(Buffer.from(lines.join('\n')), 'questions.jsonl'),
  purpose: 'batch',
});
let batch = await client.batches.create({
  input_file_id: file.id,
  endpoint: '/v1/chat/completions',
  completion_window: '24h',
});
while (!['completed', 'failed', 'expired', 'cancelled'].includes(batch.status)) {
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  batch = await client.batches.retrieve(batch.id);
}
console.log(batch.status, batch.request_counts);
if (batch.output_file_id) console.log(await (await client.files.content(batch.output_file_id)).text());
await router.close();
