// The cheapest target with a p90 time to first token under two seconds, and why it was chosen.
import { createRouter, lowestCost, lowestLatency } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini', id: 'mini' },
    { provider: anthropic(), model: 'claude-haiku-4-5', id: 'haiku', baseline: { firstToken: 600 } },
    { provider: google(), model: 'gemini-2.5-flash', id: 'flash', tags: ['eu'] },
  ],
  routes: {
    cheap: { strategy: lowestCost({ maxFirstToken: 2_000 }) },
    fast: { strategy: lowestLatency({ percentile: 'p90' }) },
    eu: { strategy: lowestCost({ tags: ['eu'] }) },
  },
});

const request = { prompt: 'Why is the sky blue?' };
for (const route of ['cheap', 'fast', 'eu'] as const) {
  const { target, cost } = await router.chat(request, { route });
  console.log(`${route}: ${target}, US$ ${cost?.total}`);
}
const { candidates, skipped } = await router.explain(request, { route: 'cheap' });
for (const { target, estimatedCost, facts } of candidates) console.log(target, estimatedCost, facts);
for (const { target, reason } of skipped) console.log(target, reason);
