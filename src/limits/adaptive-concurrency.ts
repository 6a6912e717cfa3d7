import { type AdaptiveConcurrency, unlimited } from './no-limits.ts';

const decrease = 0.7;
/** A limit that is not reached for this many rounds of successes is dropped. */
const forgetAfter = 20;
/** Minimum number of refusals close together; fewer are chance. */
const fewestRefusals = 3;
/** Window of refusals close together, in milliseconds. */
const closeTogether = 10_000;

type Mutable = { -readonly [Field in keyof AdaptiveConcurrency]: AdaptiveConcurrency[Field] };

/** @param self takes its place; everything that has it keeps it */
export function adaptiveConcurrency(self: Mutable = unlimited()): AdaptiveConcurrency {
  let successes = 0;
  let rounds = 0;
  /** Refusals since the last decrease. */
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

  return Object.assign(self, {
    refused(inFlight: number, startedAt: number, now: number) {
      // With one attempt in flight, concurrency is not the cause.
      if (inFlight < 2) return;
      // One decrease for all attempts that were in flight together, like TCP's one decrease per window.
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
      // Successes below the limit are no evidence that it can rise.
      if (inFlight >= self.limit / 2) self.limit += 1;
      if (rounds >= forgetAfter) self.limit = Number.POSITIVE_INFINITY;
    },
  } satisfies Partial<AdaptiveConcurrency>);
}
