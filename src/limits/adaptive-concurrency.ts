/**
 * How many attempts a target bears at a time, learnt from its refusals: no limit until it says that it has too much, then
 * seven tenths of what it had, and one more for each round of successes (additive increase, multiplicative decrease: Chiu,
 * Jain, Computer Networks and ISDN Systems, 1989; the factor is CUBIC's, RFC 9438).
 */
export interface AdaptiveConcurrency {
  /** Attempts that it bears at a time; `Infinity` while it has not complained. */
  readonly limit: number;
  /** It refused because of too much traffic, with so many attempts under way. */
  refused(inFlight: number): void;
  succeeded(inFlight: number): void;
}

const decrease = 0.7;
/** A limit that has not been felt for so many rounds of successes is forgotten. */
const forgetAfter = 20;

export function adaptiveConcurrency(): AdaptiveConcurrency {
  let successes = 0;
  let rounds = 0;
  const self = {
    limit: Number.POSITIVE_INFINITY,
    refused(inFlight: number) {
      self.limit = Math.max(1, Math.floor(Math.min(self.limit, inFlight) * decrease));
      successes = 0;
      rounds = 0;
    },
    succeeded(inFlight: number) {
      if (self.limit === Number.POSITIVE_INFINITY) return;
      successes += 1;
      if (successes < self.limit) return;
      successes = 0;
      rounds += 1;
      // Nothing is learnt about a limit that is not reached.
      if (inFlight >= self.limit / 2) self.limit += 1;
      if (rounds >= forgetAfter) self.limit = Number.POSITIVE_INFINITY;
    },
  };
  return self;
}
