import { ConfigError } from '../../errors.ts';
import type { Candidate, RankContext, Strategy } from '../../types/options/strategy.ts';

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
  readonly maxPrice?: { readonly input?: number; readonly output?: number };
  /**
   * Maximum expected cost of the request in US$. More expensive targets and those of unknown price are
   * excluded.
   */
  readonly maxCost?: number;
  /** Required tags, such as a region or `zero-data-retention`. Targets without all of them are excluded. */
  readonly tags?: readonly string[];
}

type Rank = Strategy['rank'];

const limits = ['maxFirstToken', 'minThroughput', 'maxCost'] as const;

/**
 * A strategy within constraints: declared constraints exclude targets, measured ones rank them lower.
 *
 * @param own names of the strategy's own terms, for error messages
 * @param first see `Strategy.first`; used where there are no constraints
 * @throws ConfigError for a constraint that is not a number of at least 0, or tags that are not a list of
 * strings
 */
export function constrained(
  name: string,
  constraints: Constraints,
  rank: Rank,
  own: readonly string[] = [],
  first?: Strategy['first'],
): Strategy {
  check(name, constraints, own);
  const { maxFirstToken, minThroughput, maxPrice, maxCost, tags } = constraints;
  const strict = maxPrice !== undefined || maxCost !== undefined || tags !== undefined;
  const measured = maxFirstToken !== undefined || minThroughput !== undefined;
  if (!strict && !measured) return { name, rank, ...(first === undefined ? {} : { first }) };

  const violated = ({ target, estimatedCost }: Candidate): string | undefined => {
    if (tags?.some((tag) => !target.tags.includes(tag)) === true) return 'tags';
    const { input = Number.POSITIVE_INFINITY, output = 0 } = target.price ?? {};
    const dear = (price: number, most: number | undefined): boolean => most !== undefined && price > most;
    if (dear(input, maxPrice?.input)) return 'maxPrice.input';
    if (dear(target.price === undefined ? Number.POSITIVE_INFINITY : output, maxPrice?.output))
      return 'maxPrice.output';
    if (maxCost !== undefined && (estimatedCost ?? Number.POSITIVE_INFINITY) > maxCost) return 'maxCost';
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

const fields = ['maxFirstToken', 'minThroughput', 'maxPrice', 'maxCost', 'tags'];

/** @throws ConfigError for terms that are not an object, or an unknown term */
export function checkTerms(name: string, terms: object, known: readonly string[]): void {
  if (typeof terms !== 'object' || terms === null || Array.isArray(terms)) {
    throw new ConfigError(`${name}()`, `an object with ${known.join(', ')}`, JSON.stringify(terms));
  }
  for (const field of Object.keys(terms)) {
    if (known.includes(field)) continue;
    throw new ConfigError(`${name}(): ${field}`, `one of ${known.join(', ')}`, 'an unknown option');
  }
}

function check(name: string, constraints: Constraints, own: readonly string[]): void {
  checkTerms(name, constraints, [...own, ...fields]);
  const { maxPrice, tags } = constraints;
  for (const field of limits) checkAmount(`${name}(): ${field}`, constraints[field]);
  if (maxPrice !== undefined && (typeof maxPrice !== 'object' || maxPrice === null)) {
    throw new ConfigError(`${name}(): maxPrice`, 'an object with input or output', String(maxPrice));
  }
  checkAmount(`${name}(): maxPrice.input`, maxPrice?.input);
  checkAmount(`${name}(): maxPrice.output`, maxPrice?.output);
  if (tags !== undefined && !(Array.isArray(tags) && tags.every((tag) => typeof tag === 'string'))) {
    throw new ConfigError(`${name}(): tags`, 'a list of strings', JSON.stringify(tags) ?? String(tags));
  }
}

/** @throws ConfigError for anything but a finite number of at least 0 */
export function checkAmount(option: string, value: unknown): void {
  if (value === undefined || (typeof value === 'number' && Number.isFinite(value) && value >= 0)) return;
  const got = typeof value === 'string' ? JSON.stringify(value) : String(value);
  throw new ConfigError(option, 'a number of at least 0', got);
}

/** The ids that are not among the known ones. */
export function without(known: readonly string[], ids: readonly string[]): readonly string[] {
  return ids.filter((id) => !known.includes(id));
}
