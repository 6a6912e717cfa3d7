// A Next.js route handler, app/api/v1/[...path]/route.ts: the router as an API for the browser part of an
// application.
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

export const POST = toFetch(router, { token });
// For the model list, add `export const GET = POST`.

// A request as Next.js passes it.
const response = await POST(
  new Request('https://app.example/api/v1/messages', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': token },
    body: JSON.stringify({
      model: 'default',
      max_tokens: 500,
      stream: true,
      messages: [{ role: 'user', content: 'Why is the sky blue?' }],
    }),
  }),
);
for (const line of (await response.text()).split('\n')) if (line.startsWith('event: ')) console.log(line);
