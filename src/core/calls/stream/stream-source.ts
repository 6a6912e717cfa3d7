import type { ProviderError, StreamInterruptedError } from '../../../errors.ts';
import type { ProviderFinishPart } from '../../../types/provider.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import type { PartReader, Restart, StreamPart } from '../../../types/result/stream-part.ts';
import type { ChatInput } from '../../answer/answer.ts';
import type { Attempt } from '../../attempt/attempt.ts';
import type { AttemptError } from '../../attempt/attempt-error.ts';
import type { RequestState } from '../../request.ts';
import type { ReadPart, StreamInfo } from './accumulate.ts';
import type { Continuation } from './continuation.ts';
import type { Passage } from './passage.ts';

export type Read = IteratorResult<StreamPart, undefined>;

export const done: Read = { done: true, value: undefined };

/** What the caller of a stream reads. */
export interface StreamEnd extends PartReader<StreamPart> {
  readonly result: Promise<ChatResult>;
  next(): Promise<Read>;
  return(): Promise<Read>;
}

/** How to read one target's stream, and how to continue another one. */
export interface ReadStreamInit {
  readonly run: RequestState;
  readonly attempt: Attempt;
  readonly request: ChatInput['request'];
  /** The stream whose text this one continues. */
  readonly continuation: Continuation | undefined;
  /** Whether the reader may get a restart from a target that starts over instead of continuing. */
  onBeginsAgain(): boolean;
}

/** The source of a reader. */
export interface StreamSource {
  /** Returns the next part, or why there is none. */
  readonly current: {
    read(onPart: (part: ReadPart) => void, onError: (error: unknown) => void): void;
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
