import type {
  ProviderFinishPart,
  ProviderResponsePart,
  ProviderStream,
  ProviderStreamPart,
} from '../../../types/provider.ts';
import type { AbortLink } from '../../../util/time/abort.ts';
import { abortLike } from '../../../util/time/real-abort.ts';
import { mark } from '../account-marks.ts';
import { RawChunks } from './raw-chunks.ts';
import { readRest } from './rest.ts';
import type { TextPart, TextReader } from './text-template.ts';

/** Converts the chunks of one stream to parts. */
export interface StreamReader extends TextReader {
  /** The parts in one chunk. Throws `ProviderError` for an error inside the stream. */
  push(chunk: unknown): readonly ProviderStreamPart[];
  /**
   * Whether the vendor's terminal event has arrived. The answer then ends, even if the connection stays open.
   * Omitted for vendors without a terminal event, or with only the marker `[DONE]`.
   */
  isOver?(): boolean;
  /**
   * The last parts, ending with `finish`. Throws `ProviderError` if the answer was cut off.
   * @param marked whether the stream ended with the marker `[DONE]`
   */
  end(marked: boolean): readonly ProviderStreamPart[];
}

/** Why a stream ends. */
export type StreamEnd = 'marked' | 'closed' | { readonly error: unknown };

/** Takes the chunks of an answer as they arrive. */
export interface ChunkSink extends TextReader {
  /**
   * Takes a chunk. Returns its part, if that is nothing but text. Throws `ProviderError` for an error inside the
   * stream.
   */
  push(chunk: unknown): TextPart | undefined;
  /** Takes a chunk that is only known to give this part, and its JSON. */
  pushText(part: TextPart, data: string): void;
}

/** A source of the chunks of an answer. */
export interface ChunkSource {
  /** Reads the next chunks, possibly none. Returns the end if it follows. Not called after an end. */
  read(sink: ChunkSink): Promise<StreamEnd | undefined>;
  /** Takes the chunks that have arrived and were not read, without waiting. Omitted where they cannot be known. */
  arrived?(sink: ChunkSink): StreamEnd | undefined;
  /** Drains what follows a complete answer, so that the connection can be reused. */
  rest(): void;
  /** Cancels the rest of the answer. */
  cancel(): void;
}

/** An answer that has begun. */
export interface OpenAnswer {
  readonly first: ProviderResponsePart;
  readonly source: ChunkSource;
  readonly reader: StreamReader;
}

/** Options for one stream of parts. */
export interface PartStreamOptions {
  readonly provider: string;
  readonly account: string | undefined;
  /** The caller's signal. */
  readonly signal: AbortSignal;
  /** Whether to also emit each chunk unchanged. */
  readonly includeRaw: boolean | undefined;
  /**
   * Sends the request. The signal aborts when the caller's does, and when the stream is left early; `leave`
   * aborts it.
   */
  open(signal: AbortSignal, leave: () => void): Promise<OpenAnswer>;
  /** Throws if the call is aborted, which must never look like a normal end. */
  check(): void;
  /**
   * Extends the last part.
   *
   * @default unchanged
   */
  complete?(last: ProviderFinishPart): ProviderFinishPart;
  /** Converts a thrown error to the error to throw. */
  toThrown(error: unknown): unknown;
}

type Result = IteratorResult<ProviderStreamPart, undefined>;
const done: Result = { done: true, value: undefined };

/**
 * The parts of an answer. Parts from one packet are returned without waiting in between, and reading is on
 * demand. Written by hand, because a generator costs several times as much per part.
 */
export class PartStream implements ProviderStream, AsyncIterator<ProviderStreamPart, undefined>, ChunkSink {
  declare private readonly options: PartStreamOptions;
  declare private readonly leaving: AbortLink;
  declare private readonly raw: RawChunks;
  declare private parts: ProviderStreamPart[];
  declare private given: number;
  declare private answer: OpenAnswer | undefined;
  declare private filling: Promise<void> | undefined;
  declare private state: 'new' | 'open' | 'over' | { readonly error: unknown };

  constructor(options: PartStreamOptions) {
    this.options = options;
    this.leaving = abortLike(options.signal);
    this.raw = new RawChunks(options.includeRaw);
    this.parts = [];
    this.given = 0;
    this.answer = undefined;
    this.filling = undefined;
    this.state = 'new';
  }

  async next(): Promise<Result> {
    for (;;) {
      const part = this.parts[this.given];
      if (part !== undefined) {
        this.given += 1;
        return { done: false, value: part };
      }
      if (typeof this.state === 'object') {
        const { error } = this.state;
        this.state = 'over';
        throw error;
      }
      if (this.state === 'over') return done;
      this.filling ??= this.#fill();
      await this.filling;
    }
  }

