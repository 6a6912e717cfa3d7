import type { Replica } from '../../../types/plugin.ts';

/** Length of a time slice, and how many back a new process reads. Nothing decays in the store: slices expire. */
const slice = 60_000;
const slicesBack = 10;

/** Counts by field, in time slices. */
export interface SlicedCounts extends Replica {
  count(field: string): void;
}

/** How it uses the counts of others. */
export interface Learner {
  /** Whether it needs them: a process reads others' counts until it has enough itself. */
  isLearning(): boolean;
  /** Takes in the counts of other processes in one slice. */
  learn(counts: readonly (readonly [field: string, count: number])[]): void;
}

/** A replica of counts that others add up: each process publishes its own and takes in those of the others, once. */
export function slicedCounts(name: string, { isLearning, learn }: Learner): SlicedCounts {
  let counted = new Map<string, number>();
  /** What this process has published of each slice. */
  const own = new Map<number, Map<string, number>>();
  /** The last slice that was read, and those asked for. */
  let read: number | undefined;
  let asked: readonly number[] = [];

  return {
    count: (field) => void counted.set(field, (counted.get(field) ?? 0) + 1),
    keys(storeNow) {
      const current = Math.floor(storeNow / slice);
      for (const old of own.keys()) if (old < current - slicesBack) own.delete(old);
      const from = Math.max(current - slicesBack, (read ?? 0) + 1);
      asked = isLearning()
        ? Array.from({ length: Math.max(0, current - from) }, (_, index) => from + index)
        : [];
      return asked.map((number) => `${name}/${number}`);
    },
    changes(storeNow) {
      if (counted.size === 0) return [];
      const number = Math.floor(storeNow / slice);
      const before = own.get(number) ?? new Map<string, number>();
      for (const [field, count] of counted) before.set(field, (before.get(field) ?? 0) + count);
      own.set(number, before);
      const add = Object.fromEntries(counted);
      counted = new Map();
      return [{ key: `${name}/${number}`, add, ttl: (slicesBack + 2) * slice }];
    },
    absorb(entries) {
      for (const [index, counts] of entries.entries()) {
        const number = asked[index];
        if (number === undefined) continue;
        read = Math.max(read ?? 0, number);
        const mine = own.get(number);
        const others = Object.entries(counts)
          .map(([field, count]) => [field, count - (mine?.get(field) ?? 0)] as const)
          .filter(([, count]) => count > 0);
        if (others.length > 0) learn(others);
      }
    },
  };
}

/** Its multiples spread evenly over a unit: https://en.wikipedia.org/wiki/Low-discrepancy_sequence#Additive_recurrence */
const goldenRatio = 0.618_033_988_749_895;

/** Samples that stand for counts: `most` of them at most, in proportion, in an order that is not that of the fields. */
export function samplesOf(
  counts: readonly (readonly [field: string, count: number])[],
  most: number,
): readonly string[] {
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const ratio = Math.min(1, most / total);
  const samples: string[] = [];
  let owed = 0;
  for (const [field, count] of counts)
    for (owed += count * ratio; owed >= 1 - 1e-9; owed -= 1) samples.push(field);
  return samples
    .map((sample, index) => [(index * goldenRatio) % 1, sample] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, sample]) => sample);
}

/** The bucket of a value from 1 on: each is wider than the one before by the factor `growth`. */
export function bucketOf(value: number, growth: number): number {
  return Math.max(0, Math.ceil(Math.log(Math.max(1, value)) / Math.log(growth)));
}

/** A value in the middle of a bucket. */
export function middleOf(bucket: number, growth: number): number {
  return growth ** (bucket - 0.5);
}
