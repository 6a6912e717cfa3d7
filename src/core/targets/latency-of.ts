import { fewestSamples } from '../../health/failure-detector.ts';
import type { Target } from './target.ts';

/** Durations in the percentile's own bucket do not count as above it. */
const justAbove = 1.04;

/** A percentile of a target's latencies; `undefined` without enough samples. */
export function latencyOf(
  { latencies }: Target,
  kind: 'stream' | 'chat',
  share: number,
  now: number,
): number | undefined {
  if (latencies[kind].weight(now) < fewestSamples) return undefined;
  const found = latencies[kind].quantile(share);
  return found === undefined ? undefined : found * justAbove;
}
