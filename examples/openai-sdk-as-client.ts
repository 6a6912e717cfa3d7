// The OpenAI SDK as a client of the router in the same process: existing code stays unchanged.
import OpenAI from 'openai';
import { createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';
import { toFetch } from 'signalbox/openai-fetch';

const router = createRouter({
  targets: [
    { provider: anthropic(), model: 'claude-haiku-4-5' },
    { provider: openai(), model: 'gpt-5-mini' },
  ],
});

// Requests do not go to this URL: `fetch` passes them to the router.
const client = new OpenAI({ apiKey: 'none', baseURL: 'http://signalbox/v1', fetch: toFetch(router) });

const stream = client.chat.completions.stream({
  model: 'default', // or the name of a route, or the id of a target
  messages: [{ role: 'user', content: 'Why is the sky blue?' }],
});
stream.on('content', (text) => process.stdout.write(text));
await stream.done();

const { data, response } = await client.responses
  .create({ model: 'openai/gpt-5-mini', input: 'Why is the sky blue?' })
  .withResponse();
console.log(`\n${data.output_text}`);
const [target, cost] = ['target', 'cost'].map((name) => response.headers.get(`x-signalbox-${name}`));
console.log(`${target} for US$ ${Number(cost).toFixed(6)}`);
