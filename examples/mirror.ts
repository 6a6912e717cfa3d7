// Evaluate another model on a copy of the traffic: requests do not wait for it, and its cost is recorded
// separately.
import { createRouter } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { openai } from 'signalbox/openai';

const router = createRouter({
  targets: [
    { provider: openai(), model: 'gpt-5-mini', id: 'mini' },
    { provider: anthropic(), model: 'claude-haiku-4-5', id: 'candidate' },
  ],
  routes: { default: { targets: ['mini'] } },
  mirror: { target: 'candidate', ratio: 1 }, // everything, for this example; 0.05 is more typical
});

const bills = { requests: 0, copies: 0 };
router.on('usage', ({ mirror, cost }) => {
  bills[mirror ? 'copies' : 'requests'] += cost?.total ?? 0;
});
const measured = new Promise<void>((resolve) => {
  router.on('request-end', ({ mirror, requestId, outcome, duration, cost }) => {
    console.log(
      `${requestId}${mirror ? ', copy' : ''}: ${outcome}, ${duration.toFixed(0)} ms, US$ ${cost?.total}`,
    );
    if (mirror) resolve();
  });
});

const { text, target } = await router.chat({ prompt: 'Why is the sky blue?' });
console.log(`${target}: ${text}`);
await measured; // an application need not wait for it
console.log(bills);
for (const { id, total, errorRate } of router.stats()) console.log(id, total?.toFixed(0), errorRate);
