import { asObject, type Wire } from '../../util/json.ts';
import { clampWait, dateIn, durationIn, parseDate, parseDuration } from './durations.ts';

type Headers = Readonly<Record<string, string>>;

/** Headers in milliseconds: OpenAI's, Azure's, and that of AWS (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html). */
const millisecondHeaders = ['retry-after-ms', 'x-ms-retry-after-ms', 'x-amz-retry-after'];

/**
 * How long a vendor asks to wait, in milliseconds, from the headers of its answer; `undefined` where it does not say.
 *
 * Headers in milliseconds come first, then `retry-after`: seconds or an HTTP date by RFC 9110, section 10.2.3; servers also send
 * durations (`30s`, `PT30S`), RFC 3339 dates and seconds since 1970. A date is compared with the answer's own `date` header,
 * so that a wrong local clock does no harm. A moment in the past means now. What cannot be read is ignored, and a long wait is cut
 * to 24 hours.
 */
export function retryAfterOf(headers: Headers): number | undefined {
  for (const name of millisecondHeaders) {
    const ms = clampWait(decimal(headers[name]));
    if (ms !== undefined) return ms;
  }
  const text = headers['retry-after'];
  return text === undefined ? undefined : waitIn(text, answeredAt(headers));
}

/** A wait in any of its spellings: a duration, a date, or a bare number, of seconds unless `unit` says otherwise. */
export function waitIn(text: string, now: number, unit = 1_000): number | undefined {
  const number = decimal(text);
  if (!Number.isNaN(number)) return waitOf(number, unit, now);
  return parseDuration(text) ?? until(parseDate(text), now);
}

/** A bare number: in `unit` milliseconds, or a moment where it is as large as those of our time. */
function waitOf(number: number, unit: number, now: number): number | undefined {
  if (number > 1e12) return until(number, now);
  return number > 1e9 ? until(number * 1_000, now) : clampWait(number * unit);
}

function until(moment: number, now: number): number | undefined {
  return clampWait(Math.max(0, moment - now));
}

/** When an answer was sent, by the vendor's clock where it says so: milliseconds since 1970. */
export function answeredAt(headers: Headers): number {
  const date = parseDate(headers['date'] ?? '');
  return Number.isNaN(date) ? Date.now() : date;
}

/** Fields of error bodies that say how long to wait, and what a bare number in them counts. */
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

/** Most details of an error that are looked at. */
const mostDetails = 32;

/** How long the vendor asks to wait, from the fields of an error's body. */
export function retryAfterInBody(body: unknown, now: number): number | undefined {
  const outer = asObject(Array.isArray(body) ? body[0] : body) ?? {};
  const error = asObject(outer['error']) ?? {};
  const details = [error['details'] ?? outer['details']].flat().slice(0, mostDetails);
  const places = [...details, ...details.map((detail) => asObject(detail)?.['metadata'])];
  for (const place of [...places, error, error['metadata'], outer]) {
    const wait = waitInFields(asObject(place) ?? {}, now);
    if (wait !== undefined) return wait;
  }
  return undefined;
}

function waitInFields(fields: Wire, now: number): number | undefined {
  for (const [name, unit] of Object.entries(waitFields)) {
    const told = fields[name];
    const wait =
      typeof told === 'number'
        ? waitOf(told, unit, now)
        : typeof told === 'string'
          ? waitIn(told, now, unit)
          : waitInDuration(asObject(told) ?? {});
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
 * What a message says before it names a wait: "try again in 6ms", "Retry-After: 20", "wait for about 30 seconds", "resets at
 * 2026-11-20T00:00:00Z". "Resets every minute" names a window and not a wait.
 */
const cue = new RegExp(`\\b(?:${asksToWait})\\b(?: (?:your|the|this) requests?)?(?:${beforeTheWait})*`, 'gi');

/** Finds how long to wait in a message: `try again in 6ms`, `Retry after 33 seconds`, `retry in 10h17m5.72s`; in milliseconds. */
export function retryAfterInText(message: string, now: number): number | undefined {
  const text = message.slice(0, 2_048);
  for (const { 0: words, index } of text.matchAll(cue)) {
    const rest = text.slice(index + words.length);
    const wait = durationIn(rest) ?? until(dateIn(rest) ?? Number.NaN, now) ?? secondsIn(words, rest);
    if (wait !== undefined) return wait;
  }
  return undefined;
}

/** "Retry-After: 20" counts seconds; "retry after 3 attempts" counts something else. */
function secondsIn(words: string, rest: string): number | undefined {
  const [seconds] = /^\d{1,9}(?:\.\d{1,9})?(?=\s*(?:$|[.,;)\]}"']))/.exec(rest) ?? [];
  return seconds !== undefined && /after|delay|\bin\b/i.test(words)
    ? clampWait(Number(seconds) * 1_000)
    : undefined;
}

/** Only what is nothing but a number: `Number` would also take `0x10`, `1e3`, `Infinity` and nothing at all for one. */
function decimal(text: string | undefined): number {
  return text !== undefined && /^\s*\d{1,20}(\.\d{1,20})?\s*$/.test(text) ? Number(text) : Number.NaN;
}
