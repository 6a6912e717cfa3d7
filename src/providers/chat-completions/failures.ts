import { ProviderError } from '../../errors.ts';
import { classifyFailure, type FailureRow } from '../../transport/failure.ts';
import { asObject, type Wire } from '../wire.ts';

/** A spent account is looked at again after a quarter of an hour. */
const quotaPause = 900_000;
const rampPause = 5_000;

/**
 * What OpenAI and the servers that speak its language say when they fail.
 * Sources: https://platform.openai.com/docs/guides/error-codes, https://openrouter.ai/docs/api-reference/errors,
 * https://console.groq.com/docs/errors, https://api-docs.deepseek.com/quick_start/error_codes.
 */
export const chatCompletionsFailures: readonly FailureRow[] = [
  {
    code: [
      'insufficient_quota',
      'credit_balance_exhausted',
      'organization_spend_limit_exceeded',
      'project_spend_limit_exceeded',
      'organization_usage_limit_exceeded',
      'billing_hard_limit_reached',
    ],
    kind: 'quota',
    retryAfter: quotaPause,
  },
  { code: 'slow_down', kind: 'rate-limit', retryAfter: rampPause },
  { status: 498, kind: 'rate-limit', retryAfter: rampPause },
  { code: ['capacity_exceeded'], kind: 'rate-limit', retryAfter: rampPause },
  { code: ['rate_limit_exceeded', 'rate_limit_error'], kind: 'rate-limit' },
  { status: 402, code: 'in_flight_budget_exhausted', kind: 'rate-limit' },
  {
    code: ['content_policy_violation', 'content_filter', 'invalid_prompt', 'cyber_policy', 'bio_policy'],
    kind: 'content-filter',
  },
  { status: 403, message: /moderation|flagged/i, kind: 'content-filter' },
  { code: ['invalid_api_key', 'billing_not_active', 'authentication_error'], kind: 'auth' },
  { code: ['model_not_found', 'DeploymentNotFound'], kind: 'not-found' },
  { code: ['server_is_overloaded', 'service_unavailable_error', 'overloaded_error'], kind: 'overloaded' },
  { code: 'server_error', kind: 'server' },
  // Groq: the model's tool call was no JSON; the same request may well work the next time.
  { status: 400, code: 'tool_use_failed', kind: 'malformed', scope: 'request' },
];

/** An error inside an answer or a stream that began as a success; `undefined` where there is none. */
export function failureInside(
  wire: Wire,
  provider: string,
  headers: Readonly<Record<string, string>>,
): ProviderError | undefined {
  const choice = Array.isArray(wire['choices']) ? asObject(wire['choices'][0]) : undefined;
  const error = wire['error'] ?? undefined;
  if (error === undefined && wire['object'] !== 'error' && choice?.['finish_reason'] !== 'error')
    return undefined;
  return failureFrom(wire, provider, headers);
}

/** An error that came as an answer. What nothing is known of is the vendor's own. */
export function failureFrom(
  body: Wire,
  provider: string,
  headers: Readonly<Record<string, string>>,
): ProviderError {
  const failure = classifyFailure({ provider, headers, body }, chatCompletionsFailures);
  if (failure.kind !== 'unknown') return failure;
  return new ProviderError({
    kind: 'server',
    provider,
    code: failure.vendorCode,
    answered: true,
    summary: 'an error inside the answer',
    vendorMessage: failure.unredacted().message,
  });
}
