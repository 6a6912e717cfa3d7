// Stream the answer; the final result is the same as from chat().
import { createRouter } from 'signalbox';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';

const router = createRouter({
  targets: [
    { provider: google(), model: 'gemini-2.5-flash' },
    { provider: openai(), model: 'gpt-5-mini' },
  ],
});

const stream = await router.stream({ system: 'Answer in two sentences.', prompt: 'Why is the sky blue?' });
for await (const part of stream) {
  if (part.type === 'text-delta') process.stdout.write(part.text);
}
const { finishReason, cost } = await stream.result;
console.log(`\n${stream.target} finished (${finishReason}) for US$ ${cost?.total.toFixed(6)}`);
