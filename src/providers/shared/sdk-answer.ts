import { ProviderError } from '../../errors.ts';
import { readText } from '../../transport/body.ts';
import { connectionsSettled } from '../../transport/connection.ts';
import { PlainHeaders, type ResponseHeaders } from '../../transport/headers.ts';
import type { Answer } from '../../transport/response.ts';
import type { Exchange } from '../../transport/transport.ts';
import { parseAnswer } from './answer/parse.ts';
import { plainHeaders } from './sdk-error.ts';

/** The provider, and whether the answer arrives through our own transport. */
interface Asked {
  readonly name: string;
  readonly own: boolean;
}

/** Checks that an SDK returned a stream. */
export function asIterable(data: unknown, provider: string): AsyncIterable<unknown> {
  if (isIterable(data)) return data;
  throw new ProviderError({
    kind: 'malformed',
    provider,
    answered: true,
    summary: 'the answer is not a stream',
  });
}

function isIterable(data: unknown): data is AsyncIterable<unknown> {
  return typeof data === 'object' && data !== null && Symbol.asyncIterator in data;
}

/** The result of an SDK's promise: the raw answer, or what the SDK parsed from it. */
interface Answered {
  readonly answer?: Answer;
  readonly data?: unknown;
  readonly headers: ResponseHeaders;
}

/**
 * Waits for an SDK's promise. We read answers from our own transport ourselves, because the SDKs' decoders
 * cost several times as much. For other clients, headers come from the SDK if only it has them.
 */
export async function awaitAnswer(
  promise: PromiseLike<unknown>,
  exchange: Exchange,
  { own, name: provider }: Asked,
): Promise<Answered> {
  type WithResponse = () => Promise<{ data: unknown; response?: { headers?: unknown } }>;
  const { asResponse, withResponse } = promise as {
    readonly asResponse?: () => Promise<unknown>;
    readonly withResponse?: WithResponse;
  };
  if (own) {
    // `asResponse` keeps the SDK from reading the answer itself.
    const hasResponse = typeof asResponse === 'function';
    const data = await (hasResponse ? asResponse.call(promise) : promise);
    const { answer, headers, response } = exchange;
    // Some tracers return a generator, which sends nothing before it is read.
    if (answer === undefined && isIterable(data)) return { data, headers };
    if (answer === undefined)
      throw new ProviderError({ kind: 'malformed', provider, summary: 'the SDK sent nothing' });
    if (response === undefined) return { answer, headers };
    // Datadog learns of an answer where the SDK parses it: it replaces the method of the promise.
    if (hasResponse && !response.isTaken && !Object.hasOwn(promise, 'parse')) {
      response.used = true; // a tracer that also reads it, later, would take parts of it
      return { answer, headers };
    }
    // A tracer has wrapped the SDK's method, and has the SDK read the answer.
    return { data: hasResponse ? await promise : data, headers };
  }
  try {
    if (typeof withResponse !== 'function') return { data: await promise, headers: exchange.headers };
    const { data, response } = await withResponse.call(promise);
    return {
      data,
      headers:
        exchange.status === undefined ? new PlainHeaders(plainHeaders(response?.headers)) : exchange.headers,
    };
  } catch (error) {
    await connectionsSettled();
    throw error;
  }
}

/** Waits for a non-streaming answer. */
export async function awaitData(
  promise: PromiseLike<unknown>,
  exchange: Exchange,
  mapping: Asked,
): Promise<{ readonly data: unknown; readonly headers: ResponseHeaders }> {
  const { answer, data, headers } = await awaitAnswer(promise, exchange, mapping);
  return { data: answer === undefined ? data : parseAnswer(await readText(answer.body)), headers };
}
