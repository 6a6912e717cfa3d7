// A process that begins or resumes a batch in virtual time, and prints each result once it has it. With `pauseAfter` it stops
// reading after so many results, prints `pause`, and waits to be killed.
import 'openai';
import '../../src/batch/index.ts';
import '../../src/providers/chat-completions/batches/files.ts';
import '../../src/providers/openai/batches.ts';
import '../../src/providers/shared/batches/sdk-batches.ts';
import { openai } from '../../src/providers/openai/index.ts';
import { createRouter } from '../../src/router.ts';
import { sqlite } from '../../src/stores/sqlite/index.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';
import { driveBy } from './virtual-drive.ts';

const [path = '', url = '', mode = '', count = '0', since = '0', pauseAfter = ''] = process.argv.slice(2);
const clock = virtualClock(Number(since));
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
const work = async (): Promise<'end' | 'pause'> => {
  const batch =
    mode === 'run'
      ? await router.batch(requests, { batchId: 'crash' })
      : await router.batches.resume('crash', { requests });
  let read = 0;
  for await (const { id, result } of batch.results) {
    console.log(`${id} ${result !== undefined && 'text' in result ? result.text : 'failed'}`);
    read += 1;
    if (String(read) === pauseAfter) return 'pause';
  }
  return 'end';
};
const outcome = await driveBy(clock, work());
console.log(outcome);
if (outcome === 'pause')
  setInterval(() => {}, 60_000); // until it is killed
else await router.close();
