import { ProviderError } from '../errors.ts';
import type { ProviderErrorKind, ProviderErrorScope } from '../types/error.ts';
import { retryAfterInText, retryAfterOf } from './retry-after.ts';

/** What a vendor said when it failed, over HTTP or inside a stream. */
export interface Failure {
  readonly provider: string;
  /** HTTP status; for an error inside a stream or a 200 answer the one that the vendor's code stands for, if any. */
  readonly status?: number | undefined;
  /** In lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The parsed body, or its text where it is not JSON. */
  readonly body?: unknown;
  readonly cause?: unknown;
}

/** The parts of a vendor's error that rows look at. */
export interface FailureFacts {
  readonly status: number | undefined;
  /** The most specific code the vendor gave (`error.details.error_code`, `error.code`). */
  readonly code: string | undefined;
  /** `error.type`, or Google's `error.status`. */
  readonly type: string | undefined;
  /** At most 2,048 characters. */
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** One line of a failure table: if all that it names fits, this is what happened. */
export interface FailureRow {
  readonly status?: number | readonly number[];
  /** Compared with both `code` and `type`. */
  readonly code?: string | readonly string[];
  /** The last resort: words of the message. */
  readonly message?: RegExp;
  readonly kind: ProviderErrorKind;
  readonly scope?: ProviderErrorScope;
  /** Milliseconds to wait where the vendor gives none; or read from the answer. */
  readonly retryAfter?: number | ((facts: FailureFacts) => number | undefined);
}

/** Rows that hold for every vendor; a vendor's own come first. The order matters: evidence before status. */
const commonRows: readonly FailureRow[] = [
  { code: ['context_length_exceeded', 'model_context_window_exceeded'], kind: 'context-length' },
  {
    status: [400, 413, 422],
    message:
      /maximum context length|context window|prompt is too long|input is too long|input token count|input tokens exceed/i,
    kind: 'context-length',
  },
  { status: 413, kind: 'context-length' },
  { status: 402, kind: 'quota', retryAfter: 900_000 },
  { status: 429, kind: 'rate-limit' },
  { status: [401, 403], kind: 'auth' },
  { status: 404, kind: 'not-found' },
  { status: [408, 504], kind: 'timeout' },
  { status: [503, 529], kind: 'overloaded' },
  { status: [409, 425, 499], kind: 'server' },
];

/** Turns a vendor's failure into a `ProviderError`, by the first row of the vendor's table or the common one that fits. */
export function classifyFailure(failure: Failure, vendorRows: readonly FailureRow[] = []): ProviderError {
  const facts = factsOf(failure);
  const row = vendorRows.find((r) => fits(r, facts)) ?? commonRows.find((r) => fits(r, facts));
  const kind = row?.kind ?? kindOfStatus(facts.status);
  const said = retryAfterOf(facts.headers) ?? retryAfterInText(facts.message);
  const fallback = typeof row?.retryAfter === 'function' ? row.retryAfter(facts) : row?.retryAfter;
  return new ProviderError({
    provider: failure.provider,
    kind,
    status: facts.status,
    code: facts.code ?? facts.type,
    retryAfter: said ?? fallback,
    requestId: requestIdOf(facts.headers),
    scope: row?.scope ?? (isHTML(facts.body) ? 'endpoint' : undefined),
    vendorMessage: facts.message.slice(0, 300),
    cause: failure.cause,
  });
}

/** The vendor's id of a request, from the headers of its answer. */
export function requestIdOf(headers: Readonly<Record<string, string>>): string | undefined {
  return (
    headers['x-request-id'] ??
    headers['request-id'] ??
    headers['x-generation-id'] ??
    headers['x-amzn-requestid'] ??
    headers['apim-request-id']
  );
}

function kindOfStatus(status: number | undefined): ProviderErrorKind {
  if (status === undefined) return 'unknown';
  if (status >= 500) return 'server';
  if (status >= 400) return 'bad-request';
  if (status >= 300) return 'bad-request';
  return 'malformed';
}

function fits(row: FailureRow, facts: FailureFacts): boolean {
  if (row.status !== undefined) {
    const statuses = typeof row.status === 'number' ? [row.status] : row.status;
    if (facts.status === undefined || !statuses.includes(facts.status)) return false;
  }
  if (row.code !== undefined) {
    const codes = typeof row.code === 'string' ? [row.code] : row.code;
    if (!codes.some((code) => code === facts.code || code === facts.type)) return false;
  }
  return row.message === undefined || row.message.test(facts.message);
}

// Vendors say `{error: {code, type, message}}`, `{error: {status}}` (Google), `{error: 'text'}` (Ollama),
// `{object: 'error', code, type, message}` (vLLM), `{detail: [{msg}]}` (FastAPI) or `[{error}]` (Google's REST).
function factsOf(failure: Failure): FailureFacts {
  const outer = Array.isArray(failure.body) ? failure.body[0] : failure.body;
  const top = record(outer);
  const error = record(top?.['error']) ?? top ?? {};
  const details = record(error['details']);
  const code = word(details?.['error_code']) ?? word(error['code']) ?? word(top?.['code']);
  const type = word(error['type']) ?? word(error['status']) ?? word(top?.['type']);
  const status = failure.status ?? statusIn(error['code']);
  const detail = Array.isArray(top?.['detail']) ? record(top['detail'][0])?.['msg'] : top?.['detail'];
  const texts = [error['message'], top?.['error'], top?.['message'], detail, outer];
  const message = texts.find((text) => typeof text === 'string');
  return {
    status,
    code: code !== undefined && /^\d+$/.test(code) ? undefined : code,
    type,
    message: typeof message === 'string' ? message.slice(0, 2048) : '',
    headers: failure.headers ?? {},
    body: failure.body,
  };
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function word(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function statusIn(code: unknown): number | undefined {
  const number = Number(code);
  return Number.isInteger(number) && number >= 400 && number < 600 ? number : undefined;
}

function isHTML(body: unknown): boolean {
  return typeof body === 'string' && /^\s*(<!doctype|<html)/i.test(body.slice(0, 200));
}
