// A key per user, a key from a function, and a provider without a key, which warmup() reports.
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';
import { mistral } from 'signalbox/openai-compatible';

const readSecret = async (): Promise<string> => process.env['OPENAI_API_KEY'] ?? ''; // a secret manager, Entra ID …

const router = createRouter({
  targets: [
    { provider: openai({ apiKey: readSecret }), model: 'gpt-5-mini' },
    { provider: mistral({ apiKey: '' }), model: 'mistral-small-latest' },
  ],
});

for (const { target, error } of await router.warmup()) console.log(`${target}: ${error.message}`);

const { target } = await router.chat({ prompt: 'Why is the sky blue?' });
console.log(target, 'answered with the key of the function');

const usersKey = process.env['OPENAI_API_KEY'] ?? '';
const { text } = await router.chat(
  { prompt: 'Why is the sky blue?' },
  { auth: { openai: { apiKey: usersKey } } },
);
console.log(text);
