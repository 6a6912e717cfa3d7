import { decayingMean } from './decaying-mean.ts';

/** How often a target fails at one kind of request; decays with time. */
export interface FailureOdds {
  /** Whether there has been a conclusive outcome. */
  readonly known: boolean;
  add(failed: boolean, now: number): void;
  /** Odds that an attempt fails, 0 to 1; one in a hundred before the first outcome. */
  read(now: number): number;
}

/** Prior failure odds, weighted as this many attempts. */
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
