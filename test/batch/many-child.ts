// A process that begins or resumes a batch of 10,000 in virtual time. It prints `NUMBER` and whether the answer is right for each
// result, and `$ ITEM TARGET COST` for each charge. With `pauseAfter` it stops after so many results, and waits to be killed.
import 'openai';
import '@anthropic-ai/sdk';
import '../../src/batch/index.ts';
import '../../src/providers/anthropic/batches/batches.ts';
import '../../src/providers/chat-completions/batches/files.ts';
import '../../src/providers/openai/batches.ts';
import '../../src/providers/shared/batches/sdk-batches.ts';
import { anthropic } from '../../src/providers/anthropic/index.ts';
import { openai } from '../../src/providers/openai/index.ts';
import { createRouter } from '../../src/router.ts';
import { sqlite } from '../../src/stores/sqlite/index.ts';
import { seededRandom } from '../../src/testing/seeded-random.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';
import { price, requests } from './many.ts';
import { driveBy } from './virtual-drive.ts';

const [path = '', openURL = '', claudeURL = '', mode = '', since = '0', pauseAfter = ''] =
  process.argv.slice(2);
const clock = virtualClock(Number(since));
const router = createRouter({
  fallbackOn: ['output'],
  clock,
  random: seededRandom(3),
  store: sqlite(path, { clock }),
  targets: [
    {
      provider: openai({ baseURL: `${openURL}/v1`, apiKey: 'a' }),
      model: 'gpt-5-mini',
      price,
      tiers: ['batch'],
    },
    {
      provider: anthropic({ baseURL: claudeURL, apiKey: 'b' }),
      model: 'claude-haiku-4-5',
      price,
      tiers: ['batch'],
    },
  ],
});
const item = Symbol.for('signalbox.batch-item');
router.on('usage', ({ target, cost, metadata, billed }) => {
  // What a dead vendor may charge is an estimate.
  if (billed !== 'yes') return;
  console.log(`$ ${String(Reflect.get(metadata ?? {}, item))} ${target} ${cost?.total}`);
});
const work = async (): Promise<'end' | 'pause'> => {
  const batch =
    mode === 'run'
      ? await router.batch(requests(), { batchId: 'many', maxInFlight: 4_000 })
      : await router.batches.resume('many', { requests: requests() });
  let read = 0;
  for await (const { id, result } of batch.results) {
    const { n } = (result !== undefined && 'object' in result ? result.object : {}) as { n?: number };
    console.log(`${id.slice(1)} ${n === Number(id.slice(1)) ? 'right' : 'wrong'}`);
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
