import { asObject, type Wire } from '../../util/json.ts';
import type { ResponseHeaders } from '../headers.ts';
import { clampWait, dateIn, durationIn, parseDate, parseDuration } from './durations.ts';

type Headers = Pick<ResponseHeaders, 'get'>;

/**
 * Headers in milliseconds: OpenAI's, Azure's and AWS's
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html).
 */
const millisecondHeaders = ['retry-after-ms', 'x-ms-retry-after-ms', 'x-amz-retry-after'];

/**
 * How long the vendor asks to wait, in milliseconds, from the response headers; `undefined` if not specified.
 *
 * Headers in milliseconds take precedence over `retry-after`: seconds or an HTTP date by RFC 9110, section
 * 10.2.3. Servers also send durations (`30s`, `PT30S`), RFC 3339 dates and seconds since 1970. Dates are
 * compared with the response's own `date` header, so a wrong local clock does not matter. A date in the past
 * means now. Values that cannot be parsed are ignored, and long waits are capped at 24 hours.
 */
export function retryAfterOf(headers: Headers): number | undefined {
  for (const name of millisecondHeaders) {
    const ms = clampWait(decimal(headers.get(name)));
    if (ms !== undefined) return ms;
  }
  const text = headers.get('retry-after');
  return text === undefined ? undefined : waitIn(text, answeredAt(headers));
}

/** Parses a wait in any format: a duration, a date, or a bare number in units of `unit` milliseconds. */
export function waitIn(text: string, now: number, unit = 1_000): number | undefined {
  const number = decimal(text);
  if (!Number.isNaN(number)) return waitOf(number, unit, now);
  return parseDuration(text) ?? until(parseDate(text), now);
}

/** A bare number: a duration in units of `unit` milliseconds, or a timestamp if it is large enough. */
function waitOf(number: number, unit: number, now: number): number | undefined {
  if (number > 1e12) return until(number, now);
  return number > 1e9 ? until(number * 1_000, now) : clampWait(number * unit);
}

function until(moment: number, now: number): number | undefined {
  return clampWait(Math.max(0, moment - now));
}

/** When the response was sent, in milliseconds since 1970, by the vendor's clock if known. */
export function answeredAt(headers: Headers): number {
  const date = parseDate(headers.get('date') ?? '');
  return Number.isNaN(date) ? Date.now() : date;
}

/** Fields of error bodies that hold a wait, and the unit of a bare number in milliseconds. */
const waitFields: Readonly<Record<string, number>> = {
  retryDelay: 1_000, // Google's RetryInfo (https://google.aip.dev/193)
  quotaResetDelay: 1_000,
  retry_after_ms: 1,
  retryAfterMs: 1,
  retry_after: 1_000,
  retryAfter: 1_000,
  retry_after_seconds: 1_000,
  retryAfterSeconds: 1_000,
};

/** Maximum number of error details to inspect. */
const maxDetails = 32;

/** How long the vendor asks to wait, in milliseconds, from the fields of an error body. */
export function retryAfterInBody(body: unknown, now: number): number | undefined {
  const outer = asObject(Array.isArray(body) ? body[0] : body) ?? {};
  const error = asObject(outer['error']) ?? {};
  const details = [error['details'] ?? outer['details']].flat().slice(0, maxDetails);
  const places = [...details, ...details.map((detail) => asObject(detail)?.['metadata'])];
  for (const place of [...places, error, error['metadata'], outer]) {
    const wait = waitInFields(asObject(place) ?? {}, now);
    if (wait !== undefined) return wait;
  }
  return undefined;
}

function waitInFields(fields: Wire, now: number): number | undefined {
  for (const [name, unit] of Object.entries(waitFields)) {
    const value = fields[name];
    const wait =
      typeof value === 'number'
        ? waitOf(value, unit, now)
        : typeof value === 'string'
          ? waitIn(value, now, unit)
          : waitInDuration(asObject(value) ?? {});
    if (wait !== undefined) return wait;
  }
  return undefined;
}

/** A protobuf `Duration` as an object (https://protobuf.dev/reference/protobuf/google.protobuf/#duration). */
function waitInDuration({ seconds, nanos = 0 }: Wire): number | undefined {
  if (typeof seconds !== 'number' || typeof nanos !== 'number') return undefined;
  return clampWait(seconds * 1_000 + nanos / 1_000_000);
}

const asksToWait =
  'try(?:ing)?(?: your request)? again|retry(?:ing)?(?:[-_ ]?(?:after|delay))?|wait(?:ing)?|come back|back off|available(?: again)?|resets?(?: after)?|resumes?';
const beforeTheWait =
  '[\\s:=~"\']|\\b(?:in|after|for|at least|at|about|approximately|around|another|within|on|until)\\b';
/**
 * The words that introduce a wait in a message: "try again in 6ms", "Retry-After: 20", "wait for about 30
 * seconds", "resets at 2026-11-20T00:00:00Z". "Resets every minute" names a window, not a wait.
 */
const cue = new RegExp(`\\b(?:${asksToWait})\\b(?: (?:your|the|this) requests?)?(?:${beforeTheWait})*`, 'gi');

/**
 * Finds a wait in a message, in milliseconds: `try again in 6ms`, `Retry after 33 seconds`, `retry in
 * 10h17m5.72s`.
 */
export function retryAfterInText(message: string, now: number): number | undefined {
  const text = message.slice(0, 2_048);
  for (const { 0: words, index } of text.matchAll(cue)) {
    const rest = text.slice(index + words.length);
    const wait = durationIn(rest) ?? until(dateIn(rest) ?? Number.NaN, now) ?? secondsIn(words, rest);
    if (wait !== undefined) return wait;
  }
  return undefined;
}

/** "Retry-After: 20" means seconds; "retry after 3 attempts" does not. */
function secondsIn(words: string, rest: string): number | undefined {
  const [seconds] = /^\d{1,9}(?:\.\d{1,9})?(?=\s*(?:$|[.,;)\]}"']))/.exec(rest) ?? [];
  return seconds !== undefined && /after|delay|\bin\b/i.test(words)
    ? clampWait(Number(seconds) * 1_000)
    : undefined;
}

/**
 * Parses a plain decimal number. `Number` would also accept `0x10`, `1e3`, `Infinity` and an empty string.
 */
function decimal(text: string | undefined): number {
  return text !== undefined && /^\s*\d{1,20}(\.\d{1,20})?\s*$/.test(text) ? Number(text) : Number.NaN;
}
