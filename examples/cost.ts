// Cost: an estimate and a limit before, the exact cost after, and a ledger.
import { createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini' }, // price from the catalog
    { provider: anthropic(), model: 'claude-haiku-4-5', price: { input: 1, output: 5, cacheRead: 0.1 } },
  ],
});

const ledger = new Map<string, number>();
router.on('usage', ({ target, cost }) => {
  ledger.set(target, (ledger.get(target) ?? 0) + (cost?.total ?? 0));
});

const request = { prompt: 'Why is the sky blue?', maxOutputTokens: 200 };
const { candidates } = await router.explain(request);
for (const { target, estimatedCost } of candidates)
  console.log(`${target}: about US$ ${estimatedCost?.toFixed(6)}`);

const { cost } = await router.chat(request, { maxCost: 0.01 });
console.log(`spent US$ ${cost?.total.toFixed(6)} (price: ${cost?.source})`);
console.log(ledger);
