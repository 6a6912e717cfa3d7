import type { FailureRow } from '../transport/failure.ts';
import { type Exchange, newExchange } from '../transport/transport.ts';
import type { ProviderCall, ProviderStreamPart } from '../types/provider.ts';
import { refuseAborted, toThrown } from './sdk-call.ts';

/** What one stream of an SDK is read with. */
export interface StreamReader {
  /** The parts in one chunk. */
  push(chunk: unknown): readonly ProviderStreamPart[];
  /** The last parts. Throws where the answer is not complete. */
  end(): readonly ProviderStreamPart[];
}

/** A stream of an SDK that has begun. */
export interface OpenedStream {
  readonly chunks: AsyncIterable<unknown>;
  readonly reader: StreamReader;
  /** What comes first: headers, warnings. */
  readonly first: ProviderStreamPart;
}

/**
 * Runs one stream of an SDK: its errors come out as `ProviderError`, an abort never looks like an end, and leaving it
 * early closes the connection, which SDKs do not all do by themselves.
 */
export async function* runStream(
  provider: string,
  call: ProviderCall,
  failures: readonly FailureRow[],
  open: (exchange: Exchange, signal: AbortSignal) => Promise<OpenedStream>,
): AsyncGenerator<ProviderStreamPart, void, undefined> {
  const exchange = newExchange(true, call.connectTimeout);
  const leaving = new AbortController();
  const follow = (): void => leaving.abort(call.signal.reason);
  call.signal.addEventListener('abort', follow, { once: true });
  let ended = false;
  try {
    refuseAborted(provider, call.signal);
    const { chunks, reader, first } = await open(exchange, leaving.signal);
    yield first;
    for await (const chunk of chunks) for (const part of reader.push(chunk)) yield part;
    refuseAborted(provider, call.signal);
    ended = true;
    yield* reader.end();
  } catch (error) {
    throw toThrown(provider, error, exchange, failures, call.signal);
  } finally {
    call.signal.removeEventListener('abort', follow);
    if (!ended) leaving.abort();
  }
}
