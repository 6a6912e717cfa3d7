import type { Candidate, RankContext } from '../../types/options/strategy.ts';

/** A figure of a candidate, such as its price or latency: lower is better. `undefined` if unknown. */
export type Figure = (candidate: Candidate) => number | undefined;

/**
 * Score of a candidate with this figure and success rate for a request: lower is better, 0 is best.
 */
export type Score = (candidate: Candidate, figure: number, chance: number) => number;

export interface Terms {
  /** Scores within this ratio of each other are equal, and the less busy target wins. */
  readonly band: number;
  /** The same for the previous winner, so that the choice does not flap. */
  readonly loyalty: number;
  /**
   * Whether figures are measured. If so, figures with few samples are treated as nearly the best, and idle
   * targets are probed now and then; otherwise an improvement would go unnoticed.
   */
  readonly measured: boolean;
}

/** For measured figures; the band is about the accuracy of the measurement. */
export const byMeasure: Terms = { band: 0.05, loyalty: 0.1, measured: true };
/** For exactly known figures. */
export const byPrice: Terms = { band: 1e-9, loyalty: 1e-9, measured: false };

/** Weight of the best known figure as a prior for each target, in samples. */
const optimism = 10;
/** Below this many samples a target is new: its concurrency is limited to the number of its answers. */
const familiar = 20;
/** Maximum ratio of requests used to probe a target. */
const explored = 0.01;
/** Pause between probes: ten seconds for nearly the best target, up to five minutes for worse ones. */
const shortestBreak = 10_000;
const longestBreak = 300_000;

/** A candidate and its score: lower is better. */
export interface Scored<Own = Candidate> {
  readonly candidate: Own;
  readonly score: number;
}

/** Minimum success rate, so that a target that always fails still has a score. */
const leastChance = 0.01;

export function chanceOf({ expected }: Candidate): number {
  return Math.max(leastChance, 1 - expected.failure);
}

/**
 * Ranks the best candidate first. Among equals, the less busy of two drawn at random wins, so that processes
 * with the same knowledge do not all pick the same target. (Mitzenmacher, "The Power of Two Choices in
 * Randomized Load Balancing", IEEE TPDS 12, 2001.)
 *
 * @param score of measured figures. Default: the figure per success, because failed attempts are repeated elsewhere
 */
export function rankByScore(
  candidates: readonly Candidate[],
  context: RankContext,
  figure: Figure,
  terms: Terms,
  score: Score = forEachSuccess,
): readonly Candidate[] {
  if (candidates.length < 2) return candidates;
  const scored = scoreAll(candidates, figure, terms, score);
  let best = Number.POSITIVE_INFINITY;
  for (const each of scored) best = Math.min(best, each.score);
  const isGood = ({ candidate, score: own }: Scored): boolean =>
    own <= best * (1 + terms.loyalty) &&
    (own <= best * (1 + terms.band) || candidate.target.id === context.previous) &&
    !(terms.measured && isUntried(candidate));
  const due = terms.measured ? scored.filter((each) => !isGood(each) && isDue(each, best)) : [];
  const lookedAt =
    due.length > 0 && context.random() < explored
      ? due[Math.floor(context.random() * due.length)]
      : undefined;
  if (lookedAt !== undefined) context.note(lookedAt.candidate, { explored: true });
  const first = lookedAt ?? drawn(scored.filter(isGood), context);
  for (const each of scored)
    if (each.score < Number.POSITIVE_INFINITY) context.note(each.candidate, { score: each.score });
  // Infinite scores have no difference.
  return scored
    .toSorted((a, b) => (a === first ? -1 : b === first ? 1 : a.score - b.score || 0))
    .map(({ candidate }) => candidate);
}

/** Whether a new target has as many requests in flight as it may. */
function isUntried({ expected, stats }: Candidate): boolean {
  return expected.samples < familiar && stats.inFlight > expected.samples;
}

function forEachSuccess(_: Candidate, figure: number, chance: number): number {
  return figure / chance;
}

/**
 * Scores all candidates. Scores that rest on few samples are pulled toward the best one, as far as the
 * candidate's price and success rate allow. A target that has not been tried has no failures yet; one that has
 * only failed has no figure and must not rank first.
 */
function scoreAll(
  candidates: readonly Candidate[],
  figure: Figure,
  { measured }: Terms,
  score: Score,
): readonly Scored[] {
  if (!measured)
    return candidates.map((candidate) => ({
      candidate,
      score: figure(candidate) ?? Number.POSITIVE_INFINITY,
    }));
  const raw = candidates.map((candidate) => ({ candidate, known: figure(candidate) }));
  const shortest = raw.reduce(
    (least, { known }) => Math.min(least, known ?? least),
    Number.POSITIVE_INFINITY,
  );
  const assumed = shortest === Number.POSITIVE_INFINITY ? 1 : shortest;
  const own = raw.map(({ candidate, known = assumed }) => score(candidate, known, chanceOf(candidate)));
  const best = own.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
  return raw.map(({ candidate, known }, index) => {
    const { samples, idle } = candidate.expected;
    const chance = idle === Number.POSITIVE_INFINITY ? 1 : chanceOf(candidate);
    const atLeast = score(candidate, assumed, chance);
    if (atLeast === Number.POSITIVE_INFINITY) return { candidate, score: atLeast }; // of unknown price
    const reliable = known === undefined ? best : (own[index] ?? best);
    const hoped = (samples * reliable + optimism * best) / (samples + optimism);
    return { candidate, score: Math.max(hoped, atLeast) };
  });
}

/** Whether a target that is not among the best is due for a probe. */
function isDue({ candidate, score }: Scored, best: number): boolean {
  const { expected, stats } = candidate;
  if (stats.inFlight > 0 || score === Number.POSITIVE_INFINITY) return false;
  const times = best === 0 ? Number.POSITIVE_INFINITY : score / best;
  return expected.idle >= Math.min(longestBreak, shortestBreak * times ** 2);
}

function drawn(good: readonly Scored[], { random }: RankContext): Scored | undefined {
  if (good.length < 2) return good[0];
  const first = Math.floor(random() * good.length);
  const second = (first + 1 + Math.floor(random() * (good.length - 1))) % good.length;
  const [one, other] = [good[first], good[second]];
  return one && other && lessBusy(one, other);
}

export function lessBusy(one: Scored, other: Scored): Scored {
  // Both may be free, or of unknown price.
  const ratio = other.score / one.score || 1;
  return (other.candidate.stats.inFlight + 1) * ratio < one.candidate.stats.inFlight + 1 ? other : one;
}
