import { fewestSamples } from '../../../health/failure-detector.ts';
import type { Latencies } from '../../../stats/latency.ts';
import type { SizeClass } from '../../../stats/size-class.ts';
import type { Clock } from '../../../types/clock.ts';
import type { Replica } from '../../../types/plugin.ts';

/** Length of a time slice, and how many back a new process reads. Nothing decays in the store: slices expire. */
const slice = 60_000;
const slicesBack = 10;
/** Buckets grow by this factor, as those of a histogram do. */
const growth = 1.08;
/** Its multiples spread evenly over a unit: https://en.wikipedia.org/wiki/Low-discrepancy_sequence#Additive_recurrence */
const goldenRatio = 0.618_033_988_749_895;

/**
 * Latencies as counts by size and duration, in time slices. A process takes in those of others until it has enough of its own: its
 * own network and load count more than what others measure.
 */
export function latencyReplica(name: string, latencies: Latencies, clock: Clock): Replica {
  let learned = new Map<string, number>();
  /** What this process has published of each slice. */
  const own = new Map<number, Map<string, number>>();
  /** The last slice that was read, and those asked for. */
  let read: number | undefined;
  let asked: readonly number[] = [];
  let isAbsorbing = false;

  latencies.onSample = (ms, size) => {
    if (isAbsorbing) return;
    const field = `${size}/${Math.max(0, Math.ceil(Math.log(Math.max(1, ms)) / Math.log(growth)))}`;
    learned.set(field, (learned.get(field) ?? 0) + 1);
  };
  return {
    keys(storeNow) {
      const current = Math.floor(storeNow / slice);
      for (const old of own.keys()) if (old < current - slicesBack) own.delete(old);
      const isLearning = latencies.weight(clock.now()) < fewestSamples;
      const from = Math.max(current - slicesBack, (read ?? 0) + 1);
      asked = isLearning
        ? Array.from({ length: Math.max(0, current - from) }, (_, index) => from + index)
        : [];
      return asked.map((number) => `${name}/${number}`);
    },
    changes(storeNow) {
      if (learned.size === 0) return [];
      const number = Math.floor(storeNow / slice);
      const add = Object.fromEntries(learned);
      const before = own.get(number) ?? new Map<string, number>();
      for (const [field, count] of learned) before.set(field, (before.get(field) ?? 0) + count);
      own.set(number, before);
      learned = new Map();
      return [{ key: `${name}/${number}`, add, ttl: (slicesBack + 2) * slice }];
    },
    absorb(entries) {
      for (const [index, counts] of entries.entries()) {
        const number = asked[index];
        if (number === undefined) continue;
        read = Math.max(read ?? 0, number);
        const samples = samplesOf(counts, own.get(number));
        isAbsorbing = true;
        for (const { ms, size } of samples) latencies.add(ms, clock.now(), size);
        isAbsorbing = false;
      }
    },
  };
}

interface Sample {
  readonly ms: number;
  readonly size: SizeClass;
}

/** Samples that stand for the counts of the others: as many as make a distribution known, spread evenly. */
function samplesOf(counts: Readonly<Record<string, number>>, own: ReadonlyMap<string, number> | undefined) {
  const others = Object.entries(counts)
    .map(([field, count]) => [field, count - (own?.get(field) ?? 0)] as const)
    .filter(([, count]) => count > 0);
  const total = others.reduce((sum, [, count]) => sum + count, 0);
  const ratio = Math.min(1, fewestSamples / total);
  const samples: Sample[] = [];
  let owed = 0;
  for (const [field, count] of others) {
    const [size = 0, bucket = 0] = field.split('/').map(Number);
    if (!(size === 0 || size === 1 || size === 2) || !Number.isFinite(bucket)) continue;
    for (owed += count * ratio; owed >= 1; owed -= 1) samples.push({ ms: growth ** (bucket - 0.5), size });
  }
  // Not in order of duration, which would look like a target that becomes slower.
  return samples
    .map((sample, index) => [(index * goldenRatio) % 1, sample] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, sample]) => sample);
}
