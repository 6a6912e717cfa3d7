/** Longest wait that is believed: 24 hours. */
const maxWait = 86_400_000;

/**
 * How long a vendor asks to wait, in milliseconds, from the headers of its answer; `undefined` where it does not say.
 *
 * Read in this order: `retry-after-ms` and `x-ms-retry-after-ms` (milliseconds; OpenAI, Azure), then `retry-after`
 * (seconds or an HTTP date, RFC 9110, section 10.2.3). A date is compared with the answer's own `date` header, so that
 * a wrong local clock does no harm. Negative and unreadable values are ignored, long ones cut to 24 hours.
 */
export function retryAfterOf(headers: Readonly<Record<string, string>>): number | undefined {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const ms = clampWait(decimal(headers[name]));
    if (ms !== undefined) return ms;
  }
  const seconds = decimal(headers['retry-after']);
  return clampWait(
    Number.isNaN(seconds) ? parseDate(headers['retry-after']) - answeredAt(headers) : seconds * 1000,
  );
}

/** When an answer was sent, by the vendor's clock where it says so: milliseconds since 1970. */
export function answeredAt(headers: Readonly<Record<string, string>>): number {
  const date = parseDate(headers['date']);
  return Number.isNaN(date) ? Date.now() : date;
}

/** Only what is nothing but a number: `Number` would also take `0x10`, `1e3`, `Infinity` and nothing at all for one. */
function decimal(text: string | undefined): number {
  return text !== undefined && /^\s*\d{1,20}(\.\d{1,20})?\s*$/.test(text) ? Number(text) : Number.NaN;
}

/** The three forms of RFC 9110, section 5.6.7, and RFC 3339: `Date.parse` by itself finds a date in nearly any text. */
function parseDate(text: string | undefined): number {
  const value = text?.trim() ?? '';
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return Date.parse(value);
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(value)) return Number.NaN;
  return Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads durations such as `20ms`, `7.66s`, `6m0s`, `1h2m3s` (Go's format, used by OpenAI's and Groq's headers and by
 * Google's `RetryInfo`) into milliseconds, rounded up; `undefined` for anything else.
 */
export function parseDuration(text: string): number | undefined {
  if (text.length > 64 || !/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  }
  return clampWait(total);
}

/** Finds `try again in 6ms`, `retry after 20s`, `retry in 10h17m5.72s` in a message, in milliseconds. */
export function retryAfterInText(message: string): number | undefined {
  const match = /(?:try again in|retry after|retry in)\s+((?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+)/i.exec(
    message.slice(0, 2048),
  );
  return match?.[1] === undefined ? undefined : parseDuration(match[1].toLowerCase());
}

function clampWait(ms: number): number | undefined {
  if (Number.isNaN(ms) || ms < 0) return undefined;
  return Math.min(Math.ceil(ms), maxWait);
}
