import type { Pass } from '../../health/closed-breaker.ts';
import type { TokenDemand } from '../../limits/no-limits.ts';
import type { RateLimit } from '../../limits/rate-limit.ts';
import type { AttemptOutcome, AttemptPlan, Wait } from '../../types/plugin.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import type { Usage } from '../../types/result/usage.ts';
import { forRequest } from '../../util/time/pulse.ts';
import type { RequestState } from '../request.ts';
import type { Held } from '../stations/reserve.ts';
import { noStations } from '../stations/stations.ts';
import type { Channel } from '../targets/target.ts';

/** Tickets of the breakers of a deployment and its endpoint. */
export interface BreakerTickets {
  readonly own: Pass;
  readonly shared: Pass;
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
  const { clock, stations } = request.env;
  const plan = stations === noStations ? undefined : stations.planOf(channel, request, now);
  const held = plan === undefined ? undefined : stations.reserve?.(plan);
  if (held !== undefined && 'retryAt' in held)
    return {
      until: now + held.retryAt - clock.date(),
      ready: request.pulse === undefined ? held.ready : undefined,
    };
  const { target, rates, vendorLimits } = channel;
  // Counting tokens takes time, so it only happens where it matters.
  const counted = rates.length > 0 || (vendorLimits.reported && vendorLimits.share(now) < 1);
  const tokens = counted ? (expected?.() ?? request.tokensAt(target, now)) : noTokens;
  return new ChannelReservation(request, channel, tokens, now, hedge, plan, held);
}

/** What plugins hold for an attempt. */
type PluginsHold = Exclude<Held, Wait> | undefined;

/** What one attempt holds of its channel's limits. */
export class ChannelReservation implements BreakerTickets {
  declare readonly channel: Channel;
  /** The attempt as plugins see it, if any plugin looks. */
  declare readonly plan: AttemptPlan | undefined;
  /** The attempt starts beside another one. */
  declare readonly hedge: boolean;
  // Taken here, so that only one of several concurrent requests becomes the probe.
  declare readonly own: Pass;
  declare readonly shared: Pass;
  declare private readonly request: RequestState;
  declare private readonly held: PluginsHold;
  declare private readonly stop: (() => void) | undefined;
  declare private readonly settles: readonly ReturnType<RateLimit['take']>[] | undefined;
  declare private isReleased: boolean;

  constructor(
    request: RequestState,
    channel: Channel,
    { input, output }: TokenDemand,
    now: number,
    hedge: boolean,
    plan: AttemptPlan | undefined,
    held: PluginsHold,
  ) {
    this.settles = undefined;
    this.isReleased = false;
    const { target, key, concurrency, rates, vendorLimits } = channel;
    this.channel = channel;
    this.plan = plan;
    this.hedge = hedge;
    this.request = request;
    this.held = held;
    this.stop = request.shadow ? stopOf(request) : undefined;
    for (const each of concurrency) each.take(this.stop);
    if (vendorLimits.reported) vendorLimits.use({ input, output }, now);
    if (rates.length > 0) this.settles = rates.map((rate) => rate.take(input + output, now));
    this.own = target.breaker.enter(now);
    this.shared = key.endpoint.breaker.enter(now);
  }

  /** Releases everything, once. `undefined`: the attempt did not start. */
  release(summary: AttemptSummary | undefined): void {
    if (this.isReleased) return;
    this.isReleased = true;
    const { target, key, concurrency } = this.channel;
    const { env } = this.request;
    target.breaker.leave(this.own);
    key.endpoint.breaker.leave(this.shared);
    for (const each of concurrency) each.release(this.stop);
    if (this.settles !== undefined) {
      const took = summary === undefined ? 0 : tokensOf(summary.usage);
      for (const settle of this.settles) settle(took, env.clock.now());
    }
    this.held?.settle(outcomeOf(summary));
    // A preemptible place counted as free all along.
    if (this.stop === undefined || this.own.probe || this.shared.probe) env.queue?.released();
  }
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
