import { ProviderError } from '../errors.ts';
import type { HitLimit, ProviderErrorKind, ProviderErrorScope } from '../types/error.ts';
import { limitsOf, windowResetOf } from './rate-limits.ts';
import { answeredAt, retryAfterInBody, retryAfterInText, retryAfterOf } from './retry-after.ts';

/** What a vendor said when it failed, over HTTP or inside a stream. */
export interface Failure {
  readonly provider: string;
  /** HTTP status; none for an error inside a stream or a 200 answer. */
  readonly status?: number | undefined;
  /** In lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The parsed body, or its text where it is not JSON. */
  readonly body?: unknown;
  readonly cause?: unknown;
}

/** The parts of a vendor's error that rows look at. */
export interface FailureFacts {
  readonly provider: string;
  readonly status: number | undefined;
  /** Every word for the error that the vendor gave, the most specific first, in lower case. */
  readonly codes: readonly string[];
  /** At most 2,048 characters; empty for a web page, which says nothing that can be relied on. */
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** `metadata` beside the code, as OpenRouter has it. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** When the vendor answered: milliseconds since 1970, by its own clock where it says so. */
  readonly now: number;
}

/** One line of a failure table: if all that it names fits, this is what happened. */
export interface FailureRow {
  /** Only what this provider says. */
  readonly provider?: string;
  /** Inside a stream or a 200 answer, where there is none, the row's words decide alone. */
  readonly status?: number | readonly number[];
  /** One of the vendor's words for the error; upper and lower case are the same. */
  readonly code?: string | readonly string[];
  /** The last resort: words of the message. */
  readonly message?: RegExp;
  /** What else has to hold. */
  readonly when?: (facts: FailureFacts) => boolean;
  readonly kind: ProviderErrorKind;
  readonly scope?: ProviderErrorScope;
  /** Default: what codes, message and headers say. */
  readonly limit?: HitLimit;
  /** Milliseconds to wait where the vendor gives none. */
  readonly retryAfter?: number | ((facts: FailureFacts) => number | undefined);
  /** The HTTP status that it stands for where there is none. Default: the kind's usual one. */
  readonly standsFor?: number;
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
  // What one model does not take, the next one may.
  {
    status: 400,
    code: ['unsupported_parameter', 'unsupported_value'],
    kind: 'bad-request',
    scope: 'deployment',
  },
  { status: 402, kind: 'quota', retryAfter: 900_000 },
  { status: 429, kind: 'rate-limit' },
  { status: [401, 403], kind: 'auth' },
  { status: 404, kind: 'not-found' },
  { status: [408, 504], kind: 'timeout' },
  // Cloudflare's own words about the server behind it.
  { status: [522, 524], kind: 'timeout', scope: 'endpoint' },
  { status: [520, 521, 523, 525, 526, 527, 530], kind: 'server', scope: 'endpoint' },
  { status: [503, 529], kind: 'overloaded' },
  { status: [409, 424, 425, 499], kind: 'server' },
];

/** A day. */
const longestPause = 86_400_000;

/** What an error inside an answer stands for. */
const usualStatus: Partial<Record<ProviderErrorKind, number>> = {
  'rate-limit': 429,
  quota: 429,
  overloaded: 503,
  server: 500,
  timeout: 504,
  auth: 401,
  'not-found': 404,
  'bad-request': 400,
  'context-length': 400,
  'content-filter': 400,
};

