import { ProviderError } from '../../errors.ts';
import { classifyFailure } from '../../transport/failure/failure.ts';
import { creditPause, type FailureFacts, type FailureRow } from '../../transport/failure/failure-table.ts';
import { isFailure, readFailure } from '../../transport/failure/read-failure.ts';
import type { ResponseHeaders } from '../../transport/headers.ts';
import { asObject, asObjects, asText, type Wire } from '../../util/json.ts';

/** An exhausted budget is retried at least once an hour. */
const longestBudgetPause = 3_600_000;
const rampPause = 5_000;

/**
 * Failures of OpenAI and servers with its API.
 * Sources: https://platform.openai.com/docs/guides/error-codes, https://openrouter.ai/docs/api-reference/errors,
 * https://openrouter.ai/docs/use-cases/limits, https://console.groq.com/docs/errors,
 * https://api-docs.deepseek.com/quick_start/error_codes,
 * https://learn.microsoft.com/en-us/azure/ai-services/openai/how-to/quota,
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html#API_runtime_InvokeModel_Errors.
 */
export const chatCompletionsFailures: readonly FailureRow[] = [
  // DashScope: the free tokens of one model or of all are used up. It uses OpenAI's code for an exhausted account for its
  // tokens per minute (https://help.aliyun.com/en/model-studio/error-code-start, https://www.alibabacloud.com/help/en/model-studio/rate-limit).
  { code: 'AllocationQuota.FreeTierOnly', kind: 'quota', scope: 'deployment', retryAfter: creditPause },
  { provider: 'qwen', status: 429, message: /free allocated quota/i, kind: 'quota', retryAfter: creditPause },
  { provider: 'qwen', status: 429, code: 'insufficient_quota', kind: 'rate-limit', limit: 'tokens' },
  { code: 'Arrearage', kind: 'quota', retryAfter: creditPause },
  {
    code: [
      'insufficient_quota',
      'credit_balance_exhausted',
      'organization_spend_limit_exceeded',
      'project_spend_limit_exceeded',
      'organization_usage_limit_exceeded',
      'billing_hard_limit_reached',
      // Moonshot: https://platform.kimi.ai/docs/api/errors
      'exceeded_current_quota_error',
    ],
    kind: 'quota',
    retryAfter: creditPause,
  },
  // OpenAI has no room on its flex tier; the same request on the standard tier works at once, and this one is not charged
  // (https://developers.openai.com/api/docs/guides/flex-processing).
  { code: 'resource_unavailable', kind: 'overloaded', scope: 'deployment', standsFor: 429 },
  { code: 'slow_down', kind: 'rate-limit', limit: 'ramp', retryAfter: rampPause },
  // A request larger than a whole minute's tokens: waiting does not help, but another target may.
  { status: 429, message: /request too large for model|^request too large/i, kind: 'context-length' },
  { status: 413, kind: 'context-length' },
  // Moonshot uses 429 where others use 503.
  { code: 'engine_overloaded_error', kind: 'overloaded', standsFor: 429 },
  { code: 'rate_limit_reached_error', kind: 'rate-limit' },
  { code: 'capacity_exceeded', kind: 'rate-limit', retryAfter: rampPause, standsFor: 498 },
  { status: 498, kind: 'rate-limit', retryAfter: rampPause },

  // OpenRouter: running requests have reserved the balance; it frees up as they settle.
  {
    status: 402,
    code: ['in_flight_budget_exhausted', 'openrouter_in_flight_budget'],
    kind: 'rate-limit',
    scope: 'key',
    limit: 'credit',
    standsFor: 402,
  },
  // Larger than the whole budget: the request is at fault, not the account.
  { status: 402, code: 'weight_exceeds_budget', kind: 'bad-request', scope: 'deployment', standsFor: 402 },
  {
    status: 403,
    code: ['openrouter_guardrail_budget', 'openrouter_workspace_budget', 'openrouter_key_limit'],
    kind: 'quota',
    retryAfter: untilReset,
    standsFor: 403,
  },
  { status: 403, when: ({ metadata }) => Array.isArray(metadata['reasons']), kind: 'content-filter' },
  { status: 403, message: /moderation|flagged/i, kind: 'content-filter', standsFor: 403 },
  { status: 403, message: /key limit exceeded/i, kind: 'quota', retryAfter: creditPause, standsFor: 403 },

  // AWS. Its codes inside streams differ only in the case of their first letter.
  { code: ['ThrottlingException', 'ServiceQuotaExceededException'], kind: 'rate-limit' },
  { code: ['ModelNotReadyException', 'ServiceUnavailableException'], kind: 'overloaded' },
  { code: 'ModelTimeoutException', kind: 'timeout' },
  { code: ['ModelErrorException', 'ModelStreamErrorException', 'InternalServerException'], kind: 'server' },
  { code: 'AccessDeniedException', message: /access to the model/i, kind: 'not-found', standsFor: 403 },
  { code: 'AccessDeniedException', kind: 'auth', standsFor: 403 },
  { code: 'ResourceNotFoundException', kind: 'not-found' },

  { code: ['rate_limit_exceeded', 'rate_limit_error'], kind: 'rate-limit' },
  // Azure: the network rules of the resource deny access for every key.
  { status: 403, message: /virtual network|firewall|private endpoint/i, kind: 'auth', scope: 'endpoint' },
  { code: ['invalid_api_key', 'billing_not_active', 'authentication_error'], kind: 'auth' },
  { code: ['server_is_overloaded', 'service_unavailable_error', 'overloaded_error'], kind: 'overloaded' },
  { code: 'server_error', kind: 'server' },
  // Cloudflare: https://developers.cloudflare.com/workers-ai/platform/errors/
  { status: 429, message: /daily free allocation/i, kind: 'quota', limit: 'daily', retryAfter: creditPause },
  {
    status: 429,
    message: /no more data centers|capacity temporarily exceeded/i,
    kind: 'overloaded',
    standsFor: 429,
  },
  // Groq: the model produced an invalid tool call or invalid JSON; the same request may work the next time
  // (https://console.groq.com/docs/tool-use, https://console.groq.com/docs/structured-outputs).
  {
    status: 400,
    code: ['tool_use_failed', 'json_validate_failed', 'output_parse_failed'],
    kind: 'malformed',
    scope: 'request',
    standsFor: 400,
  },
  { provider: 'groq', status: 422, kind: 'malformed', scope: 'request' },
];

