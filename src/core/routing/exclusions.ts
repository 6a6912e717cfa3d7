import type { SkippedTarget } from '../../types/result/decision.ts';
import { toEpoch } from '../../util/time/clock.ts';
import { breakersAdmit, limitedUntil } from '../admission/capacity.ts';
import { noOptions } from '../options/call-options.ts';
import type { RequestState } from '../request.ts';
import type { Excluded } from '../stations/exclude.ts';
import { noStations } from '../stations/stations.ts';
import type { Target } from '../targets/target.ts';
import { targetHealth } from '../targets/target-health.ts';
import { contextLengthOf } from './context-length.ts';
import { missingCapability } from './eligibility.ts';
import { type Exclude, lasting } from './exclude.ts';
import { moreExclusions } from './more/more-exclusions.ts';

const incapable: Exclude = ({ of }, request) => {
  if (of.deferred) {
    if (request.operation.streamed) return lasting({ reason: 'incapable', lacks: 'streams' });
    if (request.options.window === undefined) return lasting({ reason: 'excluded', detail: cannotWait });
  }
  const lacks = missingCapability(of, request, contextLengthOf(of, request.env));
  return lacks === undefined ? undefined : lasting({ reason: 'incapable', lacks });
};

const unhealthy: Exclude = ({ of, state, plain }, request, now) => {
  if (state === 'misconfigured' || state === 'cooling-down') return passing(state, of, request, now);
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
  const isPlain = pin === undefined && options === noOptions && request.env.stations === noStations;
  if (isPlain) return plain;
  const { before, after } = moreExclusions(request);
  return [...before, incapable, ...after, unhealthy];
}

const cannotWait = 'its answers may take hours, and the call sets no `window`';

const plain: readonly Exclude[] = [incapable, unhealthy];

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

function soonest({ channels }: Target, request: RequestState, now: number): number {
  const [only] = channels;
  if (only !== undefined && channels.length === 1) return limitedUntil(only, request, now);
  return Math.min(...channels.map((channel) => limitedUntil(channel, request, now)));
}
