import type { Pass } from '../../health/breaker.ts';
import type { TokenDemand } from '../../limits/vendor-limits.ts';
import type { Usage } from '../../types/result/usage.ts';
import { forRequest } from '../../util/pulse.ts';
import { preempt } from '../admission/capacity.ts';
import type { RequestState } from '../request.ts';
import { expectedTokens } from '../routing/estimates.ts';
import type { Channel } from '../targets/target.ts';

export interface BreakerTickets {
  readonly own: Pass;
  readonly shared: Pass;
}

/** A place at a channel, taken for one attempt, with its share of the limits. */
export interface Reservation {
  readonly channel: Channel;
  /**
   * What the attempt holds of the breakers of its deployment and of its endpoint: from here on, so that of requests that come
   * at the same moment only one is the probe.
   */
  readonly passes: BreakerTickets;
  /** Gives the place back. `usage` says what the attempt took in fact; `undefined`: nothing. */
  release(usage: Usage | undefined): void;
}

const noTokens: TokenDemand = { input: 0, output: 0 };

/**
 * Takes a place. Whether there is one has been asked before.
 *
 * @param expected tokens that it is expected to take. Default: by the request
 */
export function reserve(channel: Channel, run: RequestState, expected?: () => TokenDemand): Reservation {
  const { target, key, places, headroom } = channel;
  const { clock, queue } = run.env;
  const now = clock.now();
  const taken = [places, target.limits.places, key.limits.places];
  for (const each of taken) each.take();
  const leaveCopies = run.mirror ? joinCopies(channel, run) : undefined;
  if (!run.mirror) preempt(channel);
  const rates = [target.limits.rate, key.limits.rate].filter((rate) => rate !== undefined);
  // Counting tokens takes time: only where somebody wants to know.
  const counted = rates.length > 0 || headroom.share(now) < 1;
  const tokens = counted ? (expected ?? (() => expectedTokens(target, run, now)))() : noTokens;
  headroom.use(tokens, now);
  const settles = rates.map((rate) => rate.take(tokens.input + tokens.output, now));
  const { breaker: own } = target;
  const { breaker: shared } = key.endpoint;
  const passes = { own: own.enter(now), shared: shared.enter(now) };
  let released = false;
  return {
    channel,
    passes,
    release(usage) {
      if (released) return;
      released = true;
      own.leave(passes.own);
      shared.leave(passes.shared);
      for (const each of taken) each.release();
      leaveCopies?.();
      if (settles.length > 0) {
        const { inputTokens, outputTokens = 0 } = usage ?? {};
        const took =
          usage === undefined ? 0 : inputTokens === undefined ? undefined : inputTokens + outputTokens;
        for (const settle of settles) settle(took, clock.now());
      }
      queue.released();
    },
  };
}

/** Makes a copy known where its places are, so that a request that needs one can end it. Returns what ends that. */
function joinCopies({ target, key, copies }: Channel, run: RequestState): () => void {
  const stop = (): void => run.stop(new DOMException('a request needed its place', 'AbortError'));
  const copy = { stop: forRequest(run.pulse, stop) };
  const all = [copies, target.limits.copies, key.limits.copies];
  for (const each of all) each.add(copy);
  return () => {
    for (const each of all) each.delete(copy);
  };
}
