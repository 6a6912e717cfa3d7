import { ProviderError } from '../../errors.ts';
import { classifyFailure } from '../../transport/failure.ts';
import type { FailureRow } from '../../transport/failure-table.ts';
import { causes, networkError } from '../../transport/network-error.ts';
import type { Exchange } from '../../transport/transport.ts';

/**
 * Whatever an SDK threw, as a `ProviderError`: what our own transport found first; else what the error says by its shape
 * (`status`, `headers`, `error`), as from an injected client or from an error event inside a stream; else a broken connection.
 */
export function sdkError(
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
    const headers = { ...exchange.headers, ...plainHeaders(apiError.headers) };
    const body =
      (typeof inside === 'string' ? { error: inside } : inside) ??
      bodyIn(chain[0]?.message ?? '', apiError.errorDetails);
    return classifyFailure({ provider, status, headers, body, cause: error }, failures);
  }
  if (chain.some((cause) => cause instanceof SyntaxError || unparsed.test(cause.message))) {
    return new ProviderError({
      kind: 'malformed',
      provider,
      summary: 'the answer is not valid JSON',
      cause: error,
    });
  }
  return networkError(provider, error, exchange.status !== undefined);
}

/** Google's older SDK, of an answer that is no JSON. */
const unparsed = /failed to parse stream|error parsing JSON/i;

/** Google's SDKs put the vendor's error into their message, as JSON, or keep only its words and details. */
function bodyIn(message: string, details: unknown): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return { error: { message, details } };
  }
}

/** A `Headers` object or a plain one, as a plain one with names in lower case. */
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
