// Any server with an OpenAI-compatible API, without an SDK: presets, or a base URL.
import { createRouter } from 'signalbox';
import { groq, openaiCompatible } from 'signalbox/openai-compatible';

const router = createRouter({
  targets: [
    { provider: groq(), model: 'llama-3.3-70b-versatile' },
    {
      provider: openaiCompatible({ name: 'office', baseURL: 'http://127.0.0.1:9/v1', apiKey: 'none' }),
      model: 'qwen3-32b',
      price: { input: 0, output: 0 },
    },
  ],
});

const { text, target } = await router.chat({ prompt: 'Why is the sky blue?', temperature: 0.2 });
console.log(`${target}: ${text}`);
