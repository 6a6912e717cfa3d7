import { CostLimitError } from '../../errors.ts';
import type { SkippedTarget } from '../../types/result/decision.ts';
import { toEpoch } from '../../util/clock.ts';
import { availableAt, declaredAt } from '../admission/capacity.ts';
import type { RouterContext } from '../context.ts';
import type { RequestState } from '../request.ts';
import type { Excluded } from '../stations/exclude.ts';
import type { Channel, Target } from '../targets/target.ts';
import { breakersAdmit, targetHealth } from '../targets/target-health.ts';
import type { CandidateView } from './candidate-view.ts';
import { missingCapability } from './eligibility.ts';
import { expectedTokens } from './estimates.ts';

/** One reason to leave a target out; `undefined` where it does not apply. Pure, since `explain()` asks it as well. */
export type Exclude = (candidate: CandidateView, request: RequestState, now: number) => Excluded | undefined;

const pinnedElsewhere: Exclude = ({ of }, { pin }) =>
  pin === undefined || of.channels.some(pin) ? undefined : lasting({ reason: 'pinned' });

const notAllowed: Exclude = ({ of }, { options: { only } }) =>
  only === undefined || only.includes(of.id) ? undefined : lasting({ reason: 'excluded' });

const incapable: Exclude = ({ of }, request) => {
  const lacks = missingCapability(of, request, contextLengthOf(of, request.env));
  return lacks === undefined ? undefined : lasting({ reason: 'incapable', lacks });
};

const overCost: Exclude = (candidate, { options: { maxCost } }) => {
  if (maxCost === undefined) return undefined;
  const { estimatedCost } = candidate;
  // A price that is not known cannot be promised to be low enough.
  if ((estimatedCost ?? Number.POSITIVE_INFINITY) <= maxCost) return undefined;
  return {
    trace: { reason: 'over-cost', ...(estimatedCost === undefined ? {} : { estimatedCost }) },
    passes: false,
    error: (decision) => new CostLimitError(maxCost, decision),
  };
};

const unhealthy: Exclude = ({ of, health, plain }, request, now) => {
  const { clock } = request.env;
  const at = (moment: number | undefined): { readonly retryAt?: number } =>
    moment === undefined ? {} : { retryAt: toEpoch(moment, clock) };
  const passing = (reason: SkippedTarget['reason']): Excluded => ({
    trace: { reason, ...at(targetHealth(of, now).until) },
    passes: true,
  });
  if (health === 'misconfigured' || health === 'cooling-down') return passing(health);
  if (!plain) {
    const free = soonest(of, request, now);
    if (free > now) return { trace: { reason: 'over-limit', ...at(free) }, passes: true };
  }
  if (!of.silence.admits(now)) return passing('unresponsive');
  if (plain || request.route.policies.breaker === false) return undefined;
  return of.channels.some((channel) => breakersAdmit(channel, now)) ? undefined : passing('failing');
};

/** Those that last come first: only where none applies is a target worth waiting for. */
const beforePlugins: readonly Exclude[] = [pinnedElsewhere, notAllowed, incapable];
const afterPlugins: readonly Exclude[] = [overCost, unhealthy];

/** Station 5: the first reason to leave a target out. Plugins' are reasons that last. */
export const exclusionOf: Exclude = (candidate, request, now) => {
  for (const exclude of beforePlugins) {
    const excluded = exclude(candidate, request, now);
    if (excluded !== undefined) return excluded;
  }
  for (const exclude of request.env.stations.exclude ?? none) {
    const excluded = exclude(candidate, request.context);
    if (excluded !== undefined) return excluded;
  }
  for (const exclude of afterPlugins) {
    const excluded = exclude(candidate, request, now);
    if (excluded !== undefined) return excluded;
  }
  return undefined;
};

const none: readonly never[] = [];

function lasting(trace: Excluded['trace']): Excluded {
  return { trace, passes: false };
}

/** Most tokens that a target takes and gives together, where that is known. */
export function contextLengthOf(target: Target, env: RouterContext): number | undefined {
  return target.capabilities.contextLength ?? env.prices.contextLengthOf(target);
}

/** When a channel's limits let a request in; monotonic milliseconds. */
export function limitedUntil(channel: Channel, request: RequestState, now: number): number {
  return availableAt(channel, () => expectedTokens(channel.target, request, now), now);
}

/** The same by the limits that the application has declared. */
export function declaredUntil(channel: Channel, request: RequestState, now: number): number {
  return declaredAt(channel, () => expectedTokens(channel.target, request, now), now);
}

function soonest({ channels }: Target, request: RequestState, now: number): number {
  const [only] = channels;
  if (only !== undefined && channels.length === 1) return limitedUntil(only, request, now);
  return Math.min(...channels.map((channel) => limitedUntil(channel, request, now)));
}
