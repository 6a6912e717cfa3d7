import { ProviderError } from '../../errors.ts';
import { classifyFailure } from '../../transport/failure/failure.ts';
import type { FailureRow } from '../../transport/failure/failure-table.ts';
import { causes, networkError } from '../../transport/failure/network-error.ts';
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

/** Google's older SDK, of an answer that is no JSON. */
const unparsed = /failed to parse stream|error parsing JSON/i;
/** What runtimes say in a `TypeError` when a connection fails; all but browsers give its cause. */
const broken = /fetch|network|load failed|terminated|socket|connection/i;

/** Whether an SDK failed at the form of an answer: it parses what is no JSON, or looks for fields in what has none. */
export function isUnreadable(chain: readonly Error[]): boolean {
  return chain.some((cause) => {
    if (cause instanceof SyntaxError || unparsed.test(cause.message)) return true;
    return cause instanceof TypeError && cause.cause === undefined && !broken.test(cause.message);
  });
}

/** Google's SDKs put the vendor's error into their message, as JSON, or keep only its words and details. */
function bodyIn(message: string, details: unknown): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return { error: { message: message.replace(legacyPrefix, ''), details } };
  }
}

/** What Google's older SDK puts before the vendor's words: the address, which names the model whatever went wrong. */
const legacyPrefix = /^\[GoogleGenerativeAI Error\]: Error fetching from \S+ \[\d+[^\]]*\] /;

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
