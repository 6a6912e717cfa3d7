import { faultsOf } from './properties.ts';
import { simulate } from './simulate.ts';

/** How a seed's world is played again. */
export function replayOf(seed: number): string {
  return `npm run simulation -- --seed ${seed} --log`;
}

/** Plays the worlds of the seeds in a range and checks all properties in each. Rejects at the first that is broken. */
export async function checkWorlds(from: number, to: number, options = {}): Promise<void> {
  for (let seed = from; seed < to; seed++) {
    const faults = faultsOf(await simulate(seed, options));
    if (faults.length > 0) throw new Error(`seed ${seed}: ${replayOf(seed)}\n${faults.join('\n')}`);
  }
}
