import { type HealthNow, healthOf } from '../../health/cooldowns.ts';
import type { Health } from '../../types/options/strategy.ts';
import { toEpoch } from '../../util/time/clock.ts';
import type { RouterContext } from '../context.ts';
import type { Channel, Target } from './target.ts';

const healthy: HealthNow = { state: 'healthy', until: undefined };

/** The health of a channel, and when it may change. */
export function channelHealth({ target, key, holds }: Channel, now: number): HealthNow {
  const { endpoint } = key;
  // The common case first: this runs for every target with each request.
  if (
    !target.silence.suspected &&
    !target.breaker.tripped &&
    !endpoint.breaker.tripped &&
    // Unrolled, because it runs for each target with each request.
    target.holds.exhaustedUntil <= now &&
    target.holds.quarantinedUntil <= now &&
    holds.exhaustedUntil <= now &&
    holds.quarantinedUntil <= now &&
    key.holds.exhaustedUntil <= now &&
    key.holds.quarantinedUntil <= now &&
    endpoint.holds.exhaustedUntil <= now &&
    endpoint.holds.quarantinedUntil <= now
  )
    return healthy;
  const health = healthOf(
    [target.holds, holds, key.holds, endpoint.holds],
    [target.breaker, endpoint.breaker],
    now,
  );
  if (!target.silence.suspected || (health.state !== 'healthy' && health.state !== 'recovering'))
    return health;
  return { state: 'unresponsive', until: target.silence.until };
}

/** From best to worst. */
const order: readonly Health[] = [
  'healthy',
  'recovering',
  'unresponsive',
  'failing',
  'cooling-down',
  'misconfigured',
];

/** The health of a target: that of its best channel. */
export function targetHealth({ channels }: Target, now: number): HealthNow {
  const [only] = channels;
  if (only !== undefined && channels.length === 1) return channelHealth(only, now);
  let best: HealthNow | undefined;
  for (const channel of channels) {
    const health = channelHealth(channel, now);
    const better = best === undefined ? -1 : order.indexOf(health.state) - order.indexOf(best.state);
    if (better < 0 || (better === 0 && (health.until ?? 0) < (best?.until ?? 0))) best = health;
  }
  return best ?? healthy;
}

/** Emits events for channels whose health changed since the last event. Returns the health of the first one. */
export function emitHealthChange(
  { id, workload, channels }: Target,
  env: RouterContext,
  now = env.clock.now(),
): HealthNow | undefined {
  let first: HealthNow | undefined;
  for (const channel of channels) {
    const health = channelHealth(channel, now);
    first ??= health;
    const { state, until } = health;
    if (state === channel.lastReportedHealth) continue;
    const previous = channel.lastReportedHealth;
    channel.lastReportedHealth = state;
    env.events.emit({
      type: 'target-state',
      target: id,
      ...(channel.number === undefined ? {} : { key: channel.number }),
      ...(workload === 'chat' ? {} : { workload }),
      state,
      previous,
      retryAt: until === undefined ? undefined : toEpoch(until, env.clock),
    });
  }
  return first;
}

/** Whether a target is the common case: one key, no limits, and no failure so far. */
export function isUnconstrained({ channels, breaker }: Target): boolean {
  const [only] = channels;
  if (only === undefined || channels.length > 1) return false;
  const { declared, rates, vendorLimits, key } = only;
  if (declared.length > 0 || rates.length > 0 || vendorLimits.reported) return false;
  return !breaker.hasTripped && !key.endpoint.breaker.hasTripped;
}
