// Replaces personal data with placeholders before it leaves the process, and puts it back into the answer.
import { createRouter } from 'signalbox';
import { guardrails, names, pii, redact } from 'signalbox/guardrails';
import { openai } from 'signalbox/openai';

const router = createRouter({
  targets: [{ provider: openai(), model: 'gpt-5-mini' }],
  plugins: [
    guardrails([
      redact(pii(), { restore: true }),
      redact(names(['Ada Lovelace', 'Grace Hopper']), { restore: 'session' }),
    ]),
  ],
});

// The vendor gets: Write one sentence to [NAME_1] at [EMAIL_1].
const prompt = 'Write one sentence to Ada Lovelace at ada@analytical.example.';
const { text } = await router.chat({ prompt }, { session: 'support-42' });
console.log(text);

// In streams as well: a placeholder is held back until it is complete.
const stream = await router.stream({ prompt }, { session: 'support-42' });
for await (const piece of stream.textStream) process.stdout.write(piece);
console.log();
await router.close();
