/** How many requests and tokens a target may be sent in a minute, by its own declaration. */
export interface RateLimit {
  /** When an attempt of so many tokens may start; monotonic milliseconds, not after `now` where it may at once. */
  freeAt(tokens: number, now: number): number;
  /**
   * Books an attempt that starts. Returns what is to be called with the tokens that it took in fact; `undefined` where nobody
   * knows.
   */
  take(tokens: number, now: number): (actual: number | undefined, now: number) => void;
  /** Free share of the scarcer of the two, 0 to 1. */
  headroom(now: number): number;
}

const minute = 60_000;

/**
 * A bucket that fills evenly and holds what a minute gives (token bucket: Turner, "New directions in communications", IEEE
 * Communications Magazine, 1986).
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
      // What never fits goes when the bucket is full: the vendor knows better than we do whether it is too much.
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

/** `undefined` where there is no limit. */
export function rateLimit(rpm: number | undefined, tpm: number | undefined): RateLimit | undefined {
  if (rpm === undefined && tpm === undefined) return undefined;
  const requests = rpm === undefined ? undefined : bucket(rpm);
  const tokens = tpm === undefined ? undefined : bucket(tpm);
  return {
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
}
