import type { Candidate, RankContext, Strategy } from '../types/options/strategy.ts';
import { amount } from '../util/shape.ts';
import { type Constraints, constrained } from './shared/constraints.ts';
import { drawn, lowest, ranked } from './shared/scored.ts';

/** Terms of `lowestCost`. */
export interface CostTerms extends Constraints {
  /**
   * Milliseconds in which an answer is needed. Targets whose p90 of complete answers is longer come after all others; so do they for
   * a call whose own `deadline` is nearer. Targets that have not been measured lately are assumed to meet it, so that a slow one is
   * tried again from time to time.
   *
   * @default the call's `deadline`
   */
  readonly deadline?: number;
}

/** Below this number of samples, which decays over time, a measured latency says nothing about the present. */
const fewestSamples = 1;

/**
 * Prefers the lowest expected cost of this request: its input tokens, the length of the route's answers, the
 * price tier, and the expected prompt cache hits. A `session` stays on the target that caches its prompt as
 * long as that is cheaper. Targets of unknown price come last.
 *
 * @throws ConfigError for an invalid constraint
 * @example
 * createRouter({ targets, strategy: lowestCost({ maxFirstToken: 2_000 }) });
 * @example
 * // Flex at half the price while its answers take less than a minute; otherwise, or when it has no room, standard.
 * const targets = [{ provider: openai(), model: 'gpt-5-mini', tiers: ['flex', 'standard'] }];
 * createRouter({ targets, strategy: lowestCost({ deadline: 60_000 }) });
 */
export function lowestCost(terms: CostTerms = {}): Strategy {
  const lateIn = ({ timeLeft }: RankContext): ((candidate: Candidate) => boolean) => {
    const limit = Math.min(terms.deadline ?? Number.POSITIVE_INFINITY, timeLeft);
    return (candidate) =>
      limit < Number.POSITIVE_INFINITY &&
      candidate.expected.samples >= fewestSamples &&
      (candidate.expected.total?.p90 ?? 0) > limit;
  };
  const rank: Strategy['rank'] = (candidates, context) => {
    const order = candidates.length < 2 ? candidates : byCost(candidates, context);
    const isLate = lateIn(context);
    const late = order.filter(isLate);
    for (const candidate of late) context.note(candidate, { misses: 'deadline' });
    return [...order.filter((candidate) => !isLate(candidate)), ...late];
  };
  const first: Strategy['first'] = (candidates, context) => {
    const isLate = lateIn(context);
    return candidates.where((candidate) => !isLate(candidate)).lowest(({ estimatedCost }) => estimatedCost);
  };
  const strategy = constrained('lowestCost', terms, rank, { deadline: amount }, first);
  return terms.deadline === undefined ? strategy : { ...strategy, deadline: terms.deadline };
}

function byCost(candidates: readonly Candidate[], context: RankContext): readonly Candidate[] {
  const scored = candidates.map((candidate) => ({
    candidate,
    score: candidate.estimatedCost ?? Number.POSITIVE_INFINITY,
  }));
  const best = lowest(scored.map((each) => each.score));
  const first = drawn(
    scored.filter(({ score }) => score === best),
    context,
  );
  return ranked(scored, first, context);
}
