import { fewestSamples } from '../../health/failure-detector.ts';
import type { SizeClass } from '../../stats/size-class.ts';
import type { LatencyReport } from '../../types/router.ts';
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

const kinds = ['stream', 'chat'] as const;
const prompts = ['small', 'medium', 'large'] as const;

/** Latency percentiles, by kind of request. */
export function latenciesOf({ latencies }: Target, now: number): readonly LatencyReport[] {
  return kinds.flatMap((kind) =>
    prompts.flatMap((prompt, index) => {
      const size = index as SizeClass;
      const samples = latencies[kind].samples(now, size);
      const latency = latencies[kind].expect(size, now);
      if (latency === undefined || samples < 0.01) return [];
      const { mean, p50, p90, p95, p99 } = latency;
      return [{ kind, prompt, samples, mean, p50, p90, p95, p99 }];
    }),
  );
}
