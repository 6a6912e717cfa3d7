import type { AnyRequest, AnyResult, Awaitable } from './operation.ts';
import type { LookupSummary } from './result/decision.ts';
import type { ChatResult } from './result/result.ts';
import type { StreamContent, StreamPart } from './result/stream-part.ts';

/** A plugin's answer to a request. It costs nothing and does not affect any target's statistics. */
export interface LookupHit extends Omit<LookupSummary, 'plugin' | 'source'> {
  /** How the plugin had the answer: stored, stored but stale, shared with a request in flight … */
  readonly source: Exclude<LookupSummary['source'], 'partial'>;
  /**
   * A router's result or a promise of it; for chats and streams also a live answer. A promise that rejects or resolves to
   * `undefined`, or an answer that breaks before its first token, is a miss.
   *
   * It passes through the same stations as a target's answer: transforms, the request's `schema`, reviews, `accept`. If it is
   * rejected before any of it reached the caller, it is a miss.
   */
  readonly answer: AnyResult | PromiseLike<AnyResult | undefined> | LiveAnswer;
  /**
   * The parts in which a stream delivers a complete `answer`. Ignored if a transform or review changes the answer.
   *
   * @default one per content part
   */
  readonly parts?: Iterable<StreamContent> | AsyncIterable<StreamContent>;
}

/** A part of an answer, such as some of the embeddings. A target answers the rest. */
export interface PartialHit {
  /** Replaces the request: what remains to be answered. */
  readonly rest: AnyRequest;
  /** Combines the answer to `rest` with the known part. What it throws ends the request. */
  complete(rest: AnyResult): Awaitable<AnyResult>;
  /** Original cost of the known part in US$, if known. */
  readonly savedCost?: number;
}

/** A live answer, such as a `ChatStream`, or the past and future parts of a request in flight. */
export interface LiveAnswer extends AsyncIterable<StreamPart> {
  /** Settles at its end, whether or not its parts are read. */
  readonly result: PromiseLike<ChatResult>;
}
