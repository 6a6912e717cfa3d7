// A process that answers many requests in batches, in virtual time. It prints the size of its heap after each thousand results.
import 'openai';
import '../../src/batch/index.ts';
import '../../src/providers/chat-completions/batches/files.ts';
import '../../src/providers/openai/batches.ts';
import '../../src/providers/shared/batches/sdk-batches.ts';
import { openai } from '../../src/providers/openai/index.ts';
import { createRouter } from '../../src/router.ts';
import { sqlite } from '../../src/stores/sqlite/index.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';
import type { BatchRequest } from '../../src/types/batch/job.ts';
import { driveBy } from './virtual-drive.ts';

const [path = '', url = '', count = '0', since = '0'] = process.argv.slice(2);
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
function* requests(): Generator<BatchRequest> {
  for (let n = 0; n < Number(count); n++) yield { id: `q${n}`, prompt: `question ${n}` };
}
const { gc } = globalThis as { readonly gc?: () => void };
const work = async (): Promise<number> => {
  const batch = await router.batch(requests(), { maxInFlight: 1_000 });
  let read = 0;
  for await (const { result } of batch.results) {
    if (result !== undefined) read += 1;
    if (read % 1_000 !== 0) continue;
    // More than one collection, because finalizers and weak references need another.
    for (let pass = 0; pass < 3; pass++) gc?.();
    console.log(process.memoryUsage().heapUsed);
  }
  return read;
};
console.log(`end ${await driveBy(clock, work())}`);
await router.close();
