import type { LookupHit } from '../../../types/plugin.ts';
import type { ResolvedChatRequest } from '../../../types/provider.ts';
import { compact } from '../../../util/json.ts';
import type { CacheParts, Keyed, StoredAnswers } from '../answers.ts';
import { identityOf } from '../keys/identity.ts';
import { within } from '../shelf/within.ts';
import { memoryIndex, normalized } from './memory-index.ts';
import type { SemanticIndex, SemanticMatch, SemanticOptions } from './options.ts';

/** How many close questions are checked: the closest one may differ in a number. */
const mostMatches = 5;

/** A question and the key of its answer. */
export interface Question {
  readonly partition: string;
  readonly text: string;
  readonly vector: readonly number[];
}

/** The result of the search. */
export interface Searched {
  /** To be added once it is answered; `undefined` if it could not be embedded. */
  readonly question: Question | undefined;
  readonly hit: LookupHit | undefined;
}

/** Counters of would-be hits. */
export interface SemanticStats {
  /** Questions that were compared. */
  readonly compared: number;
  /** Those that got an earlier answer, or would have with `shadow`. */
  readonly hits: number;
  /** Close questions that differ in a number, name, negation … */
  readonly guarded: number;
  /** Would-be hits that `judge` has judged. */
  readonly judged: number;
  /** Those of them that it found right. */
  readonly right: number;
}

/**
 * Finds the answer to an earlier question that means the same. All but the last user turn has to be equal:
 * system, tools, schema, settings, earlier turns, group and targets form the partition.
 */
export class SemanticCache {
  readonly #parts: CacheParts;
  readonly #options: SemanticOptions;
  readonly #stored: StoredAnswers;
  readonly #index: SemanticIndex;
  #stats: SemanticStats = { compared: 0, hits: 0, guarded: 0, judged: 0, right: 0 };

  constructor(parts: CacheParts, stored: StoredAnswers, options: SemanticOptions) {
    this.#parts = parts;
    this.#stored = stored;
    this.#options = options;
    this.#index = options.index ?? memoryIndex();
  }

  get stats(): SemanticStats {
    return this.#stats;
  }

  /** Whether a request is compared by meaning. */
  covers({ context }: Keyed): boolean {
    const { routes, maxCharacters = 2_000 } = this.#options;
    const text = lastTurn(context.request);
    return (
      context.route !== undefined &&
      routes.includes(context.route) &&
      text !== undefined &&
      text.length <= maxCharacters
    );
  }

  /** Never rejects. */
  async search(keyed: Keyed): Promise<Searched> {
    try {
      const question = await this.#question(keyed);
      if (question === undefined) return { question, hit: undefined };
      const hit = keyed.call.refresh ? undefined : await this.#hit(keyed, question);
      return { question, hit };
    } catch (error) {
      this.#parts.host.report(error);
      return { question: undefined, hit: undefined };
    }
  }

  /** Adds a question whose answer has been stored. */
  async add({ partition, text, vector }: Question, key: string): Promise<void> {
    try {
      await this.#index.add(partition, { key, question: text, vector });
    } catch (error) {
      this.#parts.host.report(error);
    }
  }

  async #question({ context, call }: Keyed): Promise<Question | undefined> {
    const { digest, answerers, host, prompts } = this.#parts;
    const { embed, timeout = 200 } = this.#options;
    const text = lastTurn(context.request) ?? '';
    const request = withoutLastTurn(prompts?.unmarked(context.request) ?? context.request);
    const identity = identityOf({ operation: 'chat', request }, call.group, answerers(context));
    if (identity === undefined) return undefined;
    const { tags, cache } = context.options;
    const options = { ...host.onBehalfOf(context), ...compact({ tags, cache }) };
    const embedding = host.router.embed(
      { values: [text] },
      { ...options, route: embed, timeout: { request: timeout } },
    );
    const { embeddings } = await within(host.clock, timeout, embedding, `no embedding within ${timeout} ms`);
    const vector = normalized(embeddings[0] ?? []);
    return vector && { partition: await digest(`semantic ${identity}`), text, vector };
  }

  async #hit(keyed: Keyed, question: Question): Promise<LookupHit | undefined> {
    const { threshold = 0.95, shadow = false } = this.#options;
    this.#count({ compared: 1 });
    const matches = await this.#index.search(question.partition, question.vector, mostMatches);
    // In a separate file, which most applications never need.
    const { agree, lexiconOf } = await import('./lexical-guard.ts');
    const lexicon = lexiconOf(question.text);
    for (const match of matches) {
      if (!(match.score >= threshold)) continue;
      if (!agree(lexicon, lexiconOf(match.question))) {
        this.#count({ guarded: 1 });
        continue;
      }
      const entry = await this.#stored.find({ ...keyed, key: match.key });
      if (entry === undefined) continue;
      this.#count({ hits: 1 });
      const { context } = keyed;
      context.note({ plugin: 'cache', facts: { semantic: shadow ? 'would-be' : 'hit', score: match.score } });
      if (!shadow) return this.#stored.toHit(entry);
      const answer = entry.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
      void this.#judge(question.text, match, answer);
      return undefined;
    }
    return undefined;
  }

  async #judge(question: string, { question: earlier, score }: SemanticMatch, answer: string): Promise<void> {
    const { judge } = this.#options;
    if (judge === undefined) return;
    try {
      const isRight = await judge({ question, earlier, answer, score });
      this.#count({ judged: 1, right: isRight ? 1 : 0 });
    } catch (error) {
      this.#parts.host.report(error);
    }
  }

  #count(more: Partial<SemanticStats>): void {
    const stats = { ...this.#stats };
    const names = Object.keys(more) as (keyof SemanticStats)[];
    this.#stats = {
      ...stats,
      ...Object.fromEntries(names.map((name) => [name, stats[name] + (more[name] ?? 0)])),
    };
  }
}

/** The text of the last user turn; `undefined` if there is more than text in it. */
function lastTurn({ messages }: ResolvedChatRequest): string | undefined {
  const last = messages.at(-1);
  if (last?.role !== 'user') return undefined;
  if (typeof last.content === 'string') return last.content;
  const texts = last.content.map((part) => (part.type === 'text' ? part.text : undefined));
  return texts.includes(undefined) ? undefined : texts.join('\n');
}

/** Everything that must be equal. The original of another interface is compared without its prompt. */
function withoutLastTurn({ messages, origin, ...rest }: ResolvedChatRequest): object {
  const given = origin?.request;
  const { prompt: _, ...others } = (typeof given === 'object' && given !== null ? given : {}) as Record<
    string,
    unknown
  >;
  const last = messages.at(-1);
  return {
    ...rest,
    messages: messages.slice(0, -1),
    last: { ...last, content: '' },
    ...(origin === undefined ? {} : { origin: { format: origin.format, request: others } }),
  };
}
