import { ConfigError, ProviderError } from '../../errors.ts';
import { connectionsSettled } from '../../transport/connection.ts';
import { disclosed, type FailedCall } from '../../transport/failure/disclose.ts';
import { classifyFailure } from '../../transport/failure/failure.ts';
import type { FailureRow } from '../../transport/failure/failure-table.ts';
import { causes, networkError } from '../../transport/failure/network-error.ts';
import { noHeaders } from '../../transport/headers.ts';
import { asObject, asText } from '../../util/json.ts';
import { anthropicFailures } from '../anthropic/failures.ts';
import { chatCompletionsFailures, failureFrom } from '../chat-completions/failures.ts';
import { googleFailures } from '../google/failures.ts';
import { isUnreadable } from '../shared/sdk-error.ts';

/** The AI SDK's errors by name, because they may come from another version of the package. */
const malformed = new Set([
  'AI_EmptyResponseBodyError',
  'AI_InvalidResponseDataError',
  'AI_JSONParseError',
  'AI_NoContentGeneratedError',
  'AI_TypeValidationError',
]);
const unfit = new Set([
  'AI_InvalidArgumentError',
  'AI_InvalidPromptError',
  'AI_NoSuchProviderReferenceError',
  'AI_TooManyEmbeddingValuesForCallError',
  'AI_UnsupportedFunctionalityError',
]);
const unset = new Set(['AI_LoadAPIKeyError', 'AI_LoadSettingError', 'AI_NoSuchModelError']);

/**
 * Converts an error that a model threw or emitted to a `ProviderError`, or to a `ConfigError` for a missing key or setting, which a
 * retry cannot fix.
 */
export async function toFailure(provider: string, error: unknown, call: FailedCall): Promise<unknown> {
  const { signal } = call;
  if (!signal.aborted) await connectionsSettled();
  return disclosed(classify(provider, error, signal), call, []);
}

function classify(provider: string, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return new ProviderError({ kind: 'aborted', provider, summary: 'aborted' });
  if (error instanceof ProviderError || error instanceof ConfigError) return error;
  const names = causes(error).map(({ name }) => name);
  if (names.some((name) => unset.has(name))) {
    const summary = 'the model lacks a key or a setting';
    return new ProviderError({ kind: 'auth', provider, summary, cause: error });
  }
  const { statusCode, responseHeaders, responseBody, data } = asObject(error) ?? {};
  if (typeof statusCode === 'number' && statusCode >= 400) {
    const body = typeof responseBody === 'string' ? parseOrKeep(responseBody) : data;
    return classifyFailure(
      { provider, status: statusCode, headers: headersOf(responseHeaders), body, cause: error },
      rowsOf(provider),
    );
  }
  if (names.some((name) => malformed.has(name)) || isUnreadable(causes(error))) {
    const summary = 'the answer is not in its vendor’s format';
    return new ProviderError({ kind: 'malformed', provider, answered: true, summary, cause: error });
  }
  if (names.some((name) => unfit.has(name))) {
    const summary = 'the model does not accept this request';
    return new ProviderError({ kind: 'bad-request', scope: 'deployment', provider, summary, cause: error });
  }
  if (error instanceof Error) return networkError(provider, error, typeof statusCode === 'number');
  // In a stream: the vendor's own error object.
  const body = typeof error === 'string' ? { error: parseOrKeep(error) } : { error };
  const failure = classifyFailure({ provider, headers: {}, body, cause: error }, rowsOf(provider));
  return failure.kind === 'unknown' ? failureFrom(body, provider, noHeaders) : failure;
}

/** The failure table of the vendor behind a model; most vendors use OpenAI's format. */
function rowsOf(provider: string): readonly FailureRow[] {
  if (provider === 'anthropic') return anthropicFailures;
  return provider === 'google' || provider === 'vertex' ? googleFailures : chatCompletionsFailures;
}

function headersOf(headers: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(asObject(headers) ?? {}).flatMap(([name, value]) => {
      const text = asText(value);
      return text === undefined ? [] : [[name.toLowerCase(), text]];
    }),
  );
}

function parseOrKeep(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