/** Turns a vendor's failure into a `ProviderError`, by the first row of the vendor's table or the common one that fits. */
export function classifyFailure(failure: Failure, vendorRows: readonly FailureRow[] = []): ProviderError {
  const { facts, code, text } = read(failure);
  const row = vendorRows.find((r) => fits(r, facts)) ?? commonRows.find((r) => fits(r, facts));
  const kind = row?.kind ?? kindOfStatus(facts.status);
  return new ProviderError({
    provider: failure.provider,
    kind,
    status: facts.status ?? row?.standsFor ?? usualStatus[kind],
    code,
    limit: row?.limit ?? limitOf(kind, facts),
    retryAfter: toldPause(facts) ?? pauseOf(row, facts),
    requestId: requestIdOf(facts.headers),
    scope: row?.scope ?? scopeOf(facts),
    answered: true,
    vendorMessage: text.slice(0, 300),
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
  if (status >= 300) return 'bad-request';
  return 'malformed';
}

/** A web page comes from what stands before the vendor's service, and a redirect from a wrong address. */
function scopeOf({ status = 0, body }: FailureFacts): ProviderErrorScope | undefined {
  return isHTML(body) || (status >= 300 && status < 400) ? 'endpoint' : undefined;
}

/** When the vendor wants to be asked again, from the most exact of what it says. */
function toldPause({ headers, body, message, status, now }: FailureFacts): number | undefined {
  const told = retryAfterOf(headers) ?? retryAfterInBody(body, now) ?? retryAfterInText(message, now);
  return told ?? (status === 429 ? windowResetOf(headers) : undefined);
}

function pauseOf(row: FailureRow | undefined, facts: FailureFacts): number | undefined {
  const ms = typeof row?.retryAfter === 'function' ? row.retryAfter(facts) : row?.retryAfter;
  // Computed from what the vendor says of its clock, which may be anything.
  return ms !== undefined && ms >= 0 && ms <= longestPause ? ms : undefined;
}

/** Which limit a refusal was about: by a word for it, by what the message names, or by which one has nothing left. */
function limitOf(kind: ProviderErrorKind, facts: FailureFacts): HitLimit | undefined {
  if (kind === 'quota') return 'credit';
  if (kind !== 'rate-limit') return undefined;
  const words = `${facts.message} ${quotasIn(facts.body).join(' ')}`;
  if (/per[ _-]?day|daily|\b[RT]PD\b/i.test(words)) return 'daily';
  for (const limit of ['tokens', 'requests'] as const) if (facts.codes.includes(limit)) return limit;
  if (/\bRPM\b/.test(words)) return 'requests';
  if (/\bTPM\b|tokens?\b|token_?count|InputTokens/i.test(words)) return 'tokens';
  if (/requests? per|per[ _-]?minute|call rate|concurren|requests has exceeded/i.test(words))
    return 'requests';
  return limitsOf(facts.headers).find(({ remaining }) => remaining === 0)?.of;
}

function fits(row: FailureRow, facts: FailureFacts): boolean {
  if (row.provider !== undefined && row.provider !== facts.provider) return false;
  if (row.status !== undefined && !(facts.status === undefined && hasWords(row))) {
    const statuses = typeof row.status === 'number' ? [row.status] : row.status;
    if (facts.status === undefined || !statuses.includes(facts.status)) return false;
  }
  if (row.code !== undefined) {
    const codes = typeof row.code === 'string' ? [row.code] : row.code;
    if (!codes.some((code) => facts.codes.includes(code.toLowerCase()))) return false;
  }
  if (row.message !== undefined && !row.message.test(facts.message)) return false;
  return row.when === undefined || row.when(facts);
}

function hasWords({ code, message }: FailureRow): boolean {
  return code !== undefined || message !== undefined;
}

// Vendors say `{error: {code, type, message}}`, `{error: {status}}` (Google), `{error: 'text'}` (Ollama),
// `{object: 'error', code, type, message}` (vLLM), `{detail: [{msg}]}` (FastAPI), `{errors: [{code, message}]}` (Cloudflare) or
// `[{error}]` (Google's REST).
function read(failure: Failure): {
  readonly facts: FailureFacts;
  readonly code: string | undefined;
  readonly text: string;
} {
  const outer = firstOf(failure.body);
  const top = record(outer);
  const error = record(firstOf(top?.['error'])) ?? record(firstOf(top?.['errors'])) ?? top ?? {};
  const metadata = record(error['metadata']) ?? {};
  // OpenRouter puts the headers of whom it asked there.
  const headers = { ...lowerCased(metadata['headers']), ...failure.headers };
  const words = [
    record(error['details'])?.['error_code'],
    error['code'],
    top?.['code'],
    metadata['error_type'],
    metadata['limit_source'],
    // AWS: `ThrottlingException:http://…` in a header, or `com.amazon…#ThrottlingException` in the body.
    headers['x-amzn-errortype']?.split(':')[0],
    word(top?.['__type'])?.split('#').pop(),
    error['type'],
    error['status'],
    top?.['type'],
    record(error['innererror'])?.['code'],
  ]
    .map(word)
    .filter((found) => found !== undefined);
  const names = words.filter((found) => !/^\d+$/.test(found));
  const detail = Array.isArray(top?.['detail']) ? record(top['detail'][0])?.['msg'] : top?.['detail'];
  const texts = [
    error['message'],
    firstOf(top?.['error']),
    top?.['message'],
    top?.['Message'],
    detail,
    outer,
  ];
  const found = texts.find((candidate) => typeof candidate === 'string');
  const text = typeof found === 'string' ? found.slice(0, 2048) : '';
  return {
    facts: {
      provider: failure.provider,
      status: failure.status ?? statusIn(error['code']),
      codes: names.map((name) => name.toLowerCase()),
      message: isHTML(failure.body) ? '' : text,
      headers,
      body: failure.body,
      metadata,
      now: answeredAt(headers),
    },
    code: names[0],
    text,
  };
}

/** Details of an error as Google's services give them (https://google.aip.dev/193#errorinfo). */
function detailsOf(body: unknown): readonly Readonly<Record<string, unknown>>[] {
  const outer = record(firstOf(body));
  const details = record(outer?.['error'])?.['details'] ?? outer?.['details'];
  return Array.isArray(details) ? details.map(record).filter((detail) => detail !== undefined) : [];
}

function detailOf(body: unknown, name: string): Readonly<Record<string, unknown>> | undefined {
  return detailsOf(body).find((detail) => word(detail['@type'])?.endsWith(name) === true);
}

/** The names of the quotas that `QuotaFailure` says are used up. */
export function quotasIn(body: unknown): readonly string[] {
  const violations = detailOf(body, 'QuotaFailure')?.['violations'];
  if (!Array.isArray(violations)) return [];
  return violations
    .slice(0, 32)
    .map((violation) => word(record(violation)?.['quotaId'])?.slice(0, 100) ?? '');
}

function lowerCased(headers: unknown): Record<string, string> {
  const entries = Object.entries(record(headers) ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  return Object.fromEntries(entries.filter(([, value]) => typeof value === 'string'));
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
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
  // Not of anything else: `Number` calls what an object says is its `valueOf`.
  const number = typeof code === 'string' || typeof code === 'number' ? Number(code) : Number.NaN;
  return Number.isInteger(number) && number >= 400 && number < 600 ? number : undefined;
}

function isHTML(body: unknown): boolean {
  return typeof body === 'string' && /^\s*(<!doctype|<html)/i.test(body.slice(0, 200));
}
