import { ConfigError } from '../../errors.ts';
import type { Candidate, RankContext, Strategy } from '../../types/options/strategy.ts';

/** What a strategy's targets have to meet. */
export interface Constraints {
  /**
   * Milliseconds in which nine of ten streams are to give their first token. Targets that are slower come after all others:
   * measured figures change, and a slow answer is better than none.
   */
  readonly maxFirstToken?: number;
  /** Output tokens per second. Targets that are slower come after all others. */
  readonly minThroughput?: number;
  /** US$ per million tokens. Targets that are dearer, or of unknown price, are left out. */
  readonly maxPrice?: { readonly input?: number; readonly output?: number };
  /** US$ that the request is expected to cost. Targets that are dearer, or of unknown price, are left out. */
  readonly maxCost?: number;
  /** All of these, such as a region or `zero-data-retention`. Targets without them are left out. */
  readonly tags?: readonly string[];
}

type Rank = Strategy['rank'];

const limits = ['maxFirstToken', 'minThroughput', 'maxCost'] as const;

/**
 * A strategy within constraints: what must not be is left out, and what meets them comes before what does not.
 *
 * @param own names of the strategy's own terms, for who misspells one
 * @throws ConfigError for a constraint that is no number of at least 0, or tags that are no list of words
 */
export function constrained(
  name: string,
  constraints: Constraints,
  rank: Rank,
  own: readonly string[] = [],
): Strategy {
  check(name, constraints, own);
  const { maxFirstToken, minThroughput, maxPrice, maxCost, tags } = constraints;
  const strict = maxPrice !== undefined || maxCost !== undefined || tags !== undefined;
  const measured = maxFirstToken !== undefined || minThroughput !== undefined;
  if (!strict && !measured) return { name, rank };

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
  // What has not been measured is given the chance to meet them.
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
      const allowed = strict ? withNotes(candidates, context, violated, 'violates').well : candidates;
      if (!measured) return rank(allowed, context);
      const { well, bad } = withNotes(allowed, context, missed, 'misses');
      return bad.length === 0 ? rank(well, context) : [...rank(well, context), ...rank(bad, context)];
    },
  };
}

/** Those with nothing against them, and those with something, of which a note is kept. */
function withNotes(
  candidates: readonly Candidate[],
  context: RankContext,
  against: (candidate: Candidate) => string | undefined,
  name: string,
): { readonly well: readonly Candidate[]; readonly bad: readonly Candidate[] } {
  const well: Candidate[] = [];
  const bad: Candidate[] = [];
  for (const candidate of candidates) {
    const found = against(candidate);
    if (found !== undefined) context.note(candidate, { [name]: found });
    (found === undefined ? well : bad).push(candidate);
  }
  return { well, bad };
}

const fields = ['maxFirstToken', 'minThroughput', 'maxPrice', 'maxCost', 'tags'];

/** @throws ConfigError for terms that are no object, and for one that is not known */
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
    throw new ConfigError(`${name}(): tags`, 'a list of words', JSON.stringify(tags) ?? String(tags));
  }
}

/** @throws ConfigError for what is no finite number of at least 0 */
export function checkAmount(option: string, value: unknown): void {
  if (value === undefined || (typeof value === 'number' && Number.isFinite(value) && value >= 0)) return;
  const got = typeof value === 'string' ? JSON.stringify(value) : String(value);
  throw new ConfigError(option, 'a number of at least 0', got);
}