  ready(): ProviderStreamPart | undefined {
    const part = this.parts[this.given];
    if (part !== undefined) this.given += 1;
    return part;
  }

  return(): Promise<Result> {
    if (this.state === 'open') this.#leave();
    this.#finish('over');
    this.parts = [];
    this.given = 0;
    return Promise.resolve(done);
  }

  arrived(): readonly ProviderStreamPart[] {
    const { answer } = this;
    if (this.state === 'open' && answer !== undefined) {
      try {
        // Its caller aborted it and knows the reason.
        this.#conclude(answer.source.arrived?.(this), answer, false);
      } catch {
        // It broke after these parts.
      }
    }
    return this.parts.slice(this.given);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  push(chunk: unknown): TextPart | undefined {
    if (this.state !== 'open' || this.answer === undefined) return undefined;
    const { provider, account, includeRaw } = this.options;
    this.raw.add(chunk);
    if (includeRaw === true) this.parts.push({ type: 'raw', value: chunk });
    const parts = this.answer.reader.push(chunk);
    for (const part of parts) this.parts.push(mark(part, provider, account));
    const [only] = parts;
    if (only === undefined || parts.length > 1 || includeRaw === true) return undefined;
    return only.type === 'text-delta' || only.type === 'reasoning-delta' ? only : undefined;
  }

  pushText(part: TextPart, data: string): void {
    if (this.state !== 'open') return;
    this.raw.add(undefined, data);
    this.parts.push(part);
  }

  textIn(chunk: unknown): TextPart | undefined {
    return this.answer?.reader.textIn?.(chunk);
  }

  /** The caller's signal is aborted. */
  handleEvent(): void {
    this.leaving.abort(this.options.signal.reason);
  }

  async #fill(): Promise<void> {
    this.parts = [];
    this.given = 0;
    try {
      const { answer } = this;
      if (answer === undefined) await this.#begin();
      else {
        const end = await answer.source.read(this);
        if (this.state === 'open' && this.#conclude(end, answer)) this.#finish('over');
      }
    } catch (error) {
      if (this.state !== 'open') return;
      this.#finish({ error: this.options.toThrown(error) });
      this.#leave();
    } finally {
      this.filling = undefined;
    }
  }

  async #begin(): Promise<void> {
    const { options, leaving } = this;
    this.state = 'open';
    options.check();
    options.signal.addEventListener('abort', this, { once: true });
    const answer = await options.open(leaving.signal as AbortSignal, () => leaving.abort(left()));
    this.answer = answer;
    if (this.state === 'open') this.parts.push(answer.first);
    else answer.source.cancel();
  }

  /** Adds the last parts if the answer is over. Returns whether it is. */
  #conclude(end: StreamEnd | undefined, { reader, source }: OpenAnswer, checks = true): boolean {
    const isOver = reader.isOver?.() === true;
    if (end === undefined && !isOver) return false;
    if (end === undefined) source.rest();
    if (typeof end === 'object' && !isOver) throw end.error;
    const { provider, account, check, complete } = this.options;
    if (checks) check();
    for (const part of reader.end(end === 'marked')) {
      if (part.type !== 'finish') this.parts.push(mark(part, provider, account));
      else {
        const last = { ...part, raw: this.raw.list() };
        this.parts.push(complete?.(last) ?? last);
      }
    }
    return true;
  }

  #finish(how: 'over' | { readonly error: unknown }): void {
    this.state = how;
    this.options.signal.removeEventListener('abort', this);
  }

  #leave(): void {
    this.leaving.abort(left());
    this.answer?.source.cancel();
  }
}

function left(): DOMException {
  return new DOMException('the stream was left', 'AbortError');
}

/** Assumed size of an SDK's chunk, in bytes, because SDKs do not report it. */
const chunkSize = 256;

/**
 * Converts the chunks of an SDK's stream to a source.
 *
 * @param close closes the connection: an iterator that waits for its next chunk cannot be ended
 */
export function fromIterable(chunks: AsyncIterable<unknown>, close: () => void): ChunkSource {
  const iterator = chunks[Symbol.asyncIterator]();
  const cancel = (): void => {
    Promise.resolve(iterator.return?.()).catch(() => {});
  };
  return {
    async read(sink) {
      const result = await iterator.next();
      if (result.done === true) return 'closed';
      sink.push(result.value);
      return undefined;
    },
    rest: () =>
      readRest(async () => {
        const { done } = await iterator.next();
        return done === true ? undefined : chunkSize;
      }, close),
    cancel,
  };
}
