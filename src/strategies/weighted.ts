import type { Random } from '../types/clock.ts';
import type { Candidate, Strategy } from '../types/options/strategy.ts';
import { check } from '../util/option-check.ts';
import { is, isNumber, optional, recordOf } from '../util/shape.ts';
import { type Constraints, constrained, without } from './shared/constraints.ts';

const weight = is('a finite number of at least 0', (value) => isNumber(value, 0, Number.MAX_VALUE));

/**
 * Random order in proportion to weights: a target of weight 3 comes first three times as often as one of
 * weight 1. The others follow in an order drawn the same way. A target of weight 0 is used only when all
 * others have failed.
 *
 * Weights come from the targets (`weight`, default 1); weights given here, by target id, take precedence.
 * Algorithm: weighted random sampling without replacement by keys u^(1/w), Efraimidis and Spirakis, "Weighted
 * random sampling with a reservoir", Information Processing Letters 97 (2006).
 *
 * @throws ConfigError for a weight or a constraint that is not a number of at least 0
 * @example
 * createRouter({ targets, strategy: weighted({ 'openai/gpt-5-mini': 9, haiku: 1 }) });
 */
export function weighted<const TargetId extends string = string>(
  weights: { readonly [Id in TargetId]?: number } = {},
  constraints: Constraints = {},
): Strategy<TargetId> {
  const given: Readonly<Record<string, unknown>> = weights;
  check('weighted()', given, recordOf(optional(weight)));
  const own = given as Readonly<Record<string, number>>;
  const strategy = constrained('weighted', constraints, (candidates, { random }) =>
    draw(candidates, random, ({ target }) => own[target.id] ?? target.weight),
  );
  return { ...strategy, unknownTargets: (known: readonly string[]) => without(known, Object.keys(given)) };
}

/** Draws an order of candidates in proportion to their weights. */
export function draw(
  candidates: readonly Candidate[],
  random: Random,
  weightOf: (candidate: Candidate) => number,
): readonly Candidate[] {
  return candidates
    .map((candidate) => {
      const weight = weightOf(candidate);
      // log(u)/w has the same order as u^(1/w) without underflow.
      const key = weight === 0 ? Number.NEGATIVE_INFINITY : Math.log(1 - random()) / weight;
      return { candidate, key };
    })
    .toSorted((a, b) => b.key - a.key || 0) // infinite keys have no difference
    .map(({ candidate }) => candidate);
}
