import { breakersAdmit, hasCapacity, limitedUntil } from '../admission/capacity.ts';
import type { RequestState } from '../request.ts';
import type { Channel } from '../targets/target.ts';
import { channelHealth } from '../targets/target-health.ts';

/**
 * Whether an unsent request goes to this channel, provided that none before it qualifies. Usually the first one does. It is a
 * shortcut: `nextTarget`, which considers all options, gives the same result.
 */
export function isReady(channel: Channel, request: RequestState, now: number): boolean {
  const { state } = channelHealth(channel, now);
  if (state === 'cooling-down' || state === 'misconfigured') return false;
  const { silence, isRemoved } = channel.target;
  if (isRemoved) return false;
  if (silence.suspected && !silence.admits(now)) return false;
  if (limitedUntil(channel, request, now) > now) return false;
  if (request.route.policies.breaker !== false && !breakersAdmit(channel, now)) return false;
  return hasCapacity(channel);
}
