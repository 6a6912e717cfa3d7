/**
 * How many attempts a target bears at a time, learned from its refusals: no limit until several of them say that it has too
 * much, then seven tenths of what it had, and one more for each round of successes (additive increase, multiplicative decrease:
 * Chiu, Jain, Computer Networks and ISDN Systems, 1989; the factor is CUBIC's, RFC 9438).
 */
export interface AdaptiveConcurrency {
  /** Attempts that it bears at a time; `Infinity` while it has not refused several. */
  readonly limit: number;
  /**
   * It refused an attempt because of too much traffic.
   *
   * @param inFlight attempts under way then, this one included
   * @param startedAt when this one started
   */
  refused(inFlight: number, startedAt: number, now: number): void;
  succeeded(inFlight: number): void;
}

const decrease = 0.7;
/** A limit that has not been reached for so many rounds of successes is forgotten. */
const forgetAfter = 20;
/** A vendor refuses now and then for reasons that have nothing to do with us: fewer refusals than this, close together, are chance. */
const fewestRefusals = 3;
/** Milliseconds within which they have to come. */
const closeTogether = 10_000;

export function adaptiveConcurrency(): AdaptiveConcurrency {
  let successes = 0;
  let rounds = 0;
  /** Refusals that no limit has followed from yet. */
  let refusals = 0;
  let firstRefusalAt = 0;
  let decreasedAt = Number.NEGATIVE_INFINITY;

  const isChance = (now: number): boolean => {
    if (refusals === 0 || now - firstRefusalAt > closeTogether) {
      refusals = 0;
      firstRefusalAt = now;
    }
    refusals += 1;
    return refusals < fewestRefusals;
  };

  const self = {
    limit: Number.POSITIVE_INFINITY,
    refused(inFlight: number, startedAt: number, now: number) {
      // A target that refuses its only attempt does not do so because there are too many.
      if (inFlight < 2) return;
      // One decrease for all attempts that were under way together, as TCP has one for each window.
      if (startedAt <= decreasedAt) return;
      if (self.limit === Number.POSITIVE_INFINITY && isChance(now)) return;
      self.limit = Math.max(1, Math.floor(Math.min(self.limit, inFlight) * decrease));
      decreasedAt = now;
      refusals = 0;
      successes = 0;
      rounds = 0;
    },
    succeeded(inFlight: number) {
      if (self.limit === Number.POSITIVE_INFINITY) return;
      successes += 1;
      if (successes < self.limit) return;
      successes = 0;
      rounds += 1;
      // Nothing is learned about a limit that is not reached.
      if (inFlight >= self.limit / 2) self.limit += 1;
      if (rounds >= forgetAfter) self.limit = Number.POSITIVE_INFINITY;
    },
  };
  return self;
}
