import type { FailureRow } from '../../transport/failure.ts';

/** A limit on spending lifts on the first of the month; it is looked at once an hour. */
const spendPause = 3_600_000;
const rampPause = 5_000;

/** What Anthropic says when it fails (https://platform.claude.com/docs/en/api/errors). */
export const anthropicFailures: readonly FailureRow[] = [
  {
    code: ['enforced_spend_limit_reached', 'contract_spend_limit_reached', 'billing_error'],
    kind: 'quota',
    retryAfter: spendPause,
  },
  {
    status: 400,
    message: /credit balance is too low|spend limit/i,
    kind: 'quota',
    scope: 'key',
    retryAfter: spendPause,
  },
  { code: 'ramp_limit_exceeded', kind: 'rate-limit', retryAfter: rampPause },
  { code: 'rate_limit_error', kind: 'rate-limit' },
  { code: 'overloaded_error', kind: 'overloaded' },
  { code: 'organization_on_hold', kind: 'auth' },
  { code: ['authentication_error', 'permission_error'], kind: 'auth' },
  { code: 'not_found_error', kind: 'not-found' },
  { code: 'request_too_large', kind: 'context-length' },
  { message: /prompt is too long/i, kind: 'context-length' },
  { code: 'timeout_error', kind: 'timeout' },
  { code: ['api_error', 'conflict_error'], kind: 'server' },
  { code: 'invalid_request_error', kind: 'bad-request' },
];
