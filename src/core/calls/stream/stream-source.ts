import type { ProviderError, StreamInterruptedError } from '../../../errors.ts';
import type { ProviderFinishPart } from '../../../types/provider.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import type { PartReader, Restart, StreamPart } from '../../../types/result/stream-part.ts';
import type { AttemptError } from '../../attempt/attempt-error.ts';
import type { Target } from '../../targets/target.ts';
import type { ReadPart, StreamInfo } from './accumulate.ts';
import type { Continuation } from './continuation.ts';
import type { Passage } from './passage.ts';

export type Read = IteratorResult<StreamPart, undefined>;

export const done: Read = { done: true, value: undefined };

/** Gets one part of a stream, or why there is none. An object, so that a part needs no closures. */
export interface PartReceiver {
  onPart(part: ReadPart): void;
  onError(error: unknown): void;
}

/** What the caller of a stream reads. */
export interface StreamEnd extends PartReader<StreamPart> {
  readonly result: Promise<ChatResult>;
  next(): Promise<Read>;
  return(): Promise<Read>;
}

/** How a stream takes over from another one. */
export interface Takeover {
  /** The stream whose text it continues. */
  readonly continuation: Continuation;
  /**
   * Called when a target starts over instead of continuing. Returns whether the reader may get that as a
   * restart.
   */
  onBeginsAgain(target: Target): boolean;
}

/** The source of a reader. */
export interface StreamSource {
  readonly current: {
    /** Reads the next part, for a receiver that gets it or the error that ended the stream. */
    read(receiver: PartReceiver): void;
    /** See `PartReader.ready`. */
    ready?(): Exclude<ReadPart, ProviderFinishPart> | undefined;
  };
  /** Plugins between source and reader. */
  readonly passage: Passage | undefined;
  readonly target: string;
  readonly info: StreamInfo;
  /** The complete answer, once it has passed all checks. */
  finish(part: ProviderFinishPart): Promise<ChatResult>;
  /** Replaces a failed answer: `undefined` if the replacement continues it. Rejects if there is none. */
  recover(error: AttemptError): Promise<Restart | undefined>;
  /** A plugin rejects the answer. */
  reject(error: unknown): void;
  /** The end of an answer that a plugin withheld; `undefined` if the reader gets the error. */
  withheld(error: unknown): ChatResult | undefined;
  /** The error the reader gets if the stream ends now. */
  interruption(reason?: ProviderError, summary?: string): StreamInterruptedError;
  /** The reader cannot take back its output. */
  neverRestart(): void;
}
