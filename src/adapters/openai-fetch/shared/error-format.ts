import type { Failure } from '../errors.ts';

/** The error format of a response. */
export type Dialect = 'openai' | 'anthropic';

/** https://platform.openai.com/docs/guides/error-codes */
function openaiType(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 402) return 'insufficient_quota';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

/** https://platform.claude.com/docs/en/api/errors */
const anthropicTypes: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
};

/** Anthropic's error types. */
const anthropicType =
  /^(invalid_request|authentication|billing|permission|not_found|rate_limit|timeout|api|overloaded)_error$|^request_too_large$/;

/** The body of an error response, or the data of an error event in a stream. */
export function errorBody(failure: Failure, dialect: Dialect, requestId: string): object {
  const { status, code, message, param = null, details } = failure;
  if (dialect === 'openai')
    return { error: { message, type: failure.type ?? openaiType(status), param, code } };
  const usual = anthropicTypes[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
  const type = anthropicType.test(failure.type ?? '') ? failure.type : usual;
  const error = { type, message, ...(details === undefined ? {} : { details }) };
  return { type: 'error', error, request_id: requestId };
}

/** An error as an HTTP response. */
export function errorResponse(failure: Failure, dialect: Dialect, requestId: string): Response {
  const { status, code, attempts, retryAt } = failure;
  const headers = new Headers({ ...idHeaders(requestId), 'content-type': 'application/json' });
  // The router has already retried; this stops the SDK from retrying on top of it.
  headers.set('x-should-retry', 'false');
  if (attempts !== undefined) headers.set('x-signalbox-attempts', String(attempts));
  if (retryAt !== undefined) {
    const wait = Math.max(0, retryAt - Date.now());
    headers.set('retry-after', String(Math.ceil(wait / 1000)));
    headers.set('retry-after-ms', String(Math.ceil(wait)));
  }
  if (status === 401) headers.set('www-authenticate', 'Bearer');
  // Anthropic's own status for overload, which its SDK maps to an error class.
  const ownStatus = dialect === 'anthropic' && code === 'overloaded' ? 529 : status;
  return new Response(JSON.stringify(errorBody(failure, dialect, requestId)), { status: ownStatus, headers });
}

/** The request's id, under the header names that the SDKs read. */
export function idHeaders(requestId: string): Record<string, string> {
  return { 'x-request-id': requestId, 'request-id': requestId };
}
