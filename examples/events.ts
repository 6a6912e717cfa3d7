// Events for logs and metrics. No event contains a key, a prompt or an answer.
import { createRouter } from 'signalbox';
import { openai } from 'signalbox/openai';

const router = createRouter({ targets: [{ provider: openai(), model: 'gpt-5-mini' }] });

router.on('attempt-start', ({ requestId, target }) => console.log(`${requestId} asks ${target}`));
router.on('attempt-end', ({ target, outcome, duration }) => {
  console.log(`${target}: ${outcome} after ${duration.toFixed(0)} ms`);
});
router.on('request-end', ({ metadata, outcome, decision, cost, wastedCost }) => {
  const order = decision?.candidates.map(({ target }) => target).join(', ');
  console.log(
    `tenant ${metadata['tenant']}: ${outcome}; order: ${order}; US$ ${cost?.total}, wasted US$ ${wastedCost}`,
  );
});

await router.chat({ prompt: 'Why is the sky blue?' }, { metadata: { tenant: 42 } });
console.log(router.stats());
