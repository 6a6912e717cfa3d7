// A cascade: try the cheap target first, and the expensive one only if its answer is not good enough.
import { createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-nano', id: 'cheap' },
    { provider: anthropic(), model: 'claude-haiku-4-5', id: 'dear' },
  ],
  accept: ({ text, finishReason }) => {
    if (finishReason === 'length') return 'cut off';
    return text.length > 60 || 'too short';
  },
});
// Both answers are billed: one event each, whatever the outcome.
router.on('usage', ({ target, cost, outcome }) => console.log(`${target}: ${outcome}, US$ ${cost?.total}`));
router.on('request-end', ({ cost, wastedCost }) => {
  console.log(`the answer: US$ ${cost?.total}; failed attempts: US$ ${wastedCost}`);
});

for (const prompt of ['Why is the sky blue?', 'What color is this? Answer in one word.']) {
  try {
    const { text, target, attempts } = await router.chat({ prompt });
    console.log(`${target}, after ${attempts.length} attempts: ${text}`);
  } catch (error) {
    console.log(String(error));
  }
}
