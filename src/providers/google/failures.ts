import type { FailureFacts, FailureRow } from '../../transport/failure.ts';
import { parseDuration } from '../../transport/retry-after.ts';
import { asObject, asObjects, asText, type Wire } from '../wire.ts';

/** A day's quota is looked at again after an hour where the vendor does not say when it returns. */
const dailyPause = 3_600_000;

/** What Google says when it fails (https://ai.google.dev/gemini-api/docs/troubleshooting, https://google.aip.dev/193). */
export const googleFailures: readonly FailureRow[] = [
  // No quota at all for this model: it is not there for this key.
  { status: 429, message: /limit: 0\b/, kind: 'not-found' },
  {
    status: 429,
    message: /PerDay|per day/i,
    kind: 'quota',
    scope: 'deployment',
    retryAfter: (facts) => retryDelay(facts) ?? dailyPause,
  },
  { status: 429, kind: 'rate-limit', retryAfter: retryDelay },
  { status: 400, message: /API key not valid|API_KEY_INVALID|API key expired/i, kind: 'auth' },
  { status: 400, code: 'FAILED_PRECONDITION', kind: 'auth' },
  // The older SDK keeps the words only.
  { status: 400, message: /location is not supported/i, kind: 'auth' },
  { message: /input token count|exceeds the maximum number of tokens/i, kind: 'context-length' },
  { code: 'UNAVAILABLE', kind: 'overloaded' },
  { code: 'DEADLINE_EXCEEDED', kind: 'timeout' },
  { code: 'INTERNAL', kind: 'server' },
];

/** `RetryInfo.retryDelay` among an error's details, such as `34.07s`. */
function retryDelay({ body }: FailureFacts): number | undefined {
  const info = detailsOf(body).find((detail) => asText(detail['@type'])?.endsWith('RetryInfo'));
  const delay = asText(info?.['retryDelay']);
  return delay === undefined ? undefined : parseDuration(delay);
}

function detailsOf(body: unknown): readonly Wire[] {
  const outer = asObject(Array.isArray(body) ? body[0] : body);
  return asObjects(asObject(outer?.['error'])?.['details'] ?? outer?.['details']);
}
