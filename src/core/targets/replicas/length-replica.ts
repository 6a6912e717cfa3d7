import { fewestSamples } from '../../../health/failure-detector.ts';
import type { OutputLengths } from '../../../stats/output-lengths.ts';
import type { Clock } from '../../../types/clock.ts';
import type { Replica } from '../../../types/plugin.ts';
import { bucketOf, middleOf, samplesOf, slicedCounts } from './sliced-counts.ts';

const growth = 1.1;

/** Lengths of the answers on a route, as counts by target and length. */
export function lengthReplica(name: string, lengths: OutputLengths, clock: Clock): Replica {
  let isAbsorbing = false;
  const counts = slicedCounts(name, {
    isLearning: () => lengths.weight(clock.now()) < fewestSamples,
    learn(others) {
      isAbsorbing = true;
      for (const field of samplesOf(others, fewestSamples)) {
        const end = field.indexOf('/');
        const bucket = Number(field.slice(0, end));
        if (Number.isFinite(bucket)) lengths.add(field.slice(end + 1), middleOf(bucket, growth), clock.now());
      }
      isAbsorbing = false;
    },
  });
  lengths.onSample = (target, tokens) => {
    if (!isAbsorbing) counts.count(`${bucketOf(tokens, growth)}/${target}`);
  };
  return counts;
}
