import { ConfigError, ProviderError } from '../errors.ts';
import type { FailureRow } from '../transport/failure.ts';
import { type Exchange, newExchange, type Transport } from '../transport/transport.ts';
import type { ProviderCall } from '../types/provider.ts';
import { plainHeaders, sdkError } from './sdk-error.ts';

/** The key under which a call's exchange travels through an SDK, in the options that it hands on to `fetch`. */
const exchangeKey = Symbol('signalbox.exchange');

/** What an SDK gives to `fetch` when it was called with `withExchange`. */
type CarryingInit = RequestInit & { readonly [exchangeKey]?: Exchange };

/** Options for one call of an SDK that hands `fetchOptions` on: so that the transport knows which call it serves. */
export function withExchange(exchange: Exchange): { readonly [exchangeKey]: Exchange } {
  return { [exchangeKey]: exchange };
}

/** The transport as a `fetch` for such an SDK. */
export function sdkFetch(transport: Transport): (input: unknown, init?: RequestInit) => Promise<Response> {
  return (input, init: CarryingInit = {}) => {
    const url = typeof input === 'string' || input instanceof URL ? String(input) : (input as Request).url;
    return transport.send(url, init, init[exchangeKey] ?? newExchange(false, undefined));
  };
}

/** An answer of an SDK and its headers, in lower case; empty where the SDK does not tell them. */
export interface SdkAnswer {
  readonly data: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** Waits for an SDK's promise, and takes the response's headers from it where it has `withResponse()`. */
export async function awaitAnswer(promise: PromiseLike<unknown>, exchange: Exchange): Promise<SdkAnswer> {
  const { withResponse } = promise as { withResponse?: () => Promise<{ data: unknown; response?: { headers?: unknown } }> };
  if (Object.keys(exchange.headers).length > 0 || typeof withResponse !== 'function') {
    const data = await promise;
    return { data, headers: exchange.headers };
  }
  const { data, response } = await withResponse.call(promise);
  return { data, headers: { ...plainHeaders(response?.headers), ...exchange.headers } };
}

/** Calls an SDK once, in a way that nothing but `ProviderError` and `ConfigError` comes out of it. */
export async function guarded<T>(
  provider: string,
  call: ProviderCall,
  failures: readonly FailureRow[],
  stream: boolean,
  work: (exchange: Exchange) => Promise<T>,
): Promise<T> {
  const exchange = newExchange(stream, call.connectTimeout);
  try {
    refuseAborted(provider, call.signal);
    const result = await work(exchange);
    refuseAborted(provider, call.signal);
    return result;
  } catch (error) {
    throw toThrown(provider, error, exchange, failures, call.signal);
  }
}

/** What a provider throws for what an SDK threw. */
export function toThrown(
  provider: string,
  error: unknown,
  exchange: Exchange,
  failures: readonly FailureRow[],
  signal: AbortSignal,
): unknown {
  if (error instanceof ConfigError) return error;
  if (signal.aborted) return new ProviderError({ kind: 'aborted', provider, summary: 'aborted' });
  return sdkError(provider, error, exchange, failures);
}

/** SDKs end silently when they are aborted: that must never look like an end. */
export function refuseAborted(provider: string, signal: AbortSignal): void {
  if (signal.aborted) throw new ProviderError({ kind: 'aborted', provider, summary: 'aborted' });
}

/** Loads a peer package when it is first needed. */
export async function loadPeer<T>(factory: string, name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch {
    throw new ConfigError(factory, `the package "${name}" to be installed, or a \`client\` to be given`, 'neither');
  }
}
