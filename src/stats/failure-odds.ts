import { decayingMean } from './decaying-mean.ts';

/** How often a target fails at one kind of request. It forgets with time. */
export interface FailureOdds {
  /** Whether there has been an outcome that says something. */
  readonly known: boolean;
  add(failed: boolean, now: number): void;
  /** Odds that an attempt fails, 0 to 1: what was seen, and one in a hundred until something was. */
  read(now: number): number;
}

/** What is assumed of a target that is not known, as so many attempts of it. */
const usualFailure = 0.01;
const priorWeight = 5;

export function failureOdds(): FailureOdds {
  const rate = decayingMean();
  const self = {
    known: false,
    add(failed: boolean, now: number) {
      self.known = true;
      rate.add(failed ? 1 : 0, now);
    },
    read(now: number) {
      const weight = rate.weight(now);
      return (weight * (rate.read(now) ?? 0) + priorWeight * usualFailure) / (weight + priorWeight);
    },
  };
  return self;
}
