import type { VendorLimit } from '../types/options/limit.ts';
import type { RateLimit } from './rate-limit.ts';

/** Expected tokens of an attempt. */
export interface TokenDemand {
  readonly input: number;
  readonly output: number;
}

/**
 * Remaining vendor limits: the vendor's last report minus usage since. It is a forecast, used to pick a
 * target and a time; it never refuses a request, because only the vendor knows.
 */
export interface VendorLimits {
  note(limits: readonly VendorLimit[], now: number): void;
  /** Whether the vendor has ever reported a limit. */
  readonly reported: boolean;
  /** Records the start of an attempt of this many tokens. */
  use(tokens: TokenDemand, now: number): void;
  /**
   * When an attempt of this many tokens is expected to be admitted; monotonic milliseconds, at most `now` if
   * it is now.
   */
  freeAt(tokens: TokenDemand, now: number): number;
  /** Free ratio of the scarcest limit, 0 to 1. */
  share(now: number): number;
}

/**
 * Concurrency limit of a target, learned from its refusals: none until several refusals for too much traffic,
 * then 0.7 times the attempts in flight, plus one per round of successes (additive increase, multiplicative
 * decrease: Chiu, Jain, Computer Networks and ISDN Systems, 1989; the factor is CUBIC's, RFC 9438).
 */
export interface AdaptiveConcurrency {
  /** Maximum concurrent attempts; `Infinity` until the target has refused several. */
  readonly limit: number;
  /**
   * Records an attempt refused because of too much traffic.
   *
   * @param inFlight attempts in flight at the refusal, this one included
   * @param startedAt start of the refused attempt
   */
  refused(inFlight: number, startedAt: number, now: number): void;
  succeeded(inFlight: number): void;
}

// Limits of which nothing is known yet, or whose code is not loaded. `vendorLimits`, `adaptiveConcurrency` and `rateLimit` take their
// place.

export function unreportedLimits(): VendorLimits {
  const self = {
    reported: false,
    note() {
      self.reported = true;
    },
    use() {},
    freeAt: (_: TokenDemand, now: number) => now,
    share: () => 1,
  };
  return self;
}

export function unlimited(): AdaptiveConcurrency {
  return { limit: Number.POSITIVE_INFINITY, refused() {}, succeeded() {} };
}

/** Declared limits until they are in force: routers with any begin no request before that. `undefined` if neither is set. */
export function unlimitedRate(rpm: number | undefined, tpm: number | undefined): RateLimit | undefined {
  if (rpm === undefined && tpm === undefined) return undefined;
  return { rpm, tpm, isInForce: false, freeAt: (_, now) => now, take: () => () => {}, headroom: () => 1 };
}
