// Vercel AI SDK models as targets: the router reaches every provider of the AI SDK.
import { createMistral } from '@ai-sdk/mistral';
import { createRouter } from 'signalbox';
import { aiSdk } from 'signalbox/ai-sdk';
import { openai } from 'signalbox/openai';

const mistral = createMistral({ apiKey: 'your-key' });

const router = createRouter({
  targets: [
    { provider: aiSdk(), model: mistral('mistral-large-latest'), price: { input: 2, output: 6 } },
    { provider: openai(), model: 'gpt-5-mini' },
  ],
});

const { text, target, cost } = await router.chat({ prompt: 'Why is the sky blue?' });
console.log(`${target}: ${text} (US$ ${cost?.total.toFixed(6)})`);