/** OpenRouter reports when a budget resets. */
function untilReset({ metadata, now }: FailureFacts): number {
  const moment = Date.parse(asText(metadata['resets_at']) ?? '');
  return Number.isNaN(moment) ? creditPause : Math.min(longestBudgetPause, Math.max(0, moment - now));
}

/** The error inside an answer or stream that started as a success; `undefined` if there is none. */
export function failureInside(
  answer: unknown,
  provider: string,
  headers: ResponseHeaders,
): ProviderError | undefined {
  const wire = asObject(Array.isArray(answer) ? answer[0] : answer);
  const choice = asObjects(wire?.['choices'])[0];
  if (isFailure(answer) || isErrorItself(wire)) return failureFrom(answer, provider, headers);
  // OpenRouter: https://openrouter.ai/docs/api-reference/errors
  if (isFailure(choice)) return failureFrom(choice, provider, headers);
  return choice?.['finish_reason'] === 'error' ? failureFrom(answer, provider, headers) : undefined;
}

/** Whether an answer as a whole is an error: a code with a message (DashScope). */
function isErrorItself(wire: Wire | undefined): boolean {
  if (wire === undefined || wire['choices'] !== undefined) return false;
  return Boolean(wire['code']) && typeof wire['message'] === 'string';
}

/** An error that arrived as an answer. Unknown ones count as the vendor's failure. */
export function failureFrom(body: unknown, provider: string, headers: ResponseHeaders): ProviderError {
  const failure = classifyFailure({ provider, headers: headers.record(), body }, chatCompletionsFailures);
  if (failure.kind !== 'unknown') return failure;
  return new ProviderError({
    kind: 'server',
    provider,
    code: failure.vendorCode,
    type: failure.vendorType,
    param: readFailure({ provider, body }).param,
    answered: true,
    summary: 'an error inside the answer',
    vendorMessage: failure.unredacted().message,
  });
}
