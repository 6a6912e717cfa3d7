import { fewestSamples } from '../../health/failure-detector.ts';
import type { Target } from '../targets/target.ts';

/** Milliseconds to the first token: while too little is known of a target, and the bounds when enough is. */
const unknownFirstToken = 30_000;
const someSamples = 10;
const uncertainFirstToken = 10_000;
const shortestFirstToken = 2_000;
const longestFirstToken = 60_000;
/** The same between two tokens; and where the target seems to have stopped. */
const unknownIdle = 20_000;
const shortestIdle = 5_000;
const longestIdle = 60_000;
const shortestStopped = 1_000;

/** What to wait for a first token where nobody says: long enough for the target's slowest, and no longer. */
export function firstTokenTimeout(target: Target, now: number): number {
  const { stream } = target.latencies;
  const known = stream.weight(now);
  const slowest = stream.quantile(0.99);
  if (known < someSamples || slowest === undefined) return unknownFirstToken;
  const [times, least] = known < fewestSamples ? [4, uncertainFirstToken] : [2, shortestFirstToken];
  return Math.min(longestFirstToken, Math.max(least, times * slowest));
}

/** The same between two tokens. */
export function idleTimeout({ stall }: Target, now: number): number {
  const longest = stall.gaps.weight(now) < fewestSamples ? undefined : stall.gaps.quantile(0.99);
  return longest === undefined ? unknownIdle : Math.min(longestIdle, Math.max(shortestIdle, 5 * longest));
}

/** The same where all of a target's streams have stopped at once. */
export function stoppedTimeout({ stall }: Target): number {
  return Math.max(shortestStopped, 3 * (stall.gaps.quantile(0.99) ?? 0));
}
