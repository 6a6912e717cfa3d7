import type {
  ProviderFinishPart,
  ProviderResponsePart,
  ProviderStreamPart,
} from '../../../types/provider.ts';
import { mark } from '../account-marks.ts';
import { readRest } from './rest.ts';

/** Takes the chunks of one stream, one by one. */
export interface StreamReader {
  /** The parts in one chunk. Throws `ProviderError` for an error inside the stream. */
  push(chunk: unknown): readonly ProviderStreamPart[];
  /**
   * Whether the vendor's own terminal event has come. The answer then ends there, also where the connection stays open. Left out
   * where the vendor has no such event, or none but the mark `[DONE]`.
   */
  isOver?(): boolean;
  /**
   * The last parts, `finish` at the very end. Throws `ProviderError` where the answer was cut off.
   * @param marked whether the stream ended with the mark `[DONE]`
   */
  end(marked: boolean): readonly ProviderStreamPart[];
}

/** The chunks of one packet, or as many as came at once. */
export interface Chunks {
  readonly chunks: readonly unknown[];
  /** Why there are no more after these, if that is known by now. */
  readonly end?: 'marked' | 'closed' | { readonly error: unknown } | undefined;
}

/** The chunks of an answer, as they come. */
export interface ChunkSource {
  /** The next chunks, perhaps none. Not called again after an end. */
  read(): Promise<Chunks>;
  /** Reads what follows a complete answer, so that the connection can be used again. */
  rest(): void;
  /** Gives up on the rest. */
  cancel(): void;
}

/** An answer that has begun. */
export interface OpenAnswer {
  readonly first: ProviderResponsePart;
  readonly source: ChunkSource;
  readonly reader: StreamReader;
}

/** How one stream is made. */
export interface PartStreamOptions {
  readonly provider: string;
  readonly account: string | undefined;
  /** The caller's. */
  readonly signal: AbortSignal;
  /** Whether each chunk is given out as it is, too. */
  readonly includeRaw: boolean | undefined;
  /**
   * Sends the request. The signal aborts with the caller's, and when the stream is left early; `leave` aborts it.
   */
  open(signal: AbortSignal, leave: () => void): Promise<OpenAnswer>;
  /** Throws if the call is aborted: an abort must never look like an end. */
  check(): void;
  /** What the last part says beyond what its reader knows. Default: nothing. */
  complete?(last: ProviderFinishPart): ProviderFinishPart;
  /** What to throw for what was thrown. */
  toThrown(error: unknown): unknown;
}

type Result = IteratorResult<ProviderStreamPart, undefined>;
const done: Result = { done: true, value: undefined };

/**
 * The parts of an answer. What came in one packet is given out without waiting in between, and nothing more is read before
 * it is asked for. Written by hand, because a generator costs several times as much per part.
 */
export function partStream(options: PartStreamOptions): AsyncIterableIterator<ProviderStreamPart, undefined> {
  const { signal } = options;
  const leaving = new AbortController();
  const follow = (): void => leaving.abort(signal.reason);
  const raw: unknown[] = [];
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
    leaving.abort();
    answer?.source.cancel();
  };

  const begin = async (): Promise<void> => {
    state = 'open';
    options.check();
    signal.addEventListener('abort', follow, { once: true });
    answer = await options.open(leaving.signal, () => leaving.abort());
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

  const next = async (): Promise<Result> => {
    for (;;) {
      const part = parts[given];
      if (part !== undefined) {
        given += 1;
        return { done: false, value: part };
      }
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
      const part = parts[given];
      if (part === undefined) return next();
      given += 1;
      return Promise.resolve({ done: false, value: part });
    },
    return() {
      if (state === 'open') leave();
      finish('over');
      parts = [];
      given = 0;
      return Promise.resolve(done);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Adds the parts of what came in one packet. Says whether the answer is over. */
function takeIn(
  { chunks, end }: Chunks,
  { reader, source }: OpenAnswer,
  { provider, account, includeRaw, check, complete }: PartStreamOptions,
  raw: unknown[],
  parts: ProviderStreamPart[],
): boolean {
  for (const chunk of chunks) {
    raw.push(chunk);
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
    else parts.push(complete?.({ ...part, raw }) ?? { ...part, raw });
  }
  return true;
}

/** What a chunk of an SDK's counts for: it does not say how many bytes it was. */
const chunkSize = 256;

/**
 * The chunks of what an SDK makes of an answer.
 *
 * @param close closes the connection: an iterator that waits for its next chunk cannot be left
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
