import type { Pass } from '../../health/closed-breaker.ts';
import type { TokenDemand } from '../../limits/no-limits.ts';
import type { AttemptOutcome, AttemptPlan } from '../../types/plugin.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import type { Usage } from '../../types/result/usage.ts';
import { forRequest } from '../../util/time/pulse.ts';
import type { RequestState } from '../request.ts';
import { noStations } from '../stations/stations.ts';
import type { Channel } from '../targets/target.ts';

export interface BreakerTickets {
  readonly own: Pass;
  readonly shared: Pass;
}

/** What one attempt holds of its channel's limits. */
export interface ChannelReservation {
  readonly channel: Channel;
  /** The attempt as plugins see it, if any plugin looks. */
  readonly plan: AttemptPlan | undefined;
  /**
   * Breaker tickets of the deployment and the endpoint. Taken here so that only one of several concurrent
   * requests becomes the probe.
   */
  readonly passes: BreakerTickets;
  /** The attempt starts beside another one. */
  readonly hedge: boolean;
  /** Releases everything, once. `undefined`: the attempt did not start. */
  release(summary: AttemptSummary | undefined): void;
}

/** A plugin delays the attempt. */
export interface Refused {
  /** The monotonic time of the next try. */
  readonly until: number;
  /** Settles when to try, whatever `until` is. */
  readonly ready: Promise<unknown> | undefined;
}

const noTokens: TokenDemand = { input: 0, output: 0 };

/**
 * Station 7: reserves everything an attempt needs, or nothing. The channel's own limits have been checked in
 * the same turn; plugins may still refuse.
 *
 * @param expected tokens the attempt is expected to use. Default: estimated from the request
 * @param hedge whether it starts beside another attempt
 */
export function reserve(
  channel: Channel,
  request: RequestState,
  now: number,
  expected?: () => TokenDemand,
  hedge = false,
): ChannelReservation | Refused {
  const { env, shadow } = request;
  const { target, key, concurrency, rates, vendorLimits } = channel;
  const { clock, stations } = env;
  const plan = stations === noStations ? undefined : stations.planOf(channel, request, now);
  const held = plan === undefined ? undefined : stations.reserve?.(plan);
  if (held !== undefined && 'retryAt' in held)
    return {
      until: now + held.retryAt - clock.date(),
      ready: request.pulse === undefined ? held.ready : undefined,
    };
  const stop = shadow ? stopOf(request) : undefined;
  for (const each of concurrency) each.take(stop);
  // Counting tokens takes time, so it only happens where it matters.
  const counted = rates.length > 0 || (vendorLimits.reported && vendorLimits.share(now) < 1);
  const tokens = counted ? (expected?.() ?? request.tokensAt(target, now)) : noTokens;
  if (vendorLimits.reported) vendorLimits.use(tokens, now);
  const settles = rates.map((rate) => rate.take(tokens.input + tokens.output, now));
  const { breaker: own } = target;
  const { breaker: shared } = key.endpoint;
  const passes = { own: own.enter(now), shared: shared.enter(now) };
  let released = false;
  return {
    channel,
    plan,
    passes,
    hedge,
    release(summary) {
      if (released) return;
      released = true;
      own.leave(passes.own);
      shared.leave(passes.shared);
      for (const each of concurrency) each.release(stop);
      if (settles.length > 0) {
        const took = summary === undefined ? 0 : tokensOf(summary.usage);
        for (const settle of settles) settle(took, clock.now());
      }
      if (held !== undefined) held.settle(outcomeOf(summary));
      // A preemptible place counted as free all along.
      if (stop === undefined || passes.own.probe || passes.shared.probe) env.queue?.released();
    },
  };
}

function stopOf(request: RequestState): () => void {
  const stop = (): void => request.stop(new DOMException('preempted by another request', 'AbortError'));
  return forRequest(request.pulse, stop);
}

/** The total token count; `undefined` if unknown. An attempt without usage used none. */
function tokensOf(usage: Usage | undefined): number | undefined {
  if (usage === undefined) return 0;
  const { inputTokens, outputTokens = 0 } = usage;
  return inputTokens === undefined ? undefined : inputTokens + outputTokens;
}

function outcomeOf(summary: AttemptSummary | undefined): AttemptOutcome {
  if (summary === undefined) return { outcome: 'unsent', billed: 'no', usage: undefined, cost: undefined };
  const { outcome, billed, usage, cost } = summary;
  return { outcome, billed, usage, cost };
}
