import type { FailureRow } from '../../transport/failure/failure-table.ts';
import { quotasIn } from '../../transport/failure/read-failure.ts';

/** Google's failures (https://ai.google.dev/gemini-api/docs/troubleshooting, https://google.aip.dev/193). */
export const googleFailures: readonly FailureRow[] = [
  // A quota of 0: the key has no access to this model.
  { status: 429, message: /limit: 0(?![\d.])/, kind: 'not-found' },
  {
    status: 429,
    when: ({ message, body }) =>
      quotasIn(body).some((id) => id.includes('PerDay')) || /PerDay|per day/i.test(message),
    kind: 'quota',
    scope: 'deployment',
    limit: 'daily',
    retryAfter: ({ now }) => untilMidnight(now),
  },
  { status: 400, message: /API key not valid|API_KEY_INVALID|API key expired/i, kind: 'auth' },
  // The same code means that a file is not ready.
  { status: 400, code: 'FAILED_PRECONDITION', message: /location|billing|free tier|\bplan\b/i, kind: 'auth' },
  // The legacy SDK keeps only the message.
  { status: 400, message: /location is not supported|free tier is not available/i, kind: 'auth' },
  { message: /input token count|exceeds the maximum number of tokens/i, kind: 'context-length' },
  { code: 'UNAVAILABLE', kind: 'overloaded' },
  { code: 'DEADLINE_EXCEEDED', kind: 'timeout' },
  { code: 'INTERNAL', kind: 'server' },
];

const day = 86_400_000;

/**
 * Milliseconds until the next midnight in California, when daily quotas reset
 * (https://ai.google.dev/gemini-api/docs/rate-limits).
 */
export function untilMidnight(now: number): number {
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: 'America/Los_Angeles',
    hourCycle: 'h23',
    timeStyle: 'medium',
  });
  const sinceMidnight = (at: number): number => {
    const [hours = 0, minutes = 0, seconds = 0] = clock.format(at).split(':').map(Number);
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + (at % 1000);
  };
  const rest = day - sinceMidnight(now);
  // If daylight saving time changes in between, this is off by an hour.
  const off = sinceMidnight(now + rest);
  return off > day / 2 ? rest + (day - off) : rest - off;
}
