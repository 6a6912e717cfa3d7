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
/** Milliseconds for which odds are kept without a new outcome: weights decay by 0.2% meanwhile. */
const keepFor = 200;

export function failureOdds(): FailureOdds {
  const rate = decayingMean();
  let kept = usualFailure;
  let keptAt = Number.NEGATIVE_INFINITY;
  const self = {
    known: false,
    add(failed: boolean, now: number) {
      self.known = true;
      rate.add(failed ? 1 : 0, now);
      keptAt = Number.NEGATIVE_INFINITY;
    },
    read(now: number) {
      if (!self.known || Math.abs(now - keptAt) < keepFor) return kept;
      keptAt = now;
      const weight = rate.weight(now);
      kept = (weight * (rate.read(now) ?? 0) + priorWeight * usualFailure) / (weight + priorWeight);
      return kept;
    },
  };
  return self;
}
