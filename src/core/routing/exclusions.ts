import { CostLimitError } from '../../errors.ts';
import type { SkippedTarget } from '../../types/result/decision.ts';
import { toEpoch } from '../../util/time/clock.ts';
import { availableAt, declaredAt } from '../admission/capacity.ts';
import type { RouterContext } from '../context.ts';
import type { RequestState } from '../request.ts';
import type { Excluded } from '../stations/exclude.ts';
import type { Channel, Target } from '../targets/target.ts';
import { breakersAdmit, targetHealth } from '../targets/target-health.ts';
import type { CandidateView } from './candidate-view.ts';
import { missingCapability } from './eligibility.ts';

/** One reason to exclude a target; `undefined` if it does not apply. Pure, because `explain()` runs it too. */
export type Exclude = (candidate: CandidateView, request: RequestState, now: number) => Excluded | undefined;

const pinnedElsewhere: Exclude = ({ of }, { pin }) =>
  pin === undefined || of.channels.some(pin) ? undefined : lasting({ reason: 'pinned' });

const notAllowed: Exclude = ({ of }, { options: { only } }) =>
  only === undefined || only.includes(of.id) ? undefined : lasting({ reason: 'excluded' });

const incapable: Exclude = ({ of }, request) => {
  if (of.deferred) {
    if (request.operation.streamed) return lasting({ reason: 'incapable', lacks: 'streams' });
    if (request.options.window === undefined) return lasting({ reason: 'excluded', detail: cannotWait });
  }
  const lacks = missingCapability(of, request, contextLengthOf(of, request.env));
  return lacks === undefined ? undefined : lasting({ reason: 'incapable', lacks });
};

const takesNoAuth: Exclude = ({ of: { provider } }, { options: { auth } }) =>
  auth?.[provider.name] === undefined || provider.takesAuth === true
    ? undefined
    : lasting({ reason: 'incapable', lacks: 'a key per call' });

const cannotWait = 'its answers may take hours, and the call sets no `window`';

const overCost: Exclude = (candidate, { options: { maxCost } }) => {
  if (maxCost === undefined) return undefined;
  const { estimatedCost } = candidate;
  // An unknown price cannot satisfy a limit.
  if ((estimatedCost ?? Number.POSITIVE_INFINITY) <= maxCost) return undefined;
  return {
    trace: { reason: 'over-cost', ...(estimatedCost === undefined ? {} : { estimatedCost }) },
    passes: false,
    error: (decision) => new CostLimitError(maxCost, decision),
  };
};

const unhealthy: Exclude = ({ of, health, plain }, request, now) => {
  if (health === 'misconfigured' || health === 'cooling-down') return passing(health, of, request, now);
  if (!plain) {
    const free = soonest(of, request, now);
    if (free > now) return overLimit(free, request);
  }
  const { silence, channels } = of;
  if (silence.suspected && !silence.admits(now)) return passing('unresponsive', of, request, now);
  if (plain || request.route.policies.breaker === false) return undefined;
  if (channels.some((channel) => breakersAdmit(channel, now))) return undefined;
  return passing('failing', of, request, now);
};

/**
 * Station 5: the reasons to exclude a target, in order. Permanent ones come first, plugins' included, because a target is worth
 * waiting for only if none of them applies.
 */
export function exclusionsFor(request: RequestState): readonly Exclude[] {
  const { pin, options } = request;
  const { exclude } = request.env.stations;
  const reasons: Exclude[] = [];
  if (pin !== undefined) reasons.push(pinnedElsewhere);
  if (options.only !== undefined) reasons.push(notAllowed);
  reasons.push(incapable);
  if (options.auth !== undefined) reasons.push(takesNoAuth);
  for (const ofPlugin of exclude ?? none) reasons.push((candidate) => ofPlugin(candidate, request.context));
  if (options.maxCost !== undefined) reasons.push(overCost);
  reasons.push(unhealthy);
  return reasons;
}

const none: readonly never[] = [];

function passing(
  reason: SkippedTarget['reason'],
  target: Target,
  { env }: RequestState,
  now: number,
): Excluded {
  const { until } = targetHealth(target, now);
  const retryAt = until === undefined ? undefined : toEpoch(until, env.clock);
  return { trace: { reason, ...(retryAt === undefined ? {} : { retryAt }) }, passes: true };
}

function overLimit(free: number, { env }: RequestState): Excluded {
  return { trace: { reason: 'over-limit', retryAt: toEpoch(free, env.clock) }, passes: true };
}

function lasting(trace: Excluded['trace']): Excluded {
  return { trace, passes: false };
}

/** Maximum tokens of input and output together, if known. */
export function contextLengthOf(target: Target, env: RouterContext): number | undefined {
  return target.capabilities.contextLength ?? env.prices.contextLengthOf(target);
}

/** When a channel's limits permit a request; monotonic milliseconds. */
export function limitedUntil(channel: Channel, request: RequestState, now: number): number {
  if (channel.rates.length === 0 && !channel.vendorLimits.reported) return now;
  return availableAt(channel, () => request.tokensAt(channel.target, now), now);
}

/** The same, for the application's declared limits. */
export function declaredUntil(channel: Channel, request: RequestState, now: number): number {
  return declaredAt(channel, () => request.tokensAt(channel.target, now), now);
}

function soonest({ channels }: Target, request: RequestState, now: number): number {
  const [only] = channels;
  if (only !== undefined && channels.length === 1) return limitedUntil(only, request, now);
  return Math.min(...channels.map((channel) => limitedUntil(channel, request, now)));
}
