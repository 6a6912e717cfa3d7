// Many requests at half the price: in a batch of the vendor, and synchronously as the deadline nears.
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';
import { sqlite } from 'signalbox/sqlite';

const router = createRouter({
  targets: [{ provider: openai(), model: 'gpt-5-mini', tiers: ['batch', 'standard'] }],
  store: sqlite(':memory:'), // a file, for a batch that outlives the process
});

const reviews = ['Great lamp.', 'It broke on the first day.', 'Fine, but late.'];
const requests = reviews.map((review, index) => ({
  id: `review-${index}`,
  prompt: `Is this review positive? Answer yes or no.\n${review}`,
}));
// A real batch would have hours; with so little time every request becomes synchronous.
const batch = await router.batch(requests, { deadline: Date.now() + 20_000 });
for await (const { id, result, error } of batch.results) {
  console.log(id, result?.target, error?.message ?? 'answered');
}
console.log(batch.status().succeeded, 'answered for', batch.status().cost.toFixed(6), 'US$');
await router.close();
