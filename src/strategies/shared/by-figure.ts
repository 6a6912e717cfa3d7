import type { Candidate, RankContext, Strategy } from '../../types/options/strategy.ts';
import type { Shapes } from '../../util/shape.ts';
import { type Constraints, constrained } from './constraints.ts';
import { drawn, lowest, ranked, type Scored } from './scored.ts';

/** A measured figure of a candidate, such as its latency: lower is better. `undefined` if unknown. */
export type Figure = (candidate: Candidate, context: RankContext) => number | undefined;

/**
 * Score of a candidate with this figure and success rate for a request: lower is better, 0 is best.
 */
export type Score = (candidate: Candidate, figure: number, chance: number) => number;

interface Measured extends Scored {
  /** The figure behind the score; `undefined` if unknown. */
  readonly figure: number | undefined;
}

/** Scores within this ratio of each other are equal: about the accuracy of a measured figure. */
const band = 0.05;
/** The same for the previous winner, so that the choice does not flap. */
const loyalty = 0.1;
/** Weight of the best known figure as a prior for each target, in samples. */
const optimism = 10;
/** Below this many samples a target is new: its concurrency is limited to the number of its answers. */
const familiar = 20;
/** Maximum ratio of requests used to probe a target. */
const explored = 0.01;
/** Pause between probes: ten seconds for nearly the best target, up to five minutes for worse ones. */
const shortestBreak = 10_000;
const longestBreak = 300_000;
/** Minimum success rate, so that a target that always fails still has a score. */
const leastChance = 0.01;

export function chanceOf({ expected }: Candidate): number {
  return Math.max(leastChance, 1 - expected.failure);
}

/**
 * A strategy by a measured figure. Figures with few samples are treated as nearly the best, and idle targets are probed now and then;
 * otherwise an improvement would go unnoticed.
 *
 * @param own shapes of the strategy's own terms
 * @param score default: the figure per success, because failed attempts are repeated elsewhere
 */
export function byFigure<Terms extends Constraints>(
  name: string,
  terms: Terms,
  figure: Figure,
  own?: Shapes,
  score: Score = (_, known, chance) => known / chance,
): Strategy {
  return constrained(
    name,
    terms,
    (candidates, context) => {
      if (candidates.length < 2) return candidates;
      const scored = scoreAll(candidates, context, figure, score);
      return ranked(scored, choose(scored, context, score), context);
    },
    own,
    (candidates, context) =>
      choose(scoreAll([...candidates], context, figure, score), context, score)?.candidate,
  );
}

/**
 * Scores all candidates. Scores that rest on few samples are pulled toward the best one, as far as the
 * candidate's price and success rate allow. A target that has not been tried has no failures yet; one that has
 * only failed has no figure and must not rank first.
 */
function scoreAll(
  candidates: readonly Candidate[],
  context: RankContext,
  figureOf: Figure,
  score: Score,
): readonly Measured[] {
  const figures = candidates.map((candidate) => figureOf(candidate, context));
  const shortest = lowest(figures);
  const assumed = Number.isFinite(shortest) ? shortest : 1;
  const own = candidates.map((candidate, index) =>
    score(candidate, figures[index] ?? assumed, chanceOf(candidate)),
  );
  const best = lowest(own);
  return candidates.map((candidate, index) => {
    const { samples, idle } = candidate.expected;
    const chance = Number.isFinite(idle) ? chanceOf(candidate) : 1;
    const atLeast = score(candidate, assumed, chance);
    const figure = figures[index];
    const reliable = figure === undefined ? best : (own[index] ?? best);
    const hoped = (samples * reliable + optimism * best) / (samples + optimism);
    // Of unknown price, one is infinite and the other may be no number.
    return { candidate, score: Math.max(hoped || atLeast, atLeast), figure };
  });
}

/** The one to rank first: a target that is due for a probe, or one of the best; `undefined` if each has enough requests in flight. */
function choose(scored: readonly Measured[], context: RankContext, score: Score): Measured | undefined {
  const best = lowest(scored.map((each) => each.score));
  const good = cheaper(
    scored.filter(
      ({ candidate, score: own }) =>
        own <= best * (1 + loyalty) &&
        (own <= best * (1 + band) || candidate.target.id === context.previous) &&
        !isUntried(candidate),
    ),
    score,
  );
  if (context.random() < explored) {
    const used = new Set(good);
    const probed = drawn(
      scored.filter((each) => !used.has(each) && isDue(each, best)),
      context,
    );
    if (probed !== undefined) {
      context.note(probed.candidate, { explored: true });
      return probed;
    }
  }
  return drawn(good, context);
}

/**
 * Of equals, drops those that another one beats by what is exactly known, such as its price. The difference of two measured figures
 * is less accurate than each of them, so only one of more than twice the band counts against it.
 */
function cheaper(good: readonly Measured[], score: Score): readonly Measured[] {
  const known = good.map(({ candidate }) => score(candidate, 1, 1)); // as if their figures were the same
  const least = lowest(known);
  const ofCheapest = good[known.indexOf(least)]?.figure ?? Number.POSITIVE_INFINITY;
  return good.filter(
    ({ figure = 0 }, index) => figure * (1 + 2 * band) < ofCheapest || known[index] === least,
  );
}

/** Whether a new target has as many requests in flight as it may. */
function isUntried({ expected, stats }: Candidate): boolean {
  return expected.samples < familiar && stats.inFlight > expected.samples;
}

/** Whether a target that is not among the best is due for a probe. */
function isDue({ candidate: { expected, stats }, score }: Scored, best: number): boolean {
  if (stats.inFlight > 0 || !Number.isFinite(score)) return false;
  return expected.idle >= Math.min(longestBreak, shortestBreak * (score / best) ** 2);
}
