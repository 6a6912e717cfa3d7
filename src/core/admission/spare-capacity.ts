import type { InFlight } from '../../limits/in-flight.ts';
import type { Channel, Target } from '../targets/target.ts';

/** Whether the limits declared by the application allow one more attempt, ignoring learned limits. */
export function isWithinLimits({ declared }: Channel): boolean {
  return declared.every(({ taken, preemptible, cap }) => taken - preemptible < cap.limit);
}

/** The share of the limits that preemptible attempts leave to requests, 0 to 1. */
const leastSpare = 0.5;

/** Whether a preemptible attempt may start now, counting all attempts in flight. */
export function hasSpareCapacity({ concurrency, rates, vendorLimits }: Channel, now: number): boolean {
  return (
    concurrency.every(({ taken, cap }) => taken < cap.limit) &&
    vendorLimits.share(now) >= leastSpare &&
    rates.every((rate) => rate.headroom(now) >= leastSpare)
  );
}

/** The free share of a target's scarcest limit on its freest channel, 0 to 1. */
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
