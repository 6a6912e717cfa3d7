import type { Clock } from '../types/clock.ts';
import type { Provider } from '../types/provider.ts';
import type { Part } from '../util/lazy.ts';
import { orAbort, realAbort, type Signal } from '../util/time/abort.ts';
import type { Target } from './targets/target.ts';

/** In milliseconds. */
const longestWarmup = 10_000;

/**
 * Warms up each provider once, even if targets share it, and loads the code for streams. A failure here does not count against
 * a target.
 */
export async function warmUp(
  targets: readonly Target[],
  stream: Part<unknown>,
  clock: Clock,
  closed: Signal,
): Promise<void> {
  const providers = targets.flatMap(({ channels }) => channels.map(({ provider }) => provider));
  const ending = realAbort(closed);
  const stop = clock.after(longestWarmup, () => ending.abort(undefined));
  const prepare = async (provider: Provider): Promise<void> => provider.warmup?.(ending.signal);
  const all = [...new Set(providers)].map((provider) => orAbort(prepare(provider), ending.signal));
  await Promise.allSettled([...all, stream.load(clock, ending.signal)]);
  stop();
  ending.unlink();
}
