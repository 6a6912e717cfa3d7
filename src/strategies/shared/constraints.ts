import type { Candidate, RankContext, Strategy } from '../../types/options/strategy.ts';
import { check } from '../../util/option-check.ts';
import { amount, each, only, type Shapes, strings } from '../../util/shape.ts';

/** Requirements for the targets of a strategy. */
export interface Constraints {
  /**
   * Maximum p90 time to the first token in milliseconds. Slower targets come after all others: measurements
   * change, and a slow answer is better than none.
   */
  readonly maxFirstToken?: number;
  /** Minimum output tokens per second. Slower targets come after all others. */
  readonly minThroughput?: number;
  /**
   * Maximum price in US$ per million tokens. More expensive targets and those of unknown price are excluded.
   */
  readonly maxPrice?: {
    /** For input tokens. */
    readonly input?: number;
    /** For output tokens. */
    readonly output?: number;
  };
  /**
   * Maximum expected cost of the request in US$. More expensive targets and those of unknown price are
   * excluded.
   */
  readonly maxCost?: number;
  /** Required tags, such as a region or `zero-data-retention`. Targets without all of them are excluded. */
  readonly tags?: readonly string[];
}

type Rank = Strategy['rank'];

const shapes: Shapes = {
  maxFirstToken: amount,
  minThroughput: amount,
  maxPrice: only(each(['input', 'output'], amount)),
  maxCost: amount,
  tags: strings,
};

/**
 * A strategy within constraints: declared constraints exclude targets, measured ones rank them lower.
 *
 * @param own shapes of the strategy's own terms
 * @param first see `Strategy.first`, without constraints
 * @throws ConfigError for a constraint that is not a number of at least 0, or tags that are not a list of
 * strings
 */
export function constrained<Terms extends Constraints>(
  name: string,
  constraints: Terms,
  rank: Rank,
  own: Shapes = {},
  first?: Strategy['first'],
): Strategy {
  check(`${name}()`, constraints, only({ ...own, ...shapes }));
  const { maxFirstToken, minThroughput, maxPrice, maxCost, tags } = constraints;
  const strict = maxPrice !== undefined || maxCost !== undefined || tags !== undefined;
  const measured = maxFirstToken !== undefined || minThroughput !== undefined;
  if (!strict && !measured) return { name, rank, ...(first && { first }) };

  const violated = (candidate: Candidate): string | undefined => {
    const { target } = candidate;
    if (tags?.some((tag) => !target.tags.includes(tag)) === true) return 'tags';
    const { input = Number.POSITIVE_INFINITY, output = 0 } = target.price ?? {};
    const dear = (price: number, most: number | undefined): boolean => most !== undefined && price > most;
    if (dear(input, maxPrice?.input)) return 'maxPrice.input';
    if (dear(target.price === undefined ? Number.POSITIVE_INFINITY : output, maxPrice?.output))
      return 'maxPrice.output';
    if (maxCost !== undefined && (candidate.estimatedCost ?? Number.POSITIVE_INFINITY) > maxCost)
      return 'maxCost';
    return undefined;
  };
  // Unmeasured targets are assumed to meet them.
  const missed = ({ expected }: Candidate): string | undefined => {
    if (maxFirstToken !== undefined && (expected.firstToken?.p90 ?? 0) > maxFirstToken)
      return 'maxFirstToken';
    if (minThroughput !== undefined && (expected.throughput ?? Number.POSITIVE_INFINITY) < minThroughput)
      return 'minThroughput';
    return undefined;
  };
  return {
    name,
    rank(candidates, context) {
      const allowed = strict ? withNotes(candidates, context, violated, 'violates').good : candidates;
      if (!measured) return rank(allowed, context);
      const { good, bad } = withNotes(allowed, context, missed, 'misses');
      return bad.length === 0 ? rank(good, context) : [...rank(good, context), ...rank(bad, context)];
    },
    ...(first && {
      first: (candidates, context) =>
        first(
          candidates.where((candidate) => (violated(candidate) ?? missed(candidate)) === undefined),
          context,
        ),
    }),
  };
}

/** Candidates without a note and those with one; notes are recorded. */
function withNotes(
  candidates: readonly Candidate[],
  context: RankContext,
  against: (candidate: Candidate) => string | undefined,
  name: string,
): { readonly good: readonly Candidate[]; readonly bad: readonly Candidate[] } {
  const good: Candidate[] = [];
  const bad: Candidate[] = [];
  for (const candidate of candidates) {
    const found = against(candidate);
    if (found !== undefined) context.note(candidate, { [name]: found });
    (found === undefined ? good : bad).push(candidate);
  }
  return { good, bad };
}

/** The ids that are not among the known ones. */
export function without(known: readonly string[], ids: readonly string[]): readonly string[] {
  return ids.filter((id) => !known.includes(id));
}
