// A server for clients in any language that can use the OpenAI or Anthropic API, with its own access token.
import { Hono } from 'hono';
import { createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';
import { toFetch } from 'signalbox/openai-fetch';

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini' },
    { provider: anthropic(), model: 'claude-haiku-4-5' },
  ],
});
const token = process.env['ROUTER_TOKEN'] ?? 'a-token-for-this-example';
const handler = toFetch(router, { token });

const app = new Hono();
app.all('/v1/*', (context) => handler(context.req.raw)); // @hono/node-server, Bun, Deno and Workers can serve it

// A request as a client sends it.
const body = JSON.stringify({
  model: 'default',
  messages: [{ role: 'user', content: 'Why is the sky blue?' }],
});
for (const authorization of [`Bearer ${token}`, 'Bearer wrong']) {
  const headers = { 'content-type': 'application/json', authorization };
  const response = await app.request('/v1/chat/completions', { method: 'POST', headers, body });
  const { choices, error } = await response.json();
  console.log(response.status, choices?.[0].message.content ?? error.message);
}
