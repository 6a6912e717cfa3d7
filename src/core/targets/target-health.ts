import { type HealthNow, healthOf } from '../../health/cooldowns.ts';
import type { Health } from '../../types/options/strategy.ts';
import { toEpoch } from '../../util/time/clock.ts';
import type { RouterContext } from '../context.ts';
import type { Channel, Target } from './target.ts';

const well: HealthNow = { state: 'healthy', until: undefined };

/** How a channel is now, and until when. */
export function channelHealth({ target, key, holds }: Channel, now: number): HealthNow {
  const { endpoint } = key;
  // As good as always. It is asked of every target with each request.
  if (
    !target.silence.suspected &&
    !target.breaker.tripped &&
    !endpoint.breaker.tripped &&
    // Written out, since it is read for each target of each request.
    target.holds.exhaustedUntil <= now &&
    target.holds.quarantinedUntil <= now &&
    holds.exhaustedUntil <= now &&
    holds.quarantinedUntil <= now &&
    key.holds.exhaustedUntil <= now &&
    key.holds.quarantinedUntil <= now &&
    endpoint.holds.exhaustedUntil <= now &&
    endpoint.holds.quarantinedUntil <= now
  )
    return well;
  const health = healthOf(
    [target.holds, holds, key.holds, endpoint.holds],
    [target.breaker, endpoint.breaker],
    now,
  );
  if (!target.silence.suspected || (health.state !== 'healthy' && health.state !== 'recovering'))
    return health;
  return { state: 'unresponsive', until: target.silence.until };
}

/** From well to bad. */
const order: readonly Health[] = [
  'healthy',
  'recovering',
  'unresponsive',
  'failing',
  'cooling-down',
  'misconfigured',
];

/** How a target is now: as the best of its channels. */
export function targetHealth({ channels }: Target, now: number): HealthNow {
  const [only] = channels;
  if (only !== undefined && channels.length === 1) return channelHealth(only, now);
  let best: HealthNow | undefined;
  for (const channel of channels) {
    const health = channelHealth(channel, now);
    const better = best === undefined ? -1 : order.indexOf(health.state) - order.indexOf(best.state);
    if (better < 0 || (better === 0 && (health.until ?? 0) < (best?.until ?? 0))) best = health;
  }
  return best ?? well;
}

/** Whether the breakers of a channel let an attempt through now. */
export function breakersAdmit({ target, key }: Channel, now: number): boolean {
  const { breaker: own } = target;
  const { breaker: shared } = key.endpoint;
  return (!own.tripped || own.admits(now)) && (!shared.tripped || shared.admits(now));
}

/** Reports the channels of a target whose state has changed since it was last reported. Returns the state of the first one. */
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
