import type { Channel, Copies, Limits, Target } from '../targets/target.ts';

/** Whether there is a place for one more attempt: those of copies are as good as free. */
export function hasCapacity(channel: Channel): boolean {
  const { places, copies, pressure } = channel;
  return places.taken - copies.size < pressure.limit && isWithinLimits(channel);
}

/** The same by the limits that the application has declared, whatever the target's refusals say. */
export function isWithinLimits({ target, key }: Channel): boolean {
  return isFree(target.limits) && isFree(key.limits);
}

function isFree(limits: Limits): boolean {
  return takenOf(limits) < limits.places.limit;
}

function takenOf({ places, copies }: Limits): number {
  return places.taken - copies.size;
}

/** A copy leaves as much to the requests. */
const leastSpare = 0.5;

/** Whether a copy may be sent now, with all that is under way counted. */
export function hasSpareCapacity({ target, key, places, pressure, headroom }: Channel, now: number): boolean {
  if (places.taken >= pressure.limit || headroom.share(now) < leastSpare) return false;
  return [target.limits, key.limits].every(
    ({ places: { taken, limit }, rate }) => taken < limit && (rate?.headroom(now) ?? 1) >= leastSpare,
  );
}

/** Ends copies, the youngest first, until a request that has taken its place has one. */
export function preempt({ target, key, places, copies, pressure }: Channel): void {
  endCopies(copies, () => places.taken > pressure.limit);
  const { limits: own } = target;
  const { limits: shared } = key;
  endCopies(own.copies, () => own.places.taken > own.places.limit);
  endCopies(shared.copies, () => shared.places.taken > shared.places.limit);
}

function endCopies(copies: Copies, tooMany: () => boolean): void {
  if (copies.size === 0) return;
  for (const copy of [...copies].reverse()) {
    if (!tooMany()) return;
    copy.stop();
  }
}

/** Free share of the scarcest of a target's limits, by the freest of its channels; 0 to 1. */
export function headroomOf({ channels }: Target, now: number): number {
  const [only] = channels;
  if (only !== undefined && channels.length === 1) return headroomOfChannel(only, now);
  return channels.reduce((most, channel) => Math.max(most, headroomOfChannel(channel, now)), 0);
}

function headroomOfChannel({ target, key, headroom }: Channel, now: number): number {
  return Math.min(
    headroom.share(now),
    headroomOfLimits(target.limits, now),
    headroomOfLimits(key.limits, now),
  );
}

function headroomOfLimits(limits: Limits, now: number): number {
  const { places, rate } = limits;
  const free =
    places.limit === Number.POSITIVE_INFINITY
      ? 1
      : Math.max(0, places.limit - takenOf(limits)) / places.limit;
  return rate === undefined ? free : Math.min(free, rate.headroom(now));
}

/** Whether nothing is known to limit what may be sent: as a rule. */
function isUnlimited({ target, key, headroom }: Channel, now: number): boolean {
  return target.limits.rate === undefined && key.limits.rate === undefined && headroom.share(now) === 1;
}

/** Whether a target is as most are: one key, no limits, and nothing has ever been wrong with it. */
export function isUnconstrained({ channels, limits, breaker }: Target): boolean {
  const [only] = channels;
  if (only === undefined || channels.length > 1) return false;
  const { key, headroom } = only;
  if (breaker.hasTripped || key.endpoint.breaker.hasTripped || headroom.told) return false;
  return isBoundless(limits) && isBoundless(key.limits);
}

function isBoundless({ places, rate }: Limits): boolean {
  return places.limit === Number.POSITIVE_INFINITY && rate === undefined;
}

/** When a channel's limits let an attempt of so many tokens in; monotonic milliseconds, not after `now` where they do. */
export function availableAt(channel: Channel, tokens: () => number, now: number): number {
  // Counting takes time: only where somebody wants to know.
  if (isUnlimited(channel, now)) return now;
  const { target, key, headroom } = channel;
  const { rate: own } = target.limits;
  const { rate: shared } = key.limits;
  const wanted = tokens();
  return Math.max(
    now,
    own?.freeAt(wanted, now) ?? now,
    shared?.freeAt(wanted, now) ?? now,
    headroom.freeAt(wanted, now),
  );
}
