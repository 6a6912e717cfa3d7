import type {
  ProviderFinishPart,
  ProviderResponsePart,
  ProviderStream,
  ProviderStreamPart,
} from '../../../types/provider.ts';
import { abortLike } from '../../../util/time/real-abort.ts';
import { mark } from '../account-marks.ts';
import { RawChunks } from './raw-chunks.ts';
import { readRest } from './rest.ts';

/** Converts the chunks of one stream to parts. */
export interface StreamReader {
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

/** The chunks that arrived together, as in one packet. */
export interface Chunks {
  readonly chunks: readonly unknown[];
  /** Why the stream ends after these chunks, if known. */
  readonly end?: 'marked' | 'closed' | { readonly error: unknown } | undefined;
}

/** A source of the chunks of an answer. */
export interface ChunkSource {
  /** Reads the next chunks, possibly none. Not called after an end. */
  read(): Promise<Chunks>;
  /** The chunks that have arrived and were not read, without waiting. Omitted where they cannot be known. */
  arrived?(): Chunks;
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
export function partStream(
  options: PartStreamOptions,
): ProviderStream & AsyncIterator<ProviderStreamPart, undefined> {
  const { signal } = options;
  const leaving = abortLike(signal);
  const follow = (): void => leaving.abort(signal.reason);
  const raw = new RawChunks(options.includeRaw);
  let parts: ProviderStreamPart[] = [];
  let given = 0;
  let answer: OpenAnswer | undefined;
  let filling: Promise<void> | undefined;
  let state: 'new' | 'open' | 'over' | { readonly error: unknown } = 'new';

  const finish = (how: 'over' | { readonly error: unknown }): void => {
    state = how;
    signal.removeEventListener('abort', follow);
  };
  const leave = (): void => {
    leaving.abort(left());
    answer?.source.cancel();
  };

  const begin = async (): Promise<void> => {
    state = 'open';
    options.check();
    signal.addEventListener('abort', follow, { once: true });
    answer = await options.open(leaving.signal as AbortSignal, () => leaving.abort(left()));
    if (state === 'open') parts.push(answer.first);
    else answer.source.cancel();
  };
  const fill = async (): Promise<void> => {
    parts = [];
    given = 0;
    try {
      if (answer === undefined) await begin();
      else {
        const chunks = await answer.source.read();
        if (state === 'open' && takeIn(chunks, answer, options, raw, parts)) finish('over');
      }
    } catch (error) {
      if (state !== 'open') return;
      finish({ error: options.toThrown(error) });
      leave();
    } finally {
      filling = undefined;
    }
  };

  const ready = (): ProviderStreamPart | undefined => {
    const part = parts[given];
    if (part !== undefined) given += 1;
    return part;
  };
  const next = async (): Promise<Result> => {
    for (;;) {
      const part = ready();
      if (part !== undefined) return { done: false, value: part };
      if (typeof state === 'object') {
        const { error } = state;
        state = 'over';
        throw error;
      }
      if (state === 'over') return done;
      filling ??= fill();
      await filling;
    }
  };

  return {
    next() {
      const part = ready();
      return part === undefined ? next() : Promise.resolve({ done: false, value: part });
    },
    ready,
    return() {
      if (state === 'open') leave();
      finish('over');
      [parts, given] = [[], 0];
      return Promise.resolve(done);
    },
    arrived() {
      const unread = parts.slice(given);
      if (state === 'open' && answer !== undefined) takeArrived(answer, options, raw, unread);
      return unread;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function left(): DOMException {
  return new DOMException('the stream was left', 'AbortError');
}

/** Adds the parts of what has arrived of an answer that is being left. */
function takeArrived(
  answer: OpenAnswer,
  options: PartStreamOptions,
  raw: RawChunks,
  unread: ProviderStreamPart[],
): void {
  const chunks = answer.source.arrived?.();
  try {
    // Its caller aborted it and knows the reason.
    if (chunks !== undefined) takeIn(chunks, answer, { ...options, check() {} }, raw, unread);
  } catch {
    // It broke after these parts.
  }
}

/** Adds the parts of the chunks that arrived together. Returns whether the answer is over. */
function takeIn(
  { chunks, end }: Chunks,
  { reader, source }: OpenAnswer,
  { provider, account, includeRaw, check, complete }: PartStreamOptions,
  raw: RawChunks,
  parts: ProviderStreamPart[],
): boolean {
  for (const chunk of chunks) {
    raw.add(chunk);
    if (includeRaw === true) parts.push({ type: 'raw', value: chunk });
    for (const part of reader.push(chunk)) parts.push(mark(part, provider, account));
  }
  const isOver = reader.isOver?.() === true;
  if (end === undefined && !isOver) return false;
  if (end === undefined) source.rest();
  if (typeof end === 'object' && !isOver) throw end.error;
  check();
  for (const part of reader.end(end === 'marked')) {
    if (part.type !== 'finish') parts.push(mark(part, provider, account));
    else {
      const last = { ...part, raw: raw.list() };
      parts.push(complete?.(last) ?? last);
    }
  }
  return true;
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
    async read() {
      const result = await iterator.next();
      return result.done === true ? { chunks: [], end: 'closed' } : { chunks: [result.value] };
    },
    rest: () =>
      readRest(async () => {
        const { done } = await iterator.next();
        return done === true ? undefined : chunkSize;
      }, close),
    cancel,
  };
}
