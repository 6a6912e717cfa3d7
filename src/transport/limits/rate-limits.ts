import type { VendorLimit } from '../../types/options/limit.ts';
import type { ResponseHeaders } from '../headers.ts';
import { clampWait, goDuration } from './durations.ts';
import { answeredAt, waitIn } from './retry-after.ts';

/** Names of rate limit headers: OpenAI and many others, Anthropic, Mistral. */
const patterns: readonly (readonly [VendorLimit['of'], remaining: string, limit: string, reset: string])[] = [
  ['requests', 'x-ratelimit-remaining-requests', 'x-ratelimit-limit-requests', 'x-ratelimit-reset-requests'],
  ['tokens', 'x-ratelimit-remaining-tokens', 'x-ratelimit-limit-tokens', 'x-ratelimit-reset-tokens'],
  ...(['requests', 'tokens', 'input-tokens', 'output-tokens'] as const).map((kind) => {
    const name = `anthropic-ratelimit-${kind}`;
    return [kind, `${name}-remaining`, `${name}-limit`, `${name}-reset`] as const;
  }),
  ['tokens', 'x-ratelimitbysize-remaining-minute', 'x-ratelimitbysize-limit-minute', 'ratelimitbysize-reset'],
];
const names = patterns.flatMap(([, ...each]) => each);

/**
 * Remaining rate limits, from the headers of any response; empty if the vendor reports none. Never throws:
 * values that cannot be parsed are omitted.
 *
 * Sources: https://platform.openai.com/docs/guides/rate-limits, https://console.groq.com/docs/rate-limits,
 * https://platform.claude.com/docs/en/api/rate-limits
 */
export function limitsOf(headers: ResponseHeaders): readonly VendorLimit[] {
  const limits: VendorLimit[] = [];
  const values = headers.pick(names);
  let at = 0;
  for (const [of] of patterns) {
    const given = values[at];
    const remaining = given === undefined ? undefined : count(given);
    if (remaining !== undefined)
      limits.push({
        of,
        remaining,
        limit: count(values[at + 1]),
        resetAfter: reset(values[at + 2], headers),
      });
    at += 3;
  }
  return limits;
}

/** Headers for the reset time of an unnamed limit, and for its remaining amount. */
const windows: readonly (readonly [reset: string, remaining: string])[] = [
  ['x-ratelimit-reset', 'x-ratelimit-remaining'],
  ['x-ratelimit-reset-after', 'x-ratelimit-remaining'],
  ['x-rate-limit-reset', 'x-rate-limit-remaining'],
  ['ratelimit-reset', 'ratelimit-remaining'],
  ['anthropic-ratelimit-unified-reset', 'anthropic-ratelimit-unified-remaining'],
];
/**
 * A bucket that refills within a minute is a per-minute bucket. A per-day bucket admits the next request long
 * before it is full.
 */
const longestBucket = 60_000;

/**
 * Milliseconds until the next request can succeed, from the rate limit headers of a rejected request: windows
 * such as OpenRouter's `x-ratelimit-reset`, the `anthropic-ratelimit-unified-reset` of subscriptions, or the
 * IETF's `RateLimit` (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/); otherwise the
 * empty per-minute buckets.
 */
export function windowResetOf(headers: ResponseHeaders): number | undefined {
  for (const [resetName, remainingName] of windows) {
    if ((count(headers.get(remainingName)) ?? 0) > 0) continue;
    const wait = reset(headers.get(resetName), headers);
    if (wait !== undefined) return wait;
  }
  const ratelimit = headers.get('ratelimit') ?? '';
  const [, left] = /\b(?:r|remaining)=(\d{1,15})/i.exec(ratelimit) ?? [];
  const [, seconds] = /\b(?:t|reset)=(\d{1,15})/i.exec(ratelimit) ?? [];
  if (seconds !== undefined && Number(left ?? 0) === 0) return clampWait(Number(seconds) * 1_000);
  const waits = limitsOf(headers)
    .filter(({ remaining }) => remaining === 0)
    .flatMap(({ resetAfter }) => (resetAfter !== undefined && resetAfter <= longestBucket ? resetAfter : []));
  return waits.length === 0 ? undefined : Math.max(...waits);
}

function count(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text.trim() || 'none');
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** A duration, a date or a bare number: seconds, or, if large enough, seconds or milliseconds since 1970. */
function reset(text: string | undefined, headers: ResponseHeaders): number | undefined {
  // Only a date needs the time of the answer.
  return text === undefined ? undefined : (goDuration(text) ?? waitIn(text, answeredAt(headers)));
}
