import { ProviderError } from '../../errors.ts';
import type { HitLimit, ProviderErrorKind, ProviderErrorScope } from '../../types/error.ts';
import type { ResponseHeaders } from '../headers.ts';
import { limitsOf, windowResetOf } from '../limits/rate-limits.ts';
import { retryAfterInBody, retryAfterInText, retryAfterOf } from '../limits/retry-after.ts';
import { commonRows, type FailureFacts, type FailureRow, findRow, statusRows } from './failure-table.ts';
import { type Failure, isHTML, quotasIn, readFailure } from './read-failure.ts';
import { refusalRows, subjectRows } from './refusals.ts';

/** The longest accepted wait, in milliseconds: one day. */
const longestPause = 86_400_000;

/** The equivalent HTTP status of each kind, for errors inside a response. */
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

/**
 * Turns a vendor's failure into a `ProviderError`, by the first matching row of the vendor's table and the
 * common ones.
 */
export function classifyFailure(failure: Failure, vendorRows: readonly FailureRow[] = []): ProviderError {
  const { facts, code, type, param, text } = readFailure(failure);
  const tables = [subjectRows, vendorRows, commonRows, refusalRows, statusRows];
  const row = findRow(tables.flat(), facts);
  const kind = row?.kind ?? kindOfStatus(facts.status);
  return new ProviderError({
    provider: failure.provider,
    kind,
    status: facts.status ?? row?.standsFor ?? usualStatus[kind],
    code,
    type,
    param,
    limit: row?.limit ?? limitOf(kind, facts),
    retryAfter: requestedPause(facts) ?? pauseOf(row, facts),
    requestId: requestIdOf(facts.headers),
    scope: row?.scope ?? scopeOf(facts),
    answered: true,
    // A web page contains nothing useful.
    vendorMessage: isHTML(failure.body) ? undefined : text,
    cause: failure.cause,
  });
}

/** The vendor's request id, from the response headers. */
export function requestIdOf(headers: ResponseHeaders): string | undefined {
  return (
    headers.get('x-request-id') ??
    headers.get('request-id') ??
    headers.get('x-generation-id') ??
    headers.get('x-amzn-requestid') ??
    headers.get('apim-request-id')
  );
}

function kindOfStatus(status: number | undefined): ProviderErrorKind {
  if (status === undefined) return 'unknown';
  if (status >= 500) return 'server';
  if (status >= 300) return 'bad-request';
  return 'malformed';
}

/** A web page comes from a proxy in front of the vendor's service, and a redirect from a wrong URL. */
function scopeOf({ status = 0, body }: FailureFacts): ProviderErrorScope | undefined {
  return isHTML(body) || (status >= 300 && status < 400) ? 'endpoint' : undefined;
}

/** The wait that the vendor asks for, from its most precise source. */
function requestedPause({ headers, body, message, status, now }: FailureFacts): number | undefined {
  return (
    retryAfterOf(headers) ??
    retryAfterInBody(body, now) ??
    retryAfterInText(message, now) ??
    (status === 429 ? windowResetOf(headers) : undefined)
  );
}

function pauseOf(row: FailureRow | undefined, facts: FailureFacts): number | undefined {
  const ms = typeof row?.retryAfter === 'function' ? row.retryAfter(facts) : row?.retryAfter;
  // Computed from the vendor's clock, so it can be any value.
  return ms !== undefined && ms >= 0 && ms <= longestPause ? ms : undefined;
}

/** Which limit was hit: by its code, by the message, or by which one has nothing remaining. */
function limitOf(kind: ProviderErrorKind, facts: FailureFacts): HitLimit | undefined {
  if (kind === 'quota') return 'credit';
  if (kind !== 'rate-limit') return undefined;
  const words = `${facts.message} ${quotasIn(facts.body).join(' ')}`;
  if (/per[ _-]?day|daily|\b[RT]PD\b/i.test(words)) return 'daily';
  for (const limit of ['tokens', 'requests'] as const) if (facts.codes.includes(limit)) return limit;
  if (/\bRPM\b/.test(words)) return 'requests';
  if (/\bTPM\b|tokens?\b|token_?count|InputTokens/i.test(words)) return 'tokens';
  if (/concurren/i.test(words)) return 'concurrency';
  if (/requests? per|per[ _-]?minute|call rate|requests has exceeded/i.test(words)) return 'requests';
  const of = limitsOf(facts.headers).find(({ remaining }) => remaining === 0)?.of;
  return of === 'input-tokens' || of === 'output-tokens' ? 'tokens' : of;
}
