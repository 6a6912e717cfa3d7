// Answers once, for the next caller of the same tenant as well, also when both ask at the same time.
import { createRouter } from 'signalbox';
import { cache } from 'signalbox/cache';
import { openai } from 'signalbox/openai';

const answers = cache({ ttl: 3_600_000 });
const router = createRouter({
  targets: [{ provider: openai(), model: 'gpt-5-mini' }],
  plugins: [answers],
});
const acme = router.with({ tenant: 'acme' });
const question = { prompt: 'Why is the sky blue?' };

// Two requests in flight share one call.
const [first, second] = await Promise.all([acme.chat(question), acme.chat(question)]);
console.log(first.cost?.total, second.decision?.lookup?.source, second.cost?.total);

// Later ones get the stored answer, as a stream as well.
const stream = await acme.stream(question);
for await (const text of stream.textStream) process.stdout.write(text);
console.log('\n', stream.decision?.lookup?.source);

// One call without the cache; then all stored answers are deleted.
await acme.chat(question, { cache: false });
await answers.invalidate({ scope: 'acme' });
console.log(answers.stats());
await router.close();
