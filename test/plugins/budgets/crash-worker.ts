// One process of several that spend from one limit over one SQLite file, until it is killed. Its time is virtual and stands still
// while the file is written, so that what has to be in the file at which moment does not depend on the machine.
import { openSync, writeSync } from 'node:fs';
import { createRouter, type Store } from '../../../src/index.ts';
import { limits } from '../../../src/plugins/budgets/index.ts';
import { sqlite } from '../../../src/stores/sqlite/index.ts';
import { scriptedProvider, seededRandom, virtualClock } from '../../../src/testing/index.ts';
import { limitOfAll } from './crash-limit.ts';

const [file = '', log = '', seed = ''] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const clock = virtualClock();
let writing = 0;
const real = sqlite(file, { lockTimeout: 600_000 });
const track = async <T>(work: Promise<T>): Promise<T> => {
  writing += 1;
  try {
    return await work;
  } finally {
    writing -= 1;
  }
};
const store: Store = {
  ...real,
  read: (keys) => track(real.read(keys)),
  lease: (request) => track(real.lease(request)),
  set: (...args) => track(real.set(...args)),
};
const router = createRouter({
  targets: [{ provider: scriptedProvider('a', [{}], clock), model: 'm', price: { input: 1, output: 2 } }],
  clock,
  random,
  store,
  plugins: [limits([limitOfAll])],
});
/** Billionths of US$. */
let settled = 0;
router.on('usage', ({ cost }) => {
  settled += Math.round((cost?.total ?? 0) * 1e9);
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
async function pass(ms: number): Promise<void> {
  for (let n = 0; n < ms; n++) {
    while (writing > 0) await turn();
    await clock.advance(1);
    await turn();
  }
}

const lines = openSync(log, 'a');
for (;;) {
  let over = false;
  const asking = router.chat({ prompt: 'Hi', maxOutputTokens: 20 }).finally(() => {
    over = true;
  });
  while (!over) await pass(1);
  await asking;
  await pass(1 + Math.floor(random() * 12));
  // Written at once, and not lost with the process.
  writeSync(lines, `${clock.now()} ${settled}\n`);
}
