import type { FailureRow } from '../../transport/failure/failure-table.ts';
import { quotasIn } from '../../transport/failure/read-failure.ts';

/** What Google says when it fails (https://ai.google.dev/gemini-api/docs/troubleshooting, https://google.aip.dev/193). */
export const googleFailures: readonly FailureRow[] = [
  // No quota at all for this model: it is not there for this key.
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
  // The same code is that of a file which is not ready.
  { status: 400, code: 'FAILED_PRECONDITION', message: /location|billing|free tier|\bplan\b/i, kind: 'auth' },
  // The older SDK keeps the words only.
  { status: 400, message: /location is not supported|free tier is not available/i, kind: 'auth' },
  { message: /input token count|exceeds the maximum number of tokens/i, kind: 'context-length' },
  { code: 'UNAVAILABLE', kind: 'overloaded' },
  { code: 'DEADLINE_EXCEEDED', kind: 'timeout' },
  { code: 'INTERNAL', kind: 'server' },
];

const day = 86_400_000;

/**
 * Milliseconds until the next midnight in California, when the quotas of a day return
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
  // Where the clocks change in between, that is eleven or one at night.
  const off = sinceMidnight(now + rest);
  return off > day / 2 ? rest + (day - off) : rest - off;
}
