import type { VendorLimit } from '../types/options/limit.ts';

/** What a vendor has said is left of its limits, and what has been used of it since. */
export interface VendorLimits {
  note(limits: readonly VendorLimit[], now: number): void;
  /** Whether a vendor has ever said anything. */
  readonly told: boolean;
  /** An attempt of so many tokens starts. */
  use(tokens: number, now: number): void;
  /** When an attempt of so many tokens is expected to be let in; monotonic milliseconds, not after `now` where it is. */
  freeAt(tokens: number, now: number): number;
  /** Free share of the scarcest limit, 0 to 1. */
  share(now: number): number;
}

/** A vendor's word is believed for so long: its windows are a minute, and a day's is not worth waiting for. */
const longestWait = 60_000;
/** Where it does not say when a limit is full again: most have windows of a minute. */
const usualWindow = 60_000;

interface Known {
  left: number;
  readonly limit: number | undefined;
  readonly fullAt: number;
}

const none: readonly never[] = [];

export function vendorLimits(): VendorLimits {
  const known = new Map<VendorLimit['of'], Known>();
  const live = (now: number): readonly [VendorLimit['of'], Known][] =>
    known.size === 0 ? none : [...known].filter(([, { fullAt }]) => fullAt > now);

  const self: { -readonly [Field in keyof VendorLimits]: VendorLimits[Field] } = {
    told: false,
    note(limits, now) {
      self.told = true;
      const seen = new Set<VendorLimit['of']>();
      for (const { of, remaining, limit, resetAfter = usualWindow } of limits) {
        // Of several limits of one kind the scarcest counts.
        const before = seen.has(of) ? known.get(of) : undefined;
        if (before !== undefined && before.left <= remaining) continue;
        known.set(of, { left: remaining, limit, fullAt: now + resetAfter });
        seen.add(of);
      }
    },
    use(tokens, now) {
      for (const [of, entry] of live(now)) entry.left -= of === 'requests' ? 1 : tokens;
    },
    freeAt(tokens, now) {
      let free = now;
      for (const [of, { left, limit, fullAt }] of live(now)) {
        const wanted = of === 'requests' ? 1 : Math.min(tokens, limit ?? tokens);
        if (left < wanted) free = Math.max(free, Math.min(fullAt, now + longestWait));
      }
      return free;
    },
    share(now) {
      if (known.size === 0) return 1; // as a rule
      let least = 1;
      for (const [, { left, limit }] of live(now)) {
        if (limit !== undefined && limit > 0) least = Math.min(least, Math.max(0, left / limit));
      }
      return least;
    },
  };
  return self;
}
