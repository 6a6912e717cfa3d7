import { fewestSamples } from '../../../health/failure-detector.ts';
import type { Latencies } from '../../../stats/latency.ts';
import type { Clock } from '../../../types/clock.ts';
import type { Replica } from '../../../types/plugin.ts';
import { bucketOf, middleOf, samplesOf, slicedCounts } from './sliced-counts.ts';

/** Buckets grow by this factor, as those of a histogram do. */
const growth = 1.08;

/**
 * Latencies as counts by size and duration. A process merges those of others until it has enough itself: its own network and
 * load count more than what others measure.
 */
export function latencyReplica(name: string, latencies: Latencies, clock: Clock): Replica {
  let isAbsorbing = false;
  const counts = slicedCounts(name, {
    isLearning: () => latencies.weight(clock.now()) < fewestSamples,
    learn(others) {
      isAbsorbing = true;
      // Not in order of duration, which would look like a target that becomes slower.
      for (const field of samplesOf(others, fewestSamples)) {
        const [size = 0, bucket = 0] = field.split('/').map(Number);
        if ((size === 0 || size === 1 || size === 2) && Number.isFinite(bucket))
          latencies.add(middleOf(bucket, growth), clock.now(), size);
      }
      isAbsorbing = false;
    },
  });
  latencies.onSample = (ms, size) => {
    if (!isAbsorbing) counts.count(`${size}/${bucketOf(ms, growth)}`);
  };
  return counts;
}
