// Route by the content of the request: simple ones to the cheap target, complex ones to the strong one.
import { createRouter, rules } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { byComplexity, complexityOf } from 'signalbox/complexity';
import { openai } from 'signalbox/openai';

const byScore = byComplexity({ simple: 'cheap', complex: 'strong' });
const byPlan = rules([{ when: (_, { metadata }) => metadata['plan'] === 'free', use: 'cheap' }], 'strong');

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-nano', id: 'nano' },
    { provider: anthropic(), model: 'claude-haiku-4-5', id: 'haiku' },
  ],
  // The other target is the fallback.
  routes: { cheap: { targets: ['nano', 'haiku'] }, strong: { targets: ['haiku', 'nano'] } },
  select: {
    // Any function, sync or async: it is limited by `timeout` and never fails a request.
    by: (request, context) => (context.metadata['plan'] ? byPlan : byScore)(request, context),
    timeout: 200,
    otherwise: 'strong',
  },
});
router.on('request-end', ({ decision }) => console.log(decision?.selected));

for (const prompt of [
  'Why is the sky blue?',
  'Derive the equation for its color, step by step, and prove it.',
]) {
  const { text, target } = await router.chat({ prompt });
  console.log(`${complexityOf({ prompt }).score.toFixed(2)} ${target}: ${text}`);
}
await router.chat({ prompt: 'Prove that there are infinitely many primes.' }, { metadata: { plan: 'free' } });
