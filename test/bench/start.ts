// Cold starts: the first answer of a fresh process, in turns.
import { type Cores, type FirstAnswer, firstAnswer, startVendor } from './processes.ts';
import { turns } from './statistics.ts';
import { chatsOnly } from './workload.ts';

/** Who starts; prices come from the catalog, as they do where an application names none. */
export const starting = ['openai', 'signalbox-openai', 'signalbox-compatible'] as const;
export type Starting = (typeof starting)[number];

/** What each start took, round by round. */
export type Starts = ReadonlyMap<Starting, readonly FirstAnswer[]>;

export async function measureStarts(
  cores: Cores | undefined,
  rounds: number,
  say: (text: string) => void,
): Promise<Starts> {
  const vendor = await startVendor(cores);
  const taken = new Map<Starting, FirstAnswer[]>(starting.map((name) => [name, []]));
  try {
    await vendor.serve(chatsOnly);
    // The first round reads the files from disk, and is not counted.
    for (let round = -1; round < rounds; round++) {
      say(`start: round ${round + 1} of ${rounds}`);
      for (const name of turns(starting, round + 1)) {
        const answer = await firstAnswer(cores, name, vendor.url);
        if (round >= 0) taken.get(name)?.push(answer);
      }
    }
  } finally {
    vendor.stop();
  }
  return taken;
}
