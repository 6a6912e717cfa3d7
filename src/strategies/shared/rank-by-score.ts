import type { Candidate, RankContext } from '../../types/options/strategy.ts';

/** What is known or measured of a candidate, such as its price or its time: lower is better. `undefined`: not known. */
export type Figure = (candidate: Candidate) => number | undefined;

/** How good a candidate with such a figure is for a request: lower is better, 0 is best. */
export type Score = (candidate: Candidate, figure: number) => number;

export interface Terms {
  /** Scores that differ by no more than this share are as good as each other, and the less busy target is taken. */
  readonly band: number;
  /** The same for the target that was first the last time, so that the choice does not flicker. */
  readonly loyalty: number;
  /**
   * Whether figures are measured. Then those that rest on few samples are taken for nearly as good as the best, and targets that
   * have not been used for long are tried now and then: without that, no one would learn that they have become better.
   */
  readonly measured: boolean;
}

/** For what is measured; the figures are those at which a choice is as good as the measurement. */
export const byMeasure: Terms = { band: 0.05, loyalty: 0.1, measured: true };
/** For what is known exactly. */
export const byPrice: Terms = { band: 1e-9, loyalty: 1e-9, measured: false };

/** The best known figure counts as so many samples of each target. */
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

/** The chance that an attempt succeeds, never less than this, so that a target that fails every time still has a score. */
const leastChance = 0.01;

export function chanceOf({ expected }: Candidate): number {
  return Math.max(leastChance, 1 - expected.failure);
}

/**
 * The best candidate first. Of several that are as good, the less busy of two drawn at random, so that many processes with the
 * same knowledge do not all go to the same target. (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE
 * TPDS 12, 2001.)
 *
 * @param score Default: for measured figures, the figure for each success, because what fails has to be done again elsewhere
 */
export function rankByScore(
  candidates: readonly Candidate[],
  context: RankContext,
  figure: Figure,
  terms: Terms,
  score: Score = terms.measured ? forEachSuccess : (_, known) => known,
): readonly Candidate[] {
  if (candidates.length < 2) return candidates;
  const scored = scoreAll(candidates, figure, terms, score);
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

function forEachSuccess(candidate: Candidate, figure: number): number {
  return figure / chanceOf(candidate);
}

/**
 * What has not been measured, or hardly, is taken to be about as good as the best. How often a target fails is no part of that:
 * one that has only failed has no figure, and must not pass for the best.
 */
function scoreAll(
  candidates: readonly Candidate[],
  figure: Figure,
  { measured }: Terms,
  score: Score,
): readonly Scored[] {
  const raw = candidates.map((candidate) => ({ candidate, known: figure(candidate) }));
  if (!measured) {
    return raw.map(({ candidate, known = Number.POSITIVE_INFINITY }) => ({
      candidate,
      score: score(candidate, known),
    }));
  }
  const best = raw.reduce((least, { known }) => Math.min(least, known ?? least), Number.POSITIVE_INFINITY);
  const assumed = best === Number.POSITIVE_INFINITY ? 1 : best;
  return raw.map(({ candidate, known = assumed }) => {
    const { samples } = candidate.expected;
    const hoped = (samples * known + optimism * assumed) / (samples + optimism);
    return { candidate, score: score(candidate, hoped) };
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
