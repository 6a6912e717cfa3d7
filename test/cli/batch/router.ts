// A module of an application for `signalbox batch`: its router lives in virtual time. With KILL_AT it ends its process at that write of
// the store: `before /read/ 2` is just before the second write of a key with `/read/`.
import 'openai';
import '../../../src/batch/index.ts';
import '../../../src/providers/chat-completions/batches/files.ts';
import '../../../src/providers/openai/batches.ts';
import '../../../src/providers/shared/batches/sdk-batches.ts';
import { openai } from '../../../src/providers/openai/index.ts';
import { createRouter } from '../../../src/router.ts';
import { sqlite } from '../../../src/stores/sqlite/index.ts';
import { virtualClock } from '../../../src/testing/virtual-clock.ts';
import type { Store } from '../../../src/types/store.ts';
import { quiet } from '../../batch/virtual-drive.ts';

const { VENDOR = '', STORE = '', SINCE = '0', KILL_AT = '' } = process.env;
const clock = virtualClock(Number(SINCE));
const [moment, part = '', count] = KILL_AT.split(' ');
const file = sqlite(STORE, { clock });
let writes = 0;

const end = async (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => {});
};

export const store: Store = {
  ...file,
  async set(key, value, options) {
    const isIt = part !== '' && key.includes(part) && ++writes === Number(count);
    if (isIt && moment === 'before') return end();
    const version = await file.set(key, value, options);
    return isIt ? end() : version;
  },
};

const provider = openai({ baseURL: `${VENDOR}/v1`, apiKey: 'sk-test' });
const price = { input: 1, output: 10, serviceTiers: { batch: 0.5 } };
export const router = createRouter({
  clock,
  targets: [
    { provider, model: 'gpt-5-mini', price, tiers: ['batch', 'standard'] },
    { provider, model: 'text-embedding-3-small', price, tiers: ['batch'] },
  ],
  routes: {
    nightly: { targets: ['openai/gpt-5-mini#batch', 'openai/gpt-5-mini'] },
    patient: { targets: ['openai/gpt-5-mini#batch'] },
  },
});

/** Time passes whenever the process has nothing else to do. */
async function run(): Promise<never> {
  for (;;) {
    await quiet();
    await clock.next();
  }
}
void run();
