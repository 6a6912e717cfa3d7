import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { turns } from './stage.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What has been let go of is freed in several rounds, some of them by the sockets' own callbacks. */
async function kept(): Promise<number> {
  for (let round = 0; round < 2; round++) {
    await turns();
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Megabytes that are kept after something has happened. */
export async function keptBy(play: () => Promise<void>): Promise<number> {
  const before = await kept();
  await play();
  return ((await kept()) - before) / 2 ** 20;
}
