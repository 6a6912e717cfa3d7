import type { Candidate, RankContext } from '../../types/options/strategy.ts';

/** A candidate and its score: lower is better. */
export interface Scored<Own = Candidate> {
  readonly candidate: Own;
  readonly score: number;
}

/** The lowest of some figures, `Infinity` without any. */
export function lowest(figures: readonly (number | undefined)[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const each of figures) least = Math.min(least, each ?? least);
  return least;
}

/** The candidates in the order of their scores, behind one that was chosen. Their scores are noted. */
export function ranked(
  scored: readonly Scored[],
  first: Scored | undefined,
  { note }: RankContext,
): readonly Candidate[] {
  for (const { candidate, score } of scored) if (score < Number.POSITIVE_INFINITY) note(candidate, { score });
  // Infinite scores have no difference.
  return scored
    .toSorted((a, b) => (a === first ? -1 : b === first ? 1 : a.score - b.score || 0))
    .map(({ candidate }) => candidate);
}

/**
 * The less busy of two drawn at random from equals, so that processes with the same knowledge do not all choose the same target.
 * (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE TPDS 12, 2001.)
 */
export function drawn<Of extends Scored>(equals: readonly Of[], { random }: RankContext): Of | undefined {
  if (equals.length < 2) return equals[0];
  const first = Math.floor(random() * equals.length);
  const second = (first + 1 + Math.floor(random() * (equals.length - 1))) % equals.length;
  const [one, other] = [equals[first], equals[second]];
  return one && other && lessBusy(one, other);
}

export function lessBusy<Of extends Scored>(one: Of, other: Of): Of {
  // Both may be free, or of unknown price.
  const ratio = other.score / one.score || 1;
  return (other.candidate.stats.inFlight + 1) * ratio < one.candidate.stats.inFlight + 1 ? other : one;
}
