// A gateway as a target: pass its routing options, read its upstream provider and charge. Here it is a mock
// of OpenRouter.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRouter } from 'signalbox';
import { openrouter } from 'signalbox/openai-compatible';

const gateway = createServer(async (request, response) => {
  let body = '';
  for await (const piece of request) body += piece;
  const { provider } = JSON.parse(body) as { provider: { order: string[] } };
  const usage = { prompt_tokens: 12, completion_tokens: 40, cost: 0.00012, is_byok: false };
  const message = { role: 'assistant', content: 'Air scatters blue light more than red.' };
  const choices = [{ message, finish_reason: 'stop' }];
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ id: 'gen-1', provider: provider.order[0], choices, usage }));
});
await once(gateway.listen(0, '127.0.0.1'), 'listening');
const baseURL = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/api/v1`;

const router = createRouter({
  targets: [
    { provider: openrouter({ baseURL, apiKey: 'none' }), model: 'meta-llama/llama-3.3-70b-instruct' },
  ],
});
const { text, cost, providerMetadata } = await router.chat({
  prompt: 'Why is the sky blue?',
  providerOptions: { openrouter: { provider: { order: ['deepinfra', 'together'], allow_fallbacks: true } } },
});
console.log(text);
console.log(`${providerMetadata['openrouter']?.['provider']}: US$ ${cost?.total} (${cost?.source})`);
gateway.close();
