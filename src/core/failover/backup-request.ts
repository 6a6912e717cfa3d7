import type { ChannelReservation } from '../attempt/reservation.ts';
import { reserve } from '../attempt/reservation.ts';
import type { RequestState } from '../request.ts';
import { expectedCost } from '../routing/estimates.ts';
import { latencyOf } from '../targets/latency-of.ts';
import type { Channel } from '../targets/target.ts';
import { channelHealth } from '../targets/target-health.ts';
import type { AttemptHistory } from './attempt-history.ts';
import { ChannelOption, type Eligible } from './channel-option.ts';
import { doubtful } from './next-target.ts';

/** Why a target gets a second attempt beside it, and after how many milliseconds. */
export interface BackupPlan {
  readonly after: number;
  readonly cause: Cause;
  /** A target on probation fails if another one answers first. */
  readonly probation: boolean;
}

/** Why another attempt starts: the running ones are in doubt, they show no sign of life, or one is merely slow. */
export type Cause = 'doubt' | 'silence' | 'slow';

/** Bounds of the delay before a target on probation gets a backup request; the delay is its usual latency. */
const unknownLatency = 1_000;
const shortestDoubt = 100;
const longestDoubt = 2_000;

/** The hedge policy, if the request may be sent twice. */
function hedgeOf({ mayBeSentTwice, hedge }: RequestState): RequestState['hedge'] {
  return mayBeSentTwice && hedge;
}

/** When an attempt gets a second one beside it; `undefined` for never. */
export function backupPlan(channel: Channel, request: RequestState): BackupPlan | undefined {
  const { env, operation } = request;
  if (channel.target.deferred) return undefined;
  const now = env.clock.now();
  const kind = operation.measuredAs ?? 'chat';
  const { state } = channelHealth(channel, now);
  if (doubtful.includes(state)) {
    const usual = latencyOf(channel.target, kind, 0.95, now) ?? unknownLatency;
    const after = Math.min(longestDoubt, Math.max(shortestDoubt, usual));
    // A suspicion is no proof; the target's first token, or the lack of one, decides.
    return { after, cause: 'doubt', probation: state !== 'unresponsive' };
  }
  const hedge = request.hedge === false ? false : hedgeOf(request);
  if (hedge === false) return undefined;
  const after =
    typeof hedge.delay === 'number'
      ? hedge.delay
      : latencyOf(channel.target, kind, Number(hedge.delay.slice(1)) / 100, now);
  return after === undefined ? undefined : { after, cause: 'slow', probation: false };
}

/**
 * Starts a second attempt beside those in flight: on a healthy target with a free slot, or on one that failed once, after its
 * delay; otherwise, if the attempts show no sign of life, on the same target. Returns `undefined` if there is none, or the
 * milliseconds until there may be one.
 */
export function backupAttempt(
  channels: readonly Channel[],
  cause: Cause,
  request: RequestState,
  history: AttemptHistory,
  eligible: Eligible,
): ChannelReservation | number | undefined {
  const { env, route } = request;
  const { maxAttempts, hedges } = route.policies;
  const now = env.clock.now();
  if (history.tries >= maxAttempts) return undefined;
  const targets = new Set([...history.busy.keys()].map(({ target }) => target));
  const free = channels
    .map((channel) => new ChannelOption(channel, request, history, eligible, now))
    .filter(
      (option) => option.isHealthy && option.hasCapacity && option.canFinish && !option.target.deferred,
    );
  const others = free.filter(({ target }) => !targets.has(target));
  const fresh = others.find(
    (option) => option.isFresh && (cause !== 'slow' || mayHedge(option.channel, request, history, now)),
  );
  if (cause === 'slow' && (fresh === undefined || !hedges.spend(now))) return undefined;
  const failed = others.filter(({ mayRetry }) => mayRetry);
  const due = failed.find(({ retryAt }) => retryAt <= now);
  const same = cause === 'silence' ? free.find(({ channel }) => history.mayDouble(channel)) : undefined;
  const next = fresh ?? due ?? (failed.length === 0 ? same : undefined);
  if (next === undefined)
    return failed.length === 0 ? undefined : Math.min(...failed.map(({ retryAt }) => retryAt - now));
  const reservation = reserve(next.channel, request, now, undefined, true);
  if ('until' in reservation) return undefined;
  history.count(next.channel);
  return reservation;
}

/** A hedge uses another endpoint and has its own cost limit. */
function mayHedge(
  { target, key }: Channel,
  request: RequestState,
  { busy }: AttemptHistory,
  now: number,
): boolean {
  for (const other of busy.keys()) if (other.key.endpoint === key.endpoint) return false;
  const hedge = hedgeOf(request);
  const limit = hedge === false ? undefined : hedge.maxCost;
  return limit === undefined || (expectedCost(target, request, now) ?? Number.POSITIVE_INFINITY) <= limit;
}
