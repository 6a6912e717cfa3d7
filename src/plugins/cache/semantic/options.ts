import type { Awaitable } from '../../../types/plugin.ts';
import { check, checkObject, type Refuse, show } from '../../../util/option-check.ts';
import { atLeast } from '../../../util/shape.ts';

/** An earlier question in an index. */
export interface SemanticItem {
  /** The key of its answer in the cache. */
  readonly key: string;
  /** The text of the question. */
  readonly question: string;
  /** Of length 1. */
  readonly vector: readonly number[];
}

/** An earlier question that is close to a new one. */
export interface SemanticMatch extends Pick<SemanticItem, 'key' | 'question'> {
  /** Cosine similarity, -1 to 1. */
  readonly score: number;
}

/**
 * The storage of vectors. The cache verifies its results; its errors are misses.
 *
 * @example
 * const index: SemanticIndex = {
 *   search: (partition, vector, most) => knn('cache', { partition }, vector, most),
 *   add: (partition, item) => upsert('cache', { partition, ...item }),
 * };
 */
export interface SemanticIndex {
  /** The closest questions of a partition, the closest first. Must return none of another partition. */
  search(partition: string, vector: readonly number[], most: number): Awaitable<readonly SemanticMatch[]>;
  /** Adds a question to a partition, or replaces the one with the same key. */
  add(partition: string, item: SemanticItem): Awaitable<void>;
}

/** Two questions that the cache would give the same answer. */
export interface WouldBeHit {
  /** The new question. */
  readonly question: string;
  /** The similar earlier question. */
  readonly earlier: string;
  /** The text of the earlier answer. */
  readonly answer: string;
  /** Their cosine similarity, -1 to 1. */
  readonly score: number;
}

/** Options for answers to questions that mean the same. */
export interface SemanticOptions {
  /** The routes on which questions are compared by meaning. */
  readonly routes: readonly string[];
  /** Route or target that embeds the questions, with `router.embed()`. */
  readonly embed: string;
  /** Minimum cosine similarity of two questions. @default 0.95 */
  readonly threshold?: number;
  /** Maximum milliseconds for the embedding. If it takes longer, the request is a miss. @default 200 */
  readonly timeout?: number;
  /** Maximum characters of a question; longer ones are only compared exactly. @default 2,000 */
  readonly maxCharacters?: number;
  /** Only counts would-be hits, in `stats()`, and answers nothing. @default false */
  readonly shadow?: boolean;
  /** With `shadow`: whether an earlier answer would have been right, for the precision in `stats()`. */
  readonly judge?: (pair: WouldBeHit) => Awaitable<boolean>;
  /** @default the memory of this process, by brute force over up to 10,000 questions */
  readonly index?: SemanticIndex;
}

/** Refuses invalid options. */
export function checkSemantic(options: unknown, refuse: Refuse): void {
  if (options === undefined) return;
  const path = 'cache.semantic';
  const fields = ['routes', 'embed', 'threshold', 'timeout', 'maxCharacters', 'shadow', 'judge', 'index'];
  const { routes, embed, threshold, shadow, judge, index, ...numbers } = checkObject(
    path,
    options,
    fields,
    refuse,
  );
  if (!Array.isArray(routes) || routes.some((route) => typeof route !== 'string'))
    refuse(`${path}.routes`, 'a list of routes', show(routes));
  if (typeof embed !== 'string') refuse(`${path}.embed`, 'a route or target for embeddings', show(embed));
  if (threshold !== undefined && !(typeof threshold === 'number' && threshold > 0 && threshold <= 1))
    refuse(`${path}.threshold`, 'a number above 0, at most 1', show(threshold));
  for (const [name, value] of Object.entries(numbers)) check(`${path}.${name}`, value, atLeast(1), refuse);
  if (shadow !== undefined && typeof shadow !== 'boolean')
    refuse(`${path}.shadow`, 'true or false', show(shadow));
  if (judge !== undefined && typeof judge !== 'function') refuse(`${path}.judge`, 'a function', show(judge));
  const { search, add } = (index ?? { search: show, add: show }) as Partial<SemanticIndex>;
  if (typeof search !== 'function' || typeof add !== 'function')
    refuse(`${path}.index`, 'an index: an object with search and add', show(index));
}
