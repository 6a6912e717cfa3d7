// How hard to think, what was thought, and each vendor's own options, untouched.
import { createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';

const router = createRouter({ targets: [{ provider: anthropic(), model: 'claude-haiku-4-5' }] });

const { text, reasoning, content } = await router.chat({
  prompt: 'How many days lie between 3 March and 17 May?',
  reasoning: 'medium',
  maxOutputTokens: 8_000,
  providerOptions: { anthropic: { service_tier: 'auto' } },
});
console.log(reasoning ?? '(the model did not say what it thought)');
console.log(text);

// `content` goes back as it is: signatures that the vendor wants to see again are in it.
console.log(content.map(({ type }) => type));
