// Blocks secrets before they leave the process, and answers that break a rule before they reach the caller.
import { createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { block, GuardError, guardrails, inject, maxLength, secrets, urls } from 'signalbox/guardrails';
import { openai } from 'signalbox/openai';

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini' },
    { provider: anthropic(), model: 'claude-haiku-4-5' },
  ],
  fallbackOn: ['guard'], // a blocked answer goes to the next target
  plugins: [
    guardrails([
      maxLength({ characters: 50_000 }),
      block(secrets()),
      block(urls({ allow: ['example.com'] }), { on: ['output'] }),
      inject('Never promise a refund.', { when: ({ tags }) => tags.includes('support') }),
    ]),
  ],
});

try {
  await router.chat({ prompt: 'Why does 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 not work?' });
} catch (error) {
  if (!(error instanceof GuardError)) throw error;
  console.log(`${error.guard} blocked the request: ${error.reason}`);
}

const { text, decision } = await router.chat({ prompt: 'Why is the sky blue?' }, { tags: ['support'] });
console.log(text);
for (const { facts } of decision?.notes ?? []) console.log(facts);
await router.close();
