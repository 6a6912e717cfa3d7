// A process that reads a stream and is stopped meanwhile: it sends the text after the first token, and what came in the end.
import { createRouter } from '../../src/index.ts';
import { anthropic } from '../../src/providers/anthropic/index.ts';
import { google } from '../../src/providers/google/index.ts';
import { openai } from '../../src/providers/openai/index.ts';
import { openaiCompatible } from '../../src/providers/openai-compatible/index.ts';

const [name = '', url = '', model = '', idle = ''] = process.argv.slice(2);
const apiKey = 'sk-canary-0123456789';
const providers = {
  openai: () => openai({ baseURL: `${url}/v1`, apiKey }),
  'openai-responses': () => openai({ baseURL: `${url}/v1`, apiKey, api: 'responses' }),
  anthropic: () => anthropic({ baseURL: url, apiKey }),
  google: () => google({ baseURL: url, apiKey }),
  'google-legacy': () => google({ baseURL: url, apiKey, sdk: 'generative-ai' }),
  'openai-compatible': () => openaiCompatible({ name, baseURL: `${url}/v1`, apiKey }),
};
const provider = providers[name as keyof typeof providers]();
const router = createRouter({
  targets: [{ provider, model }],
  timeout: { idle: Number(idle) },
  catalog: false,
});
const stream = await router.stream({ prompt: 'Say hello' });
let text = '';
try {
  for await (const part of stream) {
    if (part.type !== 'text-delta') continue;
    text += part.text;
    if (text === part.text) process.send?.(text);
  }
  process.send?.(text);
} catch (error) {
  process.send?.(String(error));
}
