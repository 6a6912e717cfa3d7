import type { Candidate, RankContext } from '../../types/options/strategy.ts';

/** How good a candidate is for a request: lower is better, 0 is best. `undefined`: not known. */
export type Score = (candidate: Candidate) => number | undefined;

/** What a candidate's score is at least, whatever is measured, because a part of it is known: its price. */
export type AtLeast = (candidate: Candidate) => number;

export interface Terms {
  /** Scores that differ by no more than this share are as good as each other, and the less busy target is taken. */
  readonly band: number;
  /** The same for the target that was first the last time, so that the choice does not flicker. */
  readonly loyalty: number;
  /**
   * Whether scores are measured. Then those that rest on few samples are taken for nearly as good as the best, and targets that
   * have long not been used are tried now and then: else nobody would learn that they have become better.
   */
  readonly measured: boolean;
}

/** For what is measured; the figures are those at which a choice is as good as the measurement. */
export const byMeasure: Terms = { band: 0.05, loyalty: 0.1, measured: true };
/** For what is known exactly. */
export const byPrice: Terms = { band: 1e-9, loyalty: 1e-9, measured: false };

/** The best known score counts as so many samples of each target. */
const optimism = 10;
/** Below so many samples a target is new: it gets no more at a time than it has answered. */
const familiar = 20;
/** One request in a hundred may go to a target only to see how it is. */
const explored = 0.01;
/** A target is looked at again after ten seconds if it is nearly the best, and up to five minutes the worse it is. */
const shortestBreak = 10_000;
const longestBreak = 300_000;

interface Scored {
  readonly candidate: Candidate;
  readonly score: number;
}

/**
 * The best candidate first. Of several that are as good, the less busy of two drawn at random: so that many processes with the
 * same knowledge do not all go to the same target. (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE
 * TPDS 12, 2001.)
 */
export function rankByScore(
  candidates: readonly Candidate[],
  context: RankContext,
  score: Score,
  terms: Terms,
  atLeast: AtLeast = () => 0,
): readonly Candidate[] {
  if (candidates.length < 2) return candidates;
  const scored = settle(candidates, score, terms, atLeast);
  const best = scored.reduce((least, each) => Math.min(least, each.score), Number.POSITIVE_INFINITY);
  for (const each of scored)
    if (each.score < Number.POSITIVE_INFINITY) context.note(each.candidate, { score: each.score });

  const isAsGood = ({ candidate, score: own }: Scored): boolean => {
    const { target, expected, stats } = candidate;
    if (terms.measured && expected.samples < familiar && stats.inFlight > expected.samples) return false;
    return own <= best * (1 + (target.id === context.previous ? terms.loyalty : terms.band));
  };
  const good = scored.filter(isAsGood);
  const due = terms.measured ? scored.filter((each) => !good.includes(each) && isDue(each, best)) : [];
  const lookedAt =
    due.length > 0 && context.random() < explored
      ? due[Math.floor(context.random() * due.length)]
      : undefined;
  if (lookedAt !== undefined) context.note(lookedAt.candidate, { explored: true });
  const first = lookedAt ?? lessBusy(good, context);
  return scored
    .toSorted((a, b) => (a === first ? -1 : b === first ? 1 : compare(a.score, b.score)))
    .map(({ candidate }) => candidate);
}

/** What is not known, or hardly, is taken to be about as good as the best, or as it can be. */
function settle(
  candidates: readonly Candidate[],
  score: Score,
  { measured }: Terms,
  atLeast: AtLeast,
): readonly Scored[] {
  const raw = candidates.map((candidate) => ({ candidate, score: score(candidate) }));
  if (!measured) {
    return raw.map(({ candidate, score: own = Number.POSITIVE_INFINITY }) => ({ candidate, score: own }));
  }
  const best = raw.reduce((least, each) => Math.min(least, each.score ?? least), Number.POSITIVE_INFINITY);
  const assumed = best === Number.POSITIVE_INFINITY ? 1 : best;
  return raw.map(({ candidate, score: own }) => {
    if (own === undefined || own === Number.POSITIVE_INFINITY) return { candidate, score: own ?? assumed };
    const { samples } = candidate.expected;
    const hoped = (samples * own + optimism * assumed) / (samples + optimism);
    return { candidate, score: Math.max(hoped, atLeast(candidate)) };
  });
}

/** Whether it is time to see how a target is that is not among the best. */
function isDue({ candidate, score }: Scored, best: number): boolean {
  const { expected, stats } = candidate;
  if (stats.inFlight > 0 || score === Number.POSITIVE_INFINITY) return false;
  const times = best === 0 ? Number.POSITIVE_INFINITY : score / best;
  return expected.idle >= Math.min(longestBreak, shortestBreak * times ** 2);
}

function lessBusy(good: readonly Scored[], { random }: RankContext): Scored | undefined {
  if (good.length < 2) return good[0];
  const first = Math.floor(random() * good.length);
  const second = (first + 1 + Math.floor(random() * (good.length - 1))) % good.length;
  const [one, other] = [good[first], good[second]];
  if (one === undefined || other === undefined) return one;
  return load(other) < load(one) ? other : one;
}

function load({ candidate, score }: Scored): number {
  return score * (candidate.stats.inFlight + 1);
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
