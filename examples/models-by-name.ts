// Models that calls name as `provider/model`, and targets that come and go while the router runs.
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';
import { groq } from 'signalbox/openai-compatible';

const router = createRouter({ providers: [openai(), groq()] });
for (const model of ['openai/gpt-5-mini', 'groq/llama-3.3-70b-versatile'] as const) {
  const { text, cost } = await router.chat({ prompt: 'Why is the sky blue?' }, { model });
  console.log(`${model}: ${text.slice(0, 40)}… US$ ${cost?.total}`);
}

await router.addTarget({ provider: openai(), model: 'gpt-5-nano', id: 'nano' });
const { target } = await router.chat({ prompt: 'Why is the sky blue?' });
console.log(`without a model: ${target}`);
await router.removeTarget('nano');
