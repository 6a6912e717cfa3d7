/** Declared limits of a target: requests and tokens per minute. */
export interface RateLimit {
  readonly rpm: number | undefined;
  readonly tpm: number | undefined;
  /** Whether it limits yet. */
  readonly isInForce: boolean;
  /**
   * When an attempt of this many tokens may start; monotonic milliseconds, at most `now` if it may start
   * immediately.
   */
  freeAt(tokens: number, now: number): number;
  /**
   * Reserves capacity for an attempt. Returns a function that settles the reservation with the actual tokens,
   * `undefined` if unknown.
   */
  take(tokens: number, now: number): (actual: number | undefined, now: number) => void;
  /** Free ratio of the scarcer limit, 0 to 1. */
  headroom(now: number): number;
}

const minute = 60_000;

/**
 * A bucket that refills evenly and holds one minute's worth (token bucket: Turner, "New directions in
 * communications", IEEE Communications Magazine, 1986).
 */
interface Bucket {
  freeAt(amount: number, now: number): number;
  add(amount: number, now: number): void;
  headroom(now: number): number;
}

function bucket(perMinute: number): Bucket {
  let level = perMinute;
  let at = 0;
  const levelAt = (now: number): number =>
    Math.min(perMinute, level + (Math.max(0, now - at) * perMinute) / minute);
  return {
    freeAt(amount, now) {
      // A request larger than the bucket is sent when the bucket is full: only the vendor knows whether it is
      // too large.
      const missing = Math.min(amount, perMinute) - levelAt(now);
      return missing <= 0 ? now : now + (missing * minute) / perMinute;
    },
    add(amount, now) {
      level = Math.min(perMinute, levelAt(now) + amount);
      at = Math.max(at, now);
    },
    headroom: (now) => Math.max(0, levelAt(now) / perMinute),
  };
}

/** Puts a declared limit in force, if it is not yet. */
export function rateLimit(declared: RateLimit): RateLimit {
  const { rpm, tpm, isInForce } = declared;
  if (isInForce) return declared;
  const requests = rpm === undefined ? undefined : bucket(rpm);
  const tokens = tpm === undefined ? undefined : bucket(tpm);
  const limit: Omit<RateLimit, 'rpm' | 'tpm'> = {
    isInForce: true,
    freeAt: (amount, now) => Math.max(requests?.freeAt(1, now) ?? now, tokens?.freeAt(amount, now) ?? now),
    take(amount, now) {
      requests?.add(-1, now);
      tokens?.add(-amount, now);
      return (actual, then) => {
        if (actual !== undefined) tokens?.add(amount - actual, then);
      };
    },
    headroom: (now) => Math.min(requests?.headroom(now) ?? 1, tokens?.headroom(now) ?? 1),
  };
  return Object.assign(declared, limit);
}
