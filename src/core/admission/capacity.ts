import type { TokenDemand } from '../../limits/no-limits.ts';
import type { RequestState } from '../request.ts';
import type { Channel } from '../targets/target.ts';

/** Whether there is capacity for one more attempt. Preemptible attempts count as free. */
export function hasCapacity({ concurrency }: Channel): boolean {
  for (const { taken, preemptible, cap } of concurrency) if (taken - preemptible >= cap.limit) return false;
  return true;
}

/**
 * The monotonic time at which a channel's limits allow an attempt of this many tokens; at most `now` if they
 * allow it already.
 */
export function availableAt(channel: Channel, tokens: () => TokenDemand, now: number): number {
  const { rates, vendorLimits } = channel;
  // Counting tokens takes time, so it only happens when there is a limit.
  if (rates.length === 0 && vendorLimits.share(now) === 1) return now;
  const needed = tokens();
  return Math.max(
    declaredAt(channel, () => needed, now),
    vendorLimits.freeAt(needed, now),
  );
}

/**
 * The time at which the limits declared by the application, which always apply, allow an attempt. Limits
 * reported by a vendor are a forecast: they may delay or redirect a request but never reject it.
 */
export function declaredAt({ rates }: Channel, tokens: () => TokenDemand, now: number): number {
  if (rates.length === 0) return now;
  const { input, output } = tokens();
  return Math.max(now, ...rates.map((rate) => rate.freeAt(input + output, now)));
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

/** Whether the breakers of a channel permit an attempt now. */
export function breakersAdmit({ target, key }: Channel, now: number): boolean {
  const { breaker: own } = target;
  const { breaker: shared } = key.endpoint;
  return (!own.tripped || own.admits(now)) && (!shared.tripped || shared.admits(now));
}
