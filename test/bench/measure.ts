/** Something to measure: does its work `times` times. */
export type Work = (times: number) => Promise<void>;

/** What one unit of work took, in microseconds: the median of all rounds. */
export interface Measured {
  readonly wall: number;
  /** Of this process, all its threads. */
  readonly cpu: number;
}

/**
 * Measures works against each other. Their rounds alternate, and each round begins with another of them, so that what the
 * machine does besides hits all alike.
 */
export async function measure<Name extends string>(
  works: Readonly<Record<Name, Work>>,
  { rounds, times }: { readonly rounds: number; readonly times: number },
): Promise<Record<Name, Measured>> {
  const names = Object.keys(works) as Name[];
  const taken = new Map<Name, { wall: number; cpu: number }[]>(names.map((name) => [name, []]));
  for (const name of names) await works[name](times); // warms up
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length];
      if (name === undefined) continue;
      const cpuBefore = process.cpuUsage();
      const before = performance.now();
      await works[name](times);
      const wall = ((performance.now() - before) * 1000) / times;
      const { user, system } = process.cpuUsage(cpuBefore);
      taken.get(name)?.push({ wall, cpu: (user + system) / times });
    }
  }
  const results = names.map((name): [Name, Measured] => {
    const samples = taken.get(name) ?? [];
    return [
      name,
      { wall: median(samples.map(({ wall }) => wall)), cpu: median(samples.map(({ cpu }) => cpu)) },
    ];
  });
  return Object.fromEntries(results) as Record<Name, Measured>;
}

function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;
}
