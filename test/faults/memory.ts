import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { turns } from './stage.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function kept(): Promise<number> {
  await turns();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** How often it looks: what has been let go of is freed in several rounds, some of them by the sockets' own callbacks. */
const rounds = 50;

/** Megabytes that are kept after something has happened, as soon as they are below a limit. */
export async function keptBy(play: () => Promise<void>, limit: number): Promise<number> {
  await kept();
  const before = await kept();
  await play();
  let megabytes = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds && megabytes >= limit; round++)
    megabytes = ((await kept()) - before) / 2 ** 20;
  return megabytes;
}
