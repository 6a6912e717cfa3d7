import { fewestSamples } from '../../health/failure-detector.ts';
import type { Target } from '../targets/target.ts';

/** Timeout to the first token in milliseconds while a target is not measured, and its bounds afterward. */
const unknownFirstToken = 30_000;
const someSamples = 10;
const uncertainFirstToken = 10_000;
const shortestFirstToken = 2_000;
const longestFirstToken = 60_000;
/** Timeout between two tokens in milliseconds: unmeasured, bounds, and when the target seems stalled. */
const unknownIdle = 20_000;
const shortestIdle = 5_000;
const longestIdle = 60_000;
const shortestStopped = 1_000;

/** The default timeout to the first token, in milliseconds, adapted to the target's slowest answers. */
export function firstTokenTimeout(target: Target, now: number): number {
  const { stream } = target.latencies;
  const known = stream.weight(now);
  const slowest = stream.quantile(0.99);
  if (known < someSamples || slowest === undefined) return unknownFirstToken;
  const [times, least] = known < fewestSamples ? [4, uncertainFirstToken] : [2, shortestFirstToken];
  return Math.min(longestFirstToken, Math.max(least, times * slowest));
}

/** The default timeout between two tokens, in milliseconds. */
export function idleTimeout({ stall }: Target, now: number): number {
  const longest = stall.gaps.weight(now) < fewestSamples ? undefined : stall.gaps.quantile(0.99);
  return longest === undefined ? unknownIdle : Math.min(longestIdle, Math.max(shortestIdle, 5 * longest));
}

/** The timeout between two tokens when all of a target's streams stall at once, in milliseconds. */
export function stoppedTimeout({ stall }: Target): number {
  return Math.max(shortestStopped, 3 * (stall.gaps.quantile(0.99) ?? 0));
}
