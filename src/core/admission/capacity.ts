import type { InFlight } from '../../limits/in-flight.ts';
import type { TokenDemand } from '../../limits/vendor-limits.ts';
import type { Channel, Target } from '../targets/target.ts';

/** Whether there is a place for one more attempt. Those that give theirs up count as free. */
export function hasCapacity({ concurrency }: Channel): boolean {
  for (const { taken, preemptible, cap } of concurrency) if (taken - preemptible >= cap.limit) return false;
  return true;
}

/** The same by the limits that the application has declared, whatever the target's refusals say. */
export function isWithinLimits({ declared }: Channel): boolean {
  return declared.every(({ taken, preemptible, cap }) => taken - preemptible < cap.limit);
}

/** What gives its place up leaves as much to the requests. */
const leastSpare = 0.5;

/** Whether an attempt that gives its place up may start now, with all that is under way counted. */
export function hasSpareCapacity({ concurrency, rates, vendorLimits }: Channel, now: number): boolean {
  return (
    concurrency.every(({ taken, cap }) => taken < cap.limit) &&
    vendorLimits.share(now) >= leastSpare &&
    rates.every((rate) => rate.headroom(now) >= leastSpare)
  );
}

/** Free share of the scarcest of a target's limits, by the freest of its channels; 0 to 1. */
export function headroomOf({ channels }: Target, now: number): number {
  return channels.reduce((most, channel) => Math.max(most, headroomOfChannel(channel, now)), 0);
}

function headroomOfChannel({ declared, rates, vendorLimits }: Channel, now: number): number {
  return Math.min(
    vendorLimits.share(now),
    ...declared.map(freeShare),
    ...rates.map((rate) => rate.headroom(now)),
  );
}

function freeShare({ taken, preemptible, cap }: InFlight): number {
  return Math.max(0, cap.limit - taken + preemptible) / cap.limit;
}

/** Whether a target is as most are: one key, no limits, and nothing has ever been wrong with it. */
export function isUnconstrained({ channels, breaker }: Target): boolean {
  const [only] = channels;
  if (only === undefined || channels.length > 1) return false;
  const { declared, rates, vendorLimits, key } = only;
  if (declared.length > 0 || rates.length > 0 || vendorLimits.reported) return false;
  return !breaker.hasTripped && !key.endpoint.breaker.hasTripped;
}

/** When a channel's limits let an attempt of so many tokens in; monotonic milliseconds, not after `now` where they do. */
export function availableAt(channel: Channel, tokens: () => TokenDemand, now: number): number {
  const { rates, vendorLimits } = channel;
  // Counting takes time: only where there is a limit.
  if (rates.length === 0 && vendorLimits.share(now) === 1) return now;
  const demand = tokens();
  return Math.max(
    declaredAt(channel, () => demand, now),
    vendorLimits.freeAt(demand, now),
  );
}

/**
 * The same by the limits that the application has declared, which always hold. What a vendor says is left of its limits is a
 * forecast: it may delay a request or send it elsewhere, but refuses none.
 */
export function declaredAt({ rates }: Channel, tokens: () => TokenDemand, now: number): number {
  if (rates.length === 0) return now;
  const { input, output } = tokens();
  return Math.max(now, ...rates.map((rate) => rate.freeAt(input + output, now)));
}
