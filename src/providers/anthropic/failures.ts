import { creditPause, type FailureFacts, type FailureRow } from '../../transport/failure/failure-table.ts';

/**
 * Longest cooldown after a spend limit, in milliseconds. A limit can be raised at any time, so retry hourly.
 */
const longestSpendPause = 3_600_000;
const rampPause = 5_000;

/** Anthropic's errors (https://platform.claude.com/docs/en/api/errors). */
export const anthropicFailures: readonly FailureRow[] = [
  {
    code: ['enforced_spend_limit_reached', 'contract_spend_limit_reached'],
    kind: 'quota',
    retryAfter: untilNextMonth,
  },
  {
    status: 400,
    message: /reached your specified (workspace )?API usage limits|spend limit/i,
    kind: 'quota',
    retryAfter: untilNextMonth,
  },
  { code: 'billing_error', kind: 'quota', retryAfter: creditPause, standsFor: 402 },
  { status: 400, message: /credit balance is too low/i, kind: 'quota', retryAfter: creditPause },
  { code: 'ramp_limit_exceeded', kind: 'rate-limit', limit: 'ramp', retryAfter: rampPause },
  { code: 'rate_limit_error', kind: 'rate-limit' },
  { code: 'overloaded_error', kind: 'overloaded', standsFor: 529 },
  { code: 'organization_on_hold', kind: 'auth' },
  { code: 'authentication_error', kind: 'auth' },
  { code: 'request_too_large', kind: 'context-length', standsFor: 413 },
  { code: 'timeout_error', kind: 'timeout' },
  { code: ['api_error', 'conflict_error'], kind: 'server' },
];

/** Milliseconds until the next month (UTC), when spend limits reset; at most `longestSpendPause`. */
function untilNextMonth({ now }: FailureFacts): number {
  const date = new Date(now);
  return Math.min(longestSpendPause, Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) - now);
}
