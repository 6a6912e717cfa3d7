import { ConfigError, ProviderError } from '../../errors.ts';
import { disclosed, type FailedCall, secretsIn } from '../../transport/failure/disclose.ts';
import { classifyFailure } from '../../transport/failure/failure.ts';
import type { FailureRow } from '../../transport/failure/failure-table.ts';
import { causes, networkError } from '../../transport/failure/network-error.ts';
import type { Exchange } from '../../transport/transport.ts';

/**
 * Converts an error thrown by an SDK to a `ProviderError`: the failure our own transport recorded; otherwise
 * an API error with `status`, `headers` and `error`, as from an injected client or an error event in a
 * stream; otherwise a network error.
 */
function sdkError(
  provider: string,
  error: unknown,
  exchange: Exchange,
  failures: readonly FailureRow[],
): ProviderError {
  if (exchange.failure !== undefined) return exchange.failure;
  const chain = causes(error);
  const ours = chain.find((cause) => cause instanceof ProviderError);
  if (ours !== undefined) return ours;
  const apiError = (error ?? {}) as {
    status?: unknown;
    headers?: unknown;
    error?: unknown;
    errorDetails?: unknown;
  };
  const status = typeof apiError.status === 'number' ? apiError.status : undefined;
  const inside = apiError.error ?? undefined;
  if (status !== undefined || typeof inside === 'object' || typeof inside === 'string') {
    const headers = { ...exchange.headers.record(), ...plainHeaders(apiError.headers) };
    const body =
      (typeof inside === 'string' ? { error: inside } : inside) ??
      bodyIn(chain[0]?.message ?? '', apiError.errorDetails);
    return classifyFailure({ provider, status, headers, body, cause: error }, failures);
  }
  if (isUnreadable(chain)) {
    return new ProviderError({
      kind: 'malformed',
      provider,
      summary: 'the SDK cannot read the answer',
      cause: error,
    });
  }
  return networkError(provider, error, exchange.status !== undefined);
}

/** Messages of Google's older SDK for an answer that is not JSON. */
const unparsed = /failed to parse stream|error parsing JSON/i;
/**
 * Runtime messages in a `TypeError` for a failed connection. All runtimes except browsers also set a cause.
 */
const broken = /fetch|network|load failed|terminated|socket|connection/i;

/**
 * Whether an SDK failed to read an answer: it parsed something that is not JSON, or accessed missing fields.
 */
export function isUnreadable(chain: readonly Error[]): boolean {
  return chain.some((cause) => {
    if (cause instanceof SyntaxError || unparsed.test(cause.message)) return true;
    return cause instanceof TypeError && cause.cause === undefined && !broken.test(cause.message);
  });
}

/** The error body in the message of Google's SDKs: either JSON, or only the vendor's message and details. */
function bodyIn(message: string, details: unknown): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return { error: { message: message.replace(legacyPrefix, ''), details } };
  }
}

/** The prefix of Google's older SDK, with the address, which always names the model. */
const legacyPrefix = /^\[GoogleGenerativeAI Error\]: Error fetching from \S+ \[\d+[^\]]*\] /;

/** Converts a `Headers` object, or a plain one, to a plain object with lower-case names. */
export function plainHeaders(headers: unknown): Record<string, string> {
  if (typeof headers !== 'object' || headers === null) return {};
  const entries =
    headers instanceof Headers ? [...headers] : Object.entries(headers as Record<string, unknown>);
  return Object.fromEntries(
    entries
      .filter(([, value]) => typeof value === 'string')
      .map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

/** Messages of `Headers` for an invalid value, which only injected clients can have. */
const unsendable = /invalid header|ByteString/i;

/**
 * Converts an error thrown inside a provider to the error to throw.
 *
 * @param secrets keys that the exchange does not know, of an injected client
 */
export function toThrown(
  provider: string,
  error: unknown,
  exchange: Exchange,
  failures: readonly FailureRow[],
  call: FailedCall,
  secrets: readonly string[] = [],
): unknown {
  if (error instanceof ConfigError) return error;
  if (error instanceof TypeError && unsendable.test(error.message)) {
    // The runtime's message quotes the header, which often contains the key.
    return new ConfigError(provider, 'keys and headers that are valid in a request', 'invalid ones');
  }
  if (call.signal.aborted) return aborted(provider);
  const failure = sdkError(provider, error, exchange, failures);
  return disclosed(failure, call, [...secrets, ...secretsIn(exchange.sentHeaders)]);
}

/**
 * Throws if the signal is aborted. Some SDKs end silently on an abort, which must never look like a normal
 * end.
 */
export function refuseAborted(provider: string, signal: AbortSignal): void {
  if (signal.aborted) throw aborted(provider);
}

/** The error of an aborted call. */
export function aborted(provider: string): ProviderError {
  return new ProviderError({ kind: 'aborted', provider, summary: 'aborted' });
}
