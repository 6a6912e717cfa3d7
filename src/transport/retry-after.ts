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
  const ms = headers['retry-after-ms'] ?? headers['x-ms-retry-after-ms'];
  if (ms !== undefined) {
    const parsed = clampWait(Number(ms));
    if (parsed !== undefined) return parsed;
  }
  const value = headers['retry-after'];
  if (value === undefined || value.trim() === '') return undefined;
  const seconds = Number(value);
  if (!Number.isNaN(seconds)) return clampWait(seconds * 1000);
  const date = Date.parse(value);
  if (Number.isNaN(date)) return undefined;
  const reference = Date.parse(headers['date'] ?? '');
  return clampWait(date - (Number.isNaN(reference) ? Date.now() : reference));
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
