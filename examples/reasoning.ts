// Reasoning effort, reasoning text, and vendor options passed through unchanged.
import { createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';

const router = createRouter({ targets: [{ provider: anthropic(), model: 'claude-haiku-4-5' }] });

const { text, reasoning, content } = await router.chat({
  prompt: 'How many days lie between 3 March and 17 May?',
  reasoning: 'medium',
  maxOutputTokens: 8_000,
  providerOptions: { anthropic: { service_tier: 'auto' } },
});
console.log(reasoning ?? '(no reasoning text)');
console.log(text);

// Send `content` back unchanged: it contains signatures that the vendor requires.
console.log(content.map(({ type }) => type));
