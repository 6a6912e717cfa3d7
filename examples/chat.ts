// One question, one answer, from the first available target.
import { createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini' },
    { provider: anthropic(), model: 'claude-haiku-4-5' },
  ],
});

const { text, target, usage, cost } = await router.chat({ prompt: 'Why is the sky blue?' });
console.log(text);
console.log(
  `${target} used ${usage.inputTokens} + ${usage.outputTokens} tokens for US$ ${cost?.total.toFixed(6)}`,
);
