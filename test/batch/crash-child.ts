// A process that begins or resumes a batch, and prints the id of each result once it has it. Its time runs fast. With `pauseAfter` it
// stops reading after so many results, prints `pause`, and waits to be killed.
import { openai } from '../../src/providers/openai/index.ts';
import { createRouter } from '../../src/router.ts';
import { sqlite } from '../../src/stores/sqlite/index.ts';

const [path = '', url = '', mode = '', count = '0', since = '0', pauseAfter = ''] = process.argv.slice(2);
const speed = 200;
const start = Number(since);
const date = (): number => start + (Date.now() - start) * speed;
const clock = {
  now: date,
  date,
  after(ms: number, run: () => void) {
    const timer = setTimeout(run, Math.min(ms / speed, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
};
const router = createRouter({
  clock,
  store: sqlite(path, { clock }),
  targets: [
    {
      provider: openai({ baseURL: `${url}/v1`, apiKey: 'sk-test' }),
      model: 'gpt-5-mini',
      price: { input: 1, output: 10, serviceTiers: { batch: 0.5 } },
      tiers: ['batch'],
    },
  ],
});
const requests = Array.from({ length: Number(count) }, (_, index) => ({
  id: `q${index}`,
  prompt: `question ${index}`,
}));
const batch =
  mode === 'run'
    ? await router.batch(requests, { batchId: 'crash' })
    : await router.batches.resume('crash', { requests });
let read = 0;
for await (const { id, result } of batch.results) {
  console.log(`${id} ${result !== undefined && 'text' in result ? result.text : 'failed'}`);
  read += 1;
  if (String(read) !== pauseAfter) continue;
  console.log('pause');
  await new Promise(() => {}); // until it is killed
}
await router.close();
console.log('end');
