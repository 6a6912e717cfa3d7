import type { VendorLimit } from '../types/options/limit.ts';
import { answeredAt, parseDuration } from './retry-after.ts';

/** Longest window that is believed: a day, as Groq's limit on requests has. */
const longest = 86_400_000;

/** Names of headers, with `#` for what is told of a limit: OpenAI and many others, Anthropic, Mistral. */
const patterns: readonly (readonly [VendorLimit['of'], remaining: string, limit: string, reset: string])[] = [
  ['requests', 'x-ratelimit-remaining-requests', 'x-ratelimit-limit-requests', 'x-ratelimit-reset-requests'],
  ['tokens', 'x-ratelimit-remaining-tokens', 'x-ratelimit-limit-tokens', 'x-ratelimit-reset-tokens'],
  ...(['requests', 'tokens', 'input-tokens', 'output-tokens'] as const).map((kind) => {
    const of = kind === 'requests' ? ('requests' as const) : ('tokens' as const);
    const name = `anthropic-ratelimit-${kind}`;
    return [of, `${name}-remaining`, `${name}-limit`, `${name}-reset`] as const;
  }),
  ['tokens', 'x-ratelimitbysize-remaining-minute', 'x-ratelimitbysize-limit-minute', 'ratelimitbysize-reset'],
];

/**
 * What is left of a vendor's limits, from the headers of any of its answers; nothing where it does not say. Total: what cannot
 * be read is left out.
 *
 * Sources: https://platform.openai.com/docs/guides/rate-limits, https://console.groq.com/docs/rate-limits,
 * https://platform.claude.com/docs/en/api/rate-limits
 */
export function limitsOf(headers: Readonly<Record<string, string>>): readonly VendorLimit[] {
  return patterns.flatMap(([of, remainingName, limitName, resetName]): readonly VendorLimit[] => {
    const remaining = count(headers[remainingName]);
    if (remaining === undefined) return [];
    return [
      {
        of,
        remaining,
        limit: count(headers[limitName]),
        resetAfter: reset(headers[resetName], headers),
      },
    ];
  });
}

/**
 * Milliseconds until a limit without a name of its own comes back, from the headers of a refusal: OpenRouter's and others'
 * `x-ratelimit-reset`, and `anthropic-ratelimit-unified-reset` of subscriptions. Unlike the resets of limits that fill up
 * again little by little, these say when the next request can succeed.
 */
export function windowResetOf(headers: Readonly<Record<string, string>>): number | undefined {
  if (count(headers['x-ratelimit-remaining']) === 0) return reset(headers['x-ratelimit-reset'], headers);
  return reset(headers['anthropic-ratelimit-unified-reset'], headers);
}

function count(text: string | undefined): number | undefined {
  const number = Number(text?.trim() || 'none');
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** A duration (`6m0s`), a moment (RFC 3339), or a bare number: seconds, or seconds or milliseconds since 1970 where so large. */
function reset(text: string | undefined, headers: Readonly<Record<string, string>>): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim();
  const duration = parseDuration(value);
  if (duration !== undefined) return duration;
  const now = answeredAt(headers);
  const number = count(value);
  if (number !== undefined) {
    if (number > 1e12) return within(number - now);
    return within(number > 1e9 ? number * 1000 - now : number * 1000);
  }
  const moment = /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(moment) ? undefined : within(moment - now);
}

function within(ms: number): number {
  return Math.min(longest, Math.max(0, Math.ceil(ms)));
}
