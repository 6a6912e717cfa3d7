import type { HitLimit, ProviderErrorKind, ProviderErrorScope } from 'signalbox';
import type { FailurePolicy } from '../../src/core/attempt/failure/failure-policy.ts';
import { allVendors, type VendorName } from './vendors.ts';

/** What follows from a failure. */
type Follows = Pick<FailurePolicy, 'failover' | 'retry' | 'health'>;

/** Asked to wait: elsewhere now, and back when the wait is over. */
export const waits: Follows = { failover: true, retry: true, health: 'cooldown' };
/** The account is used up: the same, but there is no point in asking again at once. */
export const spent: Follows = { failover: true, retry: false, health: 'cooldown' };
/** The target is ill: counts for its breaker. */
export const breaks: Follows = { failover: true, retry: true, health: 'failure' };
/** Somebody has to mend the configuration. */
export const misconfigured: Follows = { failover: true, retry: false, health: 'quarantine' };
/** This target cannot do this request, and another may. */
export const elsewhere: Follows = { failover: true, retry: false, health: 'nothing' };
/** The model slipped: worth another try, and no fault of the target's. */
export const again: Follows = { failover: true, retry: true, health: 'nothing' };
/** The request itself is refused: the caller has to know. */
export const refused: Follows = { failover: false, retry: false, health: 'nothing' };

/** One failure in a vendor's own words. */
export interface Row {
  readonly name: string;
  readonly vendors: readonly VendorName[];
  /** 200: an error inside an answer that looks like a success. */
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Whether the vendor says the same inside a stream; with the status that it stands for there, where it differs. */
  readonly inStream?: boolean | number;
  readonly expected: {
    readonly kind: ProviderErrorKind;
    readonly scope: ProviderErrorScope;
    /** Where it is not that of the answer. */
    readonly status?: number;
    readonly code?: string;
    readonly limit?: HitLimit;
    /** Milliseconds. `'some'`: a time that depends on the moment. */
    readonly retryAfter?: number | 'some';
    readonly follows: Follows;
  };
  /** What the older Google SDK leaves of it. */
  readonly legacy?: { readonly retryAfter?: number | 'some' };
}

export const openaiError = (code: string | null, type: string | null, message: string): object => ({
  error: { message, type, param: null, code },
});
export const anthropicError = (type: string, message: string, errorCode?: string): object => ({
  type: 'error',
  error: { type, message, ...(errorCode === undefined ? {} : { details: { error_code: errorCode } }) },
  request_id: 'req_011CSHoEeqs5C35K2UUqR7Fy',
});
export const geminiError = (
  code: number,
  status: string,
  message: string,
  details?: readonly object[],
): object => ({
  error: { code, message, status, ...(details === undefined ? {} : { details }) },
});
export const openrouterError = (code: number, message: string, metadata?: object): object => ({
  error: { code, message, ...(metadata === undefined ? {} : { metadata }) },
});

const retryInfo = (retryDelay: string): object => ({
  '@type': 'type.googleapis.com/google.rpc.RetryInfo',
  retryDelay,
});
const quotaFailure = (...quotaIds: readonly string[]): object => ({
  '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
  violations: quotaIds.map((quotaId) => ({
    quotaMetric: 'generativelanguage.googleapis.com/generate_content_free_tier_requests',
    quotaId,
    quotaDimensions: { location: 'global', model: 'gemini-2.5-flash' },
  })),
});
const geminiQuota =
  'You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.';

const openaiWires = ['openai', 'responses'] as const;
const geminiWires = ['gemini', 'legacy'] as const;
const quarter = 900_000;
const hour = 3_600_000;

export const rows: readonly Row[] = [
  {
    name: 'OpenAI: tokens per minute',
    vendors: openaiWires,
    status: 429,
    body: openaiError(
      'rate_limit_exceeded',
      'tokens',
      'Rate limit reached for gpt-5-mini in organization org-Ab12 on tokens per min (TPM): Limit 200000, Used 199500, Requested 1200. Please try again in 6ms. Visit https://platform.openai.com/account/rate-limits to learn more.',
    ),
    inStream: true,
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'rate_limit_exceeded',
      limit: 'tokens',
      retryAfter: 6,
      follows: waits,
    },
  },
  {
    name: 'OpenAI: requests per minute, with milliseconds in a header',
    vendors: openaiWires,
    status: 429,
    headers: { 'retry-after-ms': '851.5', 'retry-after': '1', 'x-ratelimit-remaining-requests': '0' },
    body: openaiError(
      'rate_limit_exceeded',
      'requests',
      'Rate limit reached for gpt-5-mini on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.',
    ),
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'rate_limit_exceeded',
      limit: 'requests',
      retryAfter: 852,
      follows: waits,
    },
  },
  {
    name: 'OpenAI: requests per day',
    vendors: openaiWires,
    status: 429,
    body: openaiError(
      'rate_limit_exceeded',
      'requests',
      'Rate limit reached for gpt-5-mini on requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 7m12s.',
    ),
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'rate_limit_exceeded',
      limit: 'daily',
      retryAfter: 432_000,
      follows: waits,
    },
  },
  {
    name: 'OpenAI: one request larger than the limit of a minute',
    vendors: openaiWires,
    status: 429,
    body: openaiError(
      'rate_limit_exceeded',
      'tokens',
      'Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 342389. The input or output tokens must be reduced in order to run successfully.',
    ),
    expected: { kind: 'context-length', scope: 'request', code: 'rate_limit_exceeded', follows: elsewhere },
  },
  {
    name: 'OpenAI: traffic that grows too fast',
    vendors: openaiWires,
    status: 429,
    body: openaiError(
      'slow_down',
      'rate_limit_error',
      'Please slow down: your request rate grew too quickly.',
    ),
    inStream: true,
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'slow_down',
      limit: 'ramp',
      retryAfter: 5_000,
      follows: waits,
    },
  },
  {
    name: 'OpenAI: traffic that grows too fast, said with status 503 and a wait',
    vendors: openaiWires,
    status: 503,
    headers: { 'retry-after': '12' },
    body: openaiError('slow_down', 'service_unavailable_error', 'Slow down'),
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'slow_down',
      limit: 'ramp',
      retryAfter: 12_000,
      follows: waits,
    },
  },
  ...[
    'credit_balance_exhausted',
    'organization_spend_limit_exceeded',
    'project_spend_limit_exceeded',
    'organization_usage_limit_exceeded',
    'insufficient_quota',
  ].map(
    (code): Row => ({
      name: `OpenAI: ${code}`,
      vendors: openaiWires,
      status: 429,
      body: openaiError(
        code,
        'insufficient_quota',
        'You exceeded your current quota, please check your plan and billing details.',
      ),
      inStream: true,
      expected: { kind: 'quota', scope: 'key', code, limit: 'credit', retryAfter: quarter, follows: spent },
    }),
  ),
  {
    name: 'OpenAI: the model has no capacity',
    vendors: openaiWires,
    status: 503,
    body: openaiError('server_is_overloaded', 'service_unavailable_error', 'Our servers are overloaded.'),
    inStream: true,
    expected: { kind: 'overloaded', scope: 'deployment', code: 'server_is_overloaded', follows: breaks },
  },
  {
    name: 'OpenAI: its own error',
    vendors: openaiWires,
    status: 500,
    body: openaiError(
      'server_error',
      'server_error',
      'The server had an error while processing your request. Sorry about that!',
    ),
    inStream: true,
    expected: { kind: 'server', scope: 'deployment', code: 'server_error', follows: breaks },
  },
  {
    name: 'OpenAI: a gateway that waited too long',
    vendors: openaiWires,
    status: 504,
    body: openaiError(null, 'server_error', 'upstream request timeout'),
    expected: { kind: 'server', scope: 'deployment', code: 'server_error', follows: breaks },
  },
  ...[
    "This model's maximum context length is 128000 tokens. However, your messages resulted in 128132 tokens.",
    'Your input exceeds the context window of this model. Please adjust your input and try again.',
  ].map(
    (message): Row => ({
      name: `OpenAI: too long: ${message.slice(0, 30)}…`,
      vendors: openaiWires,
      status: 400,
      body: openaiError('context_length_exceeded', 'invalid_request_error', message),
      inStream: true,
      expected: {
        kind: 'context-length',
        scope: 'request',
        code: 'context_length_exceeded',
        follows: elsewhere,
      },
    }),
  ),
  {
    name: 'OpenAI: too long, by its words only',
    vendors: [...openaiWires, 'together'],
    status: 400,
    body: openaiError(
      null,
      'invalid_request_error',
      'Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300002 tokens.',
    ),
    inStream: true,
    expected: {
      kind: 'context-length',
      scope: 'request',
      code: 'invalid_request_error',
      follows: elsewhere,
    },
  },
  ...['content_policy_violation', 'invalid_prompt', 'cyber_policy', 'bio_policy'].map(
    (code): Row => ({
      name: `OpenAI: ${code}`,
      vendors: openaiWires,
      status: 400,
      body: openaiError(code, 'invalid_request_error', 'Your request was rejected by our safety system.'),
      inStream: true,
      expected: { kind: 'content-filter', scope: 'request', code, follows: refused },
    }),
  ),
  {
    name: 'OpenAI: a wrong key',
    vendors: openaiWires,
    status: 401,
    body: openaiError(
      'invalid_api_key',
      'invalid_request_error',
      'Incorrect API key provided: sk-canar*ry. You can find your API key at https://platform.openai.com/account/api-keys.',
    ),
    expected: { kind: 'auth', scope: 'key', code: 'invalid_api_key', follows: misconfigured },
  },
  {
    name: 'OpenAI: an account that is not active',
    vendors: openaiWires,
    status: 429,
    body: openaiError(
      'billing_not_active',
      'billing_not_active',
      'Your account is not active, please check your billing details on our website.',
    ),
    expected: { kind: 'auth', scope: 'key', code: 'billing_not_active', follows: misconfigured },
  },
  {
    name: 'OpenAI: a country that is not served',
    vendors: openaiWires,
    status: 403,
    body: openaiError(
      'unsupported_country_region_territory',
      'request_forbidden',
      'Country, region, or territory not supported',
    ),
    expected: {
      kind: 'auth',
      scope: 'key',
      code: 'unsupported_country_region_territory',
      follows: misconfigured,
    },
  },
  ...[403, 404].map(
    (status): Row => ({
      name: `OpenAI: a model that the project may not use, or that there is not (${status})`,
      vendors: openaiWires,
      status,
      body: openaiError(
        'model_not_found',
        'invalid_request_error',
        'The model `gpt-9` does not exist or you do not have access to it.',
      ),
      expected: { kind: 'not-found', scope: 'deployment', code: 'model_not_found', follows: misconfigured },
    }),
  ),
  {
    name: 'OpenAI: a parameter that this model does not take',
    vendors: openaiWires,
    status: 400,
    body: openaiError(
      'unsupported_parameter',
      'invalid_request_error',
      "Unsupported parameter: 'temperature' is not supported with this model.",
    ),
    expected: {
      kind: 'bad-request',
      scope: 'deployment',
      code: 'unsupported_parameter',
      follows: elsewhere,
    },
  },

  {
    name: 'Azure: tokens per minute, with two kinds of wait',
    vendors: ['azure', 'openai'],
    status: 429,
    headers: { 'retry-after-ms': '2345', 'retry-after': '3', 'x-ratelimit-remaining-tokens': '0' },
    body: {
      error: {
        code: '429',
        message:
          'Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 3 seconds.',
      },
    },
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      limit: 'tokens',
      retryAfter: 2_345,
      follows: waits,
    },
  },
  {
    name: 'Azure: calls per minute',
    vendors: ['azure', 'openai'],
    status: 429,
    headers: { 'retry-after': '17' },
    body: {
      error: {
        code: '429',
        message:
          'Requests to the ChatCompletions_Create Operation have exceeded call rate limit of your current OpenAI S0 pricing tier.',
      },
    },
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      limit: 'requests',
      retryAfter: 17_000,
      follows: waits,
    },
  },
  {
    name: 'Azure: its content filter',
    vendors: ['azure', 'openai'],
    status: 400,
    body: {
      error: {
        message:
          "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
        type: null,
        param: 'prompt',
        code: 'content_filter',
        status: 400,
        innererror: {
          code: 'ResponsibleAIPolicyViolation',
          content_filter_result: { hate: { filtered: true, severity: 'high' } },
        },
      },
    },
    expected: { kind: 'content-filter', scope: 'request', code: 'content_filter', follows: refused },
  },
  {
    name: 'Azure: a deployment that there is not',
    vendors: ['azure', 'openai'],
    status: 404,
    body: {
      error: { code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist.' },
    },
    expected: { kind: 'not-found', scope: 'deployment', code: 'DeploymentNotFound', follows: misconfigured },
  },
  {
    name: 'Azure: a network that does not let us in',
    vendors: ['azure', 'openai'],
    status: 403,
    body: { error: { code: '403', message: 'Access denied due to Virtual Network/Firewall rules.' } },
    expected: { kind: 'auth', scope: 'endpoint', follows: misconfigured },
  },

  {
    name: 'Anthropic: no capacity',
    vendors: ['anthropic'],
    status: 529,
    body: anthropicError('overloaded_error', 'Overloaded'),
    inStream: true,
    expected: { kind: 'overloaded', scope: 'deployment', code: 'overloaded_error', follows: breaks },
  },
  {
    name: 'Anthropic: requests per minute',
    vendors: ['anthropic'],
    status: 429,
    headers: { 'retry-after': '23', 'anthropic-ratelimit-requests-remaining': '0' },
    body: anthropicError(
      'rate_limit_error',
      "This request would exceed your organization's rate limit of 50 requests per minute.",
    ),
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'rate_limit_error',
      limit: 'requests',
      retryAfter: 23_000,
      follows: waits,
    },
  },
  {
    name: 'Anthropic: tokens per minute, said by headers alone',
    vendors: ['anthropic'],
    status: 429,
    headers: { 'retry-after': '4', 'anthropic-ratelimit-output-tokens-remaining': '0' },
    body: anthropicError('rate_limit_error', 'Rate limited'),
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'rate_limit_error',
      limit: 'tokens',
      retryAfter: 4_000,
      follows: waits,
    },
  },
  {
    name: 'Anthropic: a rate limit inside a stream',
    vendors: ['anthropic'],
    status: 429,
    body: anthropicError('rate_limit_error', 'This request would exceed 30,000 input tokens per minute.'),
    inStream: true,
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'rate_limit_error',
      limit: 'tokens',
      follows: waits,
    },
  },
  {
    name: 'Anthropic: a subscription’s window is used up',
    vendors: ['anthropic'],
    status: 429,
    headers: { date: 'Fri, 20 Nov 2026 00:00:00 GMT', 'anthropic-ratelimit-unified-reset': '1795132900' },
    body: anthropicError('rate_limit_error', 'This would exceed your account’s rate limit.'),
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'rate_limit_error',
      retryAfter: 100_000,
      follows: waits,
    },
  },
  {
    name: 'Anthropic: traffic that grows too fast',
    vendors: ['anthropic'],
    status: 429,
    body: anthropicError('rate_limit_error', 'Your usage is growing too quickly.', 'ramp_limit_exceeded'),
    inStream: true,
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'ramp_limit_exceeded',
      limit: 'ramp',
      retryAfter: 5_000,
      follows: waits,
    },
  },
  ...(
    [
      ['in the middle of the month', 'Fri, 20 Nov 2026 12:00:00 GMT', hour],
      ['ten minutes before it lifts', 'Mon, 30 Nov 2026 23:50:00 GMT', 600_000],
      ['at the end of the year', 'Thu, 31 Dec 2026 23:59:00 GMT', 60_000],
    ] as const
  ).map(
    ([when, date, retryAfter]): Row => ({
      name: `Anthropic: the month’s limit on spending, ${when}`,
      vendors: ['anthropic'],
      status: 429,
      headers: { date },
      body: anthropicError('rate_limit_error', 'Spend limit reached.', 'enforced_spend_limit_reached'),
      expected: {
        kind: 'quota',
        scope: 'key',
        code: 'enforced_spend_limit_reached',
        limit: 'credit',
        retryAfter,
        follows: spent,
      },
    }),
  ),
  {
    name: 'Anthropic: the contract’s limit on spending',
    vendors: ['anthropic'],
    status: 429,
    headers: { date: 'Fri, 20 Nov 2026 12:00:00 GMT' },
    body: anthropicError('rate_limit_error', 'Spend limit reached.', 'contract_spend_limit_reached'),
    expected: {
      kind: 'quota',
      scope: 'key',
      code: 'contract_spend_limit_reached',
      limit: 'credit',
      retryAfter: hour,
      follows: spent,
    },
  },
  {
    name: 'Anthropic: a limit on spending that the customer set',
    vendors: ['anthropic'],
    status: 400,
    headers: { date: 'Fri, 20 Nov 2026 12:00:00 GMT' },
    body: anthropicError(
      'invalid_request_error',
      'You have reached your specified workspace API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
    ),
    expected: {
      kind: 'quota',
      scope: 'key',
      code: 'invalid_request_error',
      limit: 'credit',
      retryAfter: hour,
      follows: spent,
    },
  },
  {
    name: 'Anthropic: a bill that is not paid',
    vendors: ['anthropic'],
    status: 402,
    body: anthropicError('billing_error', 'There is an issue with your billing details.'),
    expected: {
      kind: 'quota',
      scope: 'key',
      code: 'billing_error',
      limit: 'credit',
      retryAfter: quarter,
      follows: spent,
    },
  },
  {
    name: 'Anthropic: no credit',
    vendors: ['anthropic'],
    status: 400,
    body: anthropicError(
      'invalid_request_error',
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
    ),
    expected: {
      kind: 'quota',
      scope: 'key',
      code: 'invalid_request_error',
      limit: 'credit',
      retryAfter: quarter,
      follows: spent,
    },
  },
  {
    name: 'Anthropic: too long',
    vendors: ['anthropic'],
    status: 400,
    body: anthropicError('invalid_request_error', 'prompt is too long: 210123 tokens > 200000 maximum'),
    inStream: true,
    expected: {
      kind: 'context-length',
      scope: 'request',
      code: 'invalid_request_error',
      follows: elsewhere,
    },
  },
  {
    name: 'Anthropic: too many bytes',
    vendors: ['anthropic'],
    status: 413,
    body: anthropicError('request_too_large', 'Request exceeds the maximum size'),
    expected: { kind: 'context-length', scope: 'request', code: 'request_too_large', follows: elsewhere },
  },
  {
    name: 'Anthropic: a wrong key',
    vendors: ['anthropic'],
    status: 401,
    body: anthropicError('authentication_error', 'invalid x-api-key'),
    inStream: true,
    expected: { kind: 'auth', scope: 'key', code: 'authentication_error', follows: misconfigured },
  },
  {
    name: 'Anthropic: a key without the right',
    vendors: ['anthropic'],
    status: 403,
    body: anthropicError('permission_error', 'Your API key does not have permission to use this resource.'),
    expected: { kind: 'auth', scope: 'key', code: 'permission_error', follows: misconfigured },
  },
  {
    name: 'Anthropic: an organization on hold',
    vendors: ['anthropic'],
    status: 400,
    body: anthropicError(
      'invalid_request_error',
      'This organization has been disabled.',
      'organization_on_hold',
    ),
    expected: { kind: 'auth', scope: 'key', code: 'organization_on_hold', follows: misconfigured },
  },
  {
    name: 'Anthropic: a model that there is not',
    vendors: ['anthropic'],
    status: 404,
    body: anthropicError('not_found_error', 'model: claude-9'),
    expected: { kind: 'not-found', scope: 'deployment', code: 'not_found_error', follows: misconfigured },
  },
  {
    name: 'Anthropic: it took too long',
    vendors: ['anthropic'],
    status: 504,
    body: anthropicError('timeout_error', 'The request timed out while processing.'),
    inStream: true,
    expected: { kind: 'timeout', scope: 'deployment', code: 'timeout_error', follows: breaks },
  },
  {
    name: 'Anthropic: its own error',
    vendors: ['anthropic'],
    status: 500,
    body: anthropicError('api_error', 'Internal server error'),
    inStream: true,
    expected: { kind: 'server', scope: 'deployment', code: 'api_error', follows: breaks },
  },
  {
    name: 'Anthropic: the customer’s own keys of encryption are out of reach',
    vendors: ['anthropic'],
    status: 503,
    body: anthropicError('api_error', 'Key unavailable', 'cmek_unavailable'),
    expected: { kind: 'server', scope: 'deployment', code: 'cmek_unavailable', follows: breaks },
  },
  ...[409, 499].map(
    (status): Row => ({
      name: `Anthropic: a conflict (${status})`,
      vendors: ['anthropic'],
      status,
      body: anthropicError('conflict_error', 'Conflict'),
      expected: { kind: 'server', scope: 'deployment', code: 'conflict_error', follows: breaks },
    }),
  ),
  {
    name: 'Anthropic: a request that it does not take',
    vendors: ['anthropic'],
    status: 400,
    body: anthropicError('invalid_request_error', 'messages.0.content.0: unexpected value'),
    inStream: true,
    expected: { kind: 'bad-request', scope: 'request', code: 'invalid_request_error', follows: refused },
  },

  {
    name: 'Gemini: requests per minute',
    vendors: geminiWires,
    status: 429,
    body: geminiError(429, 'RESOURCE_EXHAUSTED', geminiQuota, [
      quotaFailure('GenerateRequestsPerMinutePerProjectPerModel-FreeTier'),
      retryInfo('34.074824224s'),
    ]),
    inStream: true,
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'RESOURCE_EXHAUSTED',
      limit: 'requests',
      retryAfter: 34_075,
      follows: waits,
    },
  },
  {
    name: 'Gemini: input tokens per minute',
    vendors: geminiWires,
    status: 429,
    body: geminiError(429, 'RESOURCE_EXHAUSTED', geminiQuota, [
      quotaFailure('GenerateContentInputTokensPerModelPerMinute-FreeTier'),
      retryInfo('12s'),
    ]),
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'RESOURCE_EXHAUSTED',
      limit: 'tokens',
      retryAfter: 12_000,
      follows: waits,
    },
  },
  {
    name: 'Gemini: requests per day, among others',
    vendors: geminiWires,
    status: 429,
    body: geminiError(429, 'RESOURCE_EXHAUSTED', geminiQuota, [
      quotaFailure(
        'GenerateRequestsPerMinutePerProjectPerModel-FreeTier',
        'GenerateRequestsPerDayPerProjectPerModel-FreeTier',
      ),
      retryInfo('46s'),
    ]),
    expected: {
      kind: 'quota',
      scope: 'deployment',
      code: 'RESOURCE_EXHAUSTED',
      limit: 'daily',
      retryAfter: 46_000,
      follows: spent,
    },
  },
  {
    name: 'Gemini: requests per day, with the wait in its words',
    vendors: geminiWires,
    status: 429,
    body: geminiError(429, 'RESOURCE_EXHAUSTED', `${geminiQuota} Please retry in 10h17m5.72s.`, [
      quotaFailure('GenerateRequestsPerDayPerProjectPerModel-FreeTier'),
    ]),
    inStream: true,
    expected: {
      kind: 'quota',
      scope: 'deployment',
      code: 'RESOURCE_EXHAUSTED',
      limit: 'daily',
      retryAfter: 37_025_720,
      follows: spent,
    },
  },
  {
    name: 'Gemini: requests per day, without a wait: until midnight in California',
    vendors: geminiWires,
    status: 429,
    headers: { date: 'Fri, 20 Nov 2026 12:00:00 GMT' },
    body: geminiError(429, 'RESOURCE_EXHAUSTED', geminiQuota, [
      quotaFailure('GenerateRequestsPerDayPerProjectPerModel-FreeTier'),
    ]),
    expected: {
      kind: 'quota',
      scope: 'deployment',
      code: 'RESOURCE_EXHAUSTED',
      limit: 'daily',
      retryAfter: 20 * hour,
      follows: spent,
    },
    legacy: { retryAfter: 'some' },
  },
  {
    name: 'Gemini: no quota for this model at all',
    vendors: geminiWires,
    status: 429,
    body: geminiError(
      429,
      'RESOURCE_EXHAUSTED',
      `${geminiQuota}\n* Quota exceeded for metric: generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 0, model: gemini-3.1-pro\nPlease retry in 11.665902715s.`,
      [quotaFailure('GenerateRequestsPerDayPerProjectPerModel-FreeTier'), retryInfo('11s')],
    ),
    expected: {
      kind: 'not-found',
      scope: 'deployment',
      code: 'RESOURCE_EXHAUSTED',
      retryAfter: 11_000,
      follows: misconfigured,
    },
  },
  {
    name: 'Gemini: no capacity',
    vendors: geminiWires,
    status: 503,
    body: geminiError(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'),
    inStream: true,
    expected: { kind: 'overloaded', scope: 'deployment', code: 'UNAVAILABLE', follows: breaks },
  },
  {
    name: 'Gemini: its own error',
    vendors: geminiWires,
    status: 500,
    body: geminiError(500, 'INTERNAL', 'An internal error has occurred.'),
    inStream: true,
    expected: { kind: 'server', scope: 'deployment', code: 'INTERNAL', follows: breaks },
  },
  {
    name: 'Gemini: it took too long',
    vendors: geminiWires,
    status: 504,
    body: geminiError(504, 'DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.'),
    inStream: true,
    expected: { kind: 'timeout', scope: 'deployment', code: 'DEADLINE_EXCEEDED', follows: breaks },
  },
  {
    name: 'Gemini: a wrong key',
    vendors: geminiWires,
    status: 400,
    body: geminiError(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' },
    ]),
    expected: { kind: 'auth', scope: 'key', code: 'INVALID_ARGUMENT', follows: misconfigured },
  },
  {
    name: 'Gemini: a key without the right',
    vendors: geminiWires,
    status: 403,
    body: geminiError(
      403,
      'PERMISSION_DENIED',
      'Generative Language API has not been used in project 1 before.',
      [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'SERVICE_DISABLED' }],
    ),
    expected: { kind: 'auth', scope: 'key', code: 'PERMISSION_DENIED', follows: misconfigured },
  },
  {
    name: 'Gemini: a place that is not served',
    vendors: geminiWires,
    status: 400,
    body: geminiError(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'),
    expected: { kind: 'auth', scope: 'key', code: 'FAILED_PRECONDITION', follows: misconfigured },
  },
  {
    name: 'Gemini: a plan that has to be paid first',
    vendors: geminiWires,
    status: 402,
    body: geminiError(402, 'FAILED_PRECONDITION', 'Billing is required.'),
    expected: {
      kind: 'quota',
      scope: 'key',
      code: 'FAILED_PRECONDITION',
      limit: 'credit',
      retryAfter: quarter,
      follows: spent,
    },
  },
  {
    name: 'Gemini: too long',
    vendors: geminiWires,
    status: 400,
    body: geminiError(
      400,
      'INVALID_ARGUMENT',
      'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
    ),
    expected: { kind: 'context-length', scope: 'request', code: 'INVALID_ARGUMENT', follows: elsewhere },
  },

  {
    name: 'OpenRouter: whom it asked broke',
    vendors: ['openrouter', 'openai'],
    status: 502,
    body: {
      error: { code: 502, message: 'Provider returned error', metadata: { provider_name: 'Fireworks' } },
      choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
    },
    inStream: true,
    expected: { kind: 'server', scope: 'deployment', follows: breaks },
  },
  {
    name: 'OpenRouter: whom it asked broke, said with status 200',
    vendors: ['openrouter', 'openai'],
    status: 200,
    body: openrouterError(502, 'Provider returned error'),
    expected: { kind: 'server', scope: 'deployment', status: 502, follows: breaks },
  },
  {
    name: 'OpenRouter: what runs at the moment uses up the balance',
    vendors: ['openrouter', 'openai'],
    status: 402,
    headers: { 'retry-after': '3' },
    body: openrouterError(402, 'Too many requests in flight for your balance.', {
      error_type: 'in_flight_budget_exhausted',
      limit_source: 'openrouter_in_flight_budget',
    }),
    expected: {
      kind: 'rate-limit',
      scope: 'key',
      code: 'in_flight_budget_exhausted',
      limit: 'credit',
      retryAfter: 3_000,
      follows: waits,
    },
  },
  {
    name: 'OpenRouter: no credit',
    vendors: ['openrouter', 'openai'],
    status: 402,
    body: openrouterError(402, 'Insufficient credits. Add more using https://openrouter.ai/credits', {
      error_type: 'payment_required',
    }),
    expected: {
      kind: 'quota',
      scope: 'key',
      code: 'payment_required',
      limit: 'credit',
      retryAfter: quarter,
      follows: spent,
    },
  },
  {
    name: 'OpenRouter: one request that is worth more than the budget',
    vendors: ['openrouter', 'openai'],
    status: 402,
    body: openrouterError(402, 'This request costs more than your budget.', {
      error_type: 'weight_exceeds_budget',
    }),
    expected: {
      kind: 'bad-request',
      scope: 'deployment',
      code: 'weight_exceeds_budget',
      follows: elsewhere,
    },
  },
  {
    name: 'OpenRouter: a workspace’s budget',
    vendors: ['openrouter', 'openai'],
    status: 403,
    headers: { date: 'Fri, 20 Nov 2026 12:00:00 GMT' },
    body: openrouterError(403, 'Budget limit exceeded', {
      limit_source: 'openrouter_workspace_budget',
      limit_usd: 20,
      resets_at: '2026-11-20T12:30:00Z',
    }),
    expected: {
      kind: 'quota',
      scope: 'key',
      code: 'openrouter_workspace_budget',
      limit: 'credit',
      retryAfter: 1_800_000,
      follows: spent,
    },
  },
  {
    name: 'OpenRouter: free requests of a day',
    vendors: ['openrouter', 'openai'],
    status: 429,
    headers: { date: 'Fri, 20 Nov 2026 12:00:00 GMT' },
    body: openrouterError(429, 'Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000.', {
      headers: {
        'X-RateLimit-Limit': '50',
        'X-RateLimit-Remaining': '0',
        'X-RateLimit-Reset': '1795219200000',
      },
    }),
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      limit: 'daily',
      retryAfter: 12 * hour,
      follows: waits,
    },
  },
  {
    name: 'OpenRouter: moderation',
    vendors: ['openrouter', 'openai'],
    status: 403,
    body: openrouterError(
      403,
      'Your chosen model requires moderation and your input was flagged for "violence".',
      {
        reasons: ['violence'],
        flagged_input: 'my own words',
        provider_name: 'OpenAI',
      },
    ),
    expected: { kind: 'content-filter', scope: 'request', follows: refused },
  },
  {
    name: 'OpenRouter: no provider serves the model at the moment',
    vendors: ['openrouter', 'openai'],
    status: 503,
    body: openrouterError(503, 'No allowed providers are available for the selected model.'),
    expected: { kind: 'overloaded', scope: 'deployment', follows: breaks },
  },
  {
    name: 'OpenRouter: it took too long',
    vendors: ['openrouter', 'openai'],
    status: 408,
    body: openrouterError(408, 'Request timed out'),
    inStream: true,
    expected: { kind: 'timeout', scope: 'deployment', follows: breaks },
  },

  {
    name: 'Groq: tokens per minute',
    vendors: ['groq', 'openai'],
    status: 429,
    body: openaiError(
      'rate_limit_exceeded',
      'tokens',
      'Rate limit reached for model `llama-3.1-8b-instant` in organization `org_01` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Used 5034, Requested 1443. Please try again in 4.77s. Need more tokens? Upgrade to Dev Tier today.',
    ),
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'rate_limit_exceeded',
      limit: 'tokens',
      retryAfter: 4_770,
      follows: waits,
    },
  },
  {
    name: 'Groq: requests per day, and the header that counts them',
    vendors: ['groq', 'openai'],
    status: 429,
    headers: { 'retry-after': '86', 'x-ratelimit-remaining-requests': '0' },
    body: openaiError(
      'rate_limit_exceeded',
      'requests',
      'Rate limit reached for model `llama-3.1-8b-instant` on requests per day (RPD): Limit 14400, Used 14400. Please try again in 1m26.4s. Need more tokens? Upgrade to Dev Tier today.',
    ),
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'rate_limit_exceeded',
      limit: 'daily',
      retryAfter: 86_000,
      follows: waits,
    },
  },
  {
    name: 'Groq: no flexible capacity',
    vendors: ['groq', 'openai'],
    status: 498,
    body: openaiError('capacity_exceeded', 'internal_server_error', 'Flex tier capacity exceeded.'),
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'capacity_exceeded',
      retryAfter: 5_000,
      follows: waits,
    },
  },
  {
    name: 'Groq: a request that is larger than the limit of a minute, called a rate limit',
    vendors: ['groq', 'openai'],
    status: 413,
    body: openaiError(
      'rate_limit_exceeded',
      'tokens',
      'Request too large for model `llama-3.1-8b-instant` in organization `org_01` on tokens per minute (TPM): Limit 6000, Requested 12328, please reduce your message size and try again.',
    ),
    expected: { kind: 'context-length', scope: 'request', code: 'rate_limit_exceeded', follows: elsewhere },
  },
  {
    name: 'Groq: what it depends on failed',
    vendors: ['groq', 'openai'],
    status: 424,
    body: openaiError(null, 'external_connector_error', 'Failed dependency'),
    expected: { kind: 'server', scope: 'deployment', code: 'external_connector_error', follows: breaks },
  },
  {
    name: 'Groq: the model made something up',
    vendors: ['groq'],
    status: 422,
    body: openaiError(null, 'invalid_request_error', 'The model made an answer that cannot be processed.'),
    expected: { kind: 'malformed', scope: 'request', code: 'invalid_request_error', follows: again },
  },
  {
    name: 'Groq: the model’s tool call is no JSON',
    vendors: ['groq', 'openai'],
    status: 400,
    body: openaiError('tool_use_failed', 'invalid_request_error', 'Failed to call a function.'),
    inStream: true,
    expected: { kind: 'malformed', scope: 'request', code: 'tool_use_failed', follows: again },
  },

  {
    name: 'DeepSeek: no balance',
    vendors: ['deepseek', 'openai'],
    status: 402,
    body: openaiError('invalid_request_error', 'unknown_error', 'Insufficient Balance'),
    expected: {
      kind: 'quota',
      scope: 'key',
      code: 'invalid_request_error',
      limit: 'credit',
      retryAfter: quarter,
      follows: spent,
    },
  },
  {
    name: 'DeepSeek: no capacity',
    vendors: ['deepseek', 'openai'],
    status: 503,
    body: openaiError('service_unavailable', 'server_busy', 'The server is overloaded due to high traffic.'),
    expected: { kind: 'overloaded', scope: 'deployment', code: 'service_unavailable', follows: breaks },
  },
  {
    name: 'DeepSeek: parameters that it does not take',
    vendors: ['deepseek', 'openai'],
    status: 422,
    body: openaiError('invalid_request_error', 'invalid_request_error', 'Invalid Parameters'),
    expected: { kind: 'bad-request', scope: 'request', code: 'invalid_request_error', follows: refused },
  },

  ...[
    { status: 429, kind: 'rate-limit', follows: waits },
    { status: 500, kind: 'server', follows: breaks },
    { status: 502, kind: 'server', follows: breaks },
    { status: 503, kind: 'overloaded', follows: breaks },
  ].map(
    ({ status, kind, follows }): Row => ({
      name: `those who speak OpenAI’s language, without a code of their own: ${status}`,
      vendors: ['together', 'mistral', 'xai', 'openai'],
      status,
      body: { error: { message: 'Sorry' } },
      expected: { kind: kind as ProviderErrorKind, scope: 'deployment', follows },
    }),
  ),
  {
    name: 'Mistral: a request that does not fit the schema, with the words of the request',
    vendors: ['mistral', 'openai'],
    status: 422,
    body: {
      detail: [
        {
          type: 'missing',
          loc: ['body', 'model'],
          msg: 'Field required',
          input: { messages: 'my own words' },
        },
      ],
    },
    expected: { kind: 'bad-request', scope: 'request', follows: refused },
  },

  {
    name: 'vLLM: too long',
    vendors: ['vllm', 'openai'],
    status: 400,
    body: {
      object: 'error',
      message: "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.",
      type: 'BadRequestError',
      param: null,
      code: 400,
    },
    inStream: true,
    expected: { kind: 'context-length', scope: 'request', code: 'BadRequestError', follows: elsewhere },
  },
  {
    name: 'vLLM: the engine died',
    vendors: ['vllm', 'openai'],
    status: 500,
    body: {
      object: 'error',
      message: 'EngineCore encountered an issue.',
      type: 'InternalServerError',
      code: 500,
    },
    inStream: true,
    expected: { kind: 'server', scope: 'deployment', code: 'InternalServerError', follows: breaks },
  },
  {
    name: 'Ollama: a model that is not there',
    vendors: ['ollama', 'openai'],
    status: 404,
    body: openaiError(null, 'api_error', 'model "llama3" not found, try pulling it first'),
    expected: { kind: 'not-found', scope: 'deployment', code: 'api_error', follows: misconfigured },
  },
  {
    name: 'Ollama: an error in one word',
    vendors: ['ollama', 'openai'],
    status: 500,
    body: { error: 'llama runner process has terminated: exit status 2' },
    expected: { kind: 'server', scope: 'deployment', follows: breaks },
  },

  {
    name: 'Bedrock: too many requests',
    vendors: ['bedrock', 'openai'],
    status: 429,
    headers: { 'x-amzn-errortype': 'ThrottlingException:http://internal.amazon.com/coral/' },
    body: { message: 'Too many requests, please wait before trying again.' },
    expected: { kind: 'rate-limit', scope: 'deployment', code: 'ThrottlingException', follows: waits },
  },
  {
    name: 'Bedrock: tokens',
    vendors: ['bedrock', 'openai'],
    status: 429,
    headers: { 'x-amzn-errortype': 'ThrottlingException' },
    body: { message: 'Too many tokens, please wait before trying again.' },
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'ThrottlingException',
      limit: 'tokens',
      follows: waits,
    },
  },
  {
    name: 'Bedrock: tokens of a day',
    vendors: ['bedrock', 'openai'],
    status: 429,
    headers: { 'x-amzn-errortype': 'ThrottlingException' },
    body: { message: 'Too many tokens per day, please wait before trying again.' },
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'ThrottlingException',
      limit: 'daily',
      follows: waits,
    },
  },
  {
    name: 'Bedrock: a service quota',
    vendors: ['bedrock', 'openai'],
    status: 400,
    body: { __type: 'com.amazon.coral.service#ServiceQuotaExceededException', message: 'Quota exceeded' },
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'ServiceQuotaExceededException',
      follows: waits,
    },
  },
  {
    name: 'Bedrock: a model that is being loaded',
    vendors: ['bedrock', 'openai'],
    status: 429,
    headers: { 'x-amzn-errortype': 'ModelNotReadyException' },
    body: { message: 'Model is not ready for inference.' },
    expected: { kind: 'overloaded', scope: 'deployment', code: 'ModelNotReadyException', follows: breaks },
  },
  {
    name: 'Bedrock: the model took too long',
    vendors: ['bedrock', 'openai'],
    status: 408,
    headers: { 'x-amzn-errortype': 'ModelTimeoutException' },
    body: { message: 'Model timed out' },
    expected: { kind: 'timeout', scope: 'deployment', code: 'ModelTimeoutException', follows: breaks },
  },
  {
    name: 'Bedrock: the model failed',
    vendors: ['bedrock', 'openai'],
    status: 424,
    headers: { 'x-amzn-errortype': 'ModelErrorException' },
    body: { message: 'The model failed', originalStatusCode: 500 },
    expected: { kind: 'server', scope: 'deployment', code: 'ModelErrorException', follows: breaks },
  },
  {
    name: 'Bedrock: no capacity',
    vendors: ['bedrock', 'openai'],
    status: 503,
    headers: { 'x-amzn-errortype': 'ServiceUnavailableException' },
    body: { message: 'Try again later' },
    expected: {
      kind: 'overloaded',
      scope: 'deployment',
      code: 'ServiceUnavailableException',
      follows: breaks,
    },
  },
  {
    name: 'Bedrock: too long',
    vendors: ['bedrock', 'openai'],
    status: 400,
    headers: { 'x-amzn-errortype': 'ValidationException' },
    body: { message: 'Input is too long for requested model.' },
    expected: { kind: 'context-length', scope: 'request', code: 'ValidationException', follows: elsewhere },
  },
  {
    name: 'Bedrock: a request that it does not take',
    vendors: ['bedrock', 'openai'],
    status: 400,
    headers: { 'x-amzn-errortype': 'ValidationException' },
    body: { message: 'Malformed input request' },
    expected: { kind: 'bad-request', scope: 'request', code: 'ValidationException', follows: refused },
  },
  {
    name: 'Bedrock: a key without the right',
    vendors: ['bedrock', 'openai'],
    status: 403,
    headers: { 'x-amzn-errortype': 'AccessDeniedException' },
    body: { message: 'User is not authorized to perform: bedrock:InvokeModel' },
    expected: { kind: 'auth', scope: 'key', code: 'AccessDeniedException', follows: misconfigured },
  },
  {
    name: 'Bedrock: a model that the account has not asked for',
    vendors: ['bedrock', 'openai'],
    status: 403,
    headers: { 'x-amzn-errortype': 'AccessDeniedException' },
    body: { message: "You don't have access to the model with the specified model ID." },
    expected: {
      kind: 'not-found',
      scope: 'deployment',
      code: 'AccessDeniedException',
      follows: misconfigured,
    },
  },
  ...[
    ['throttlingException', 429, 'rate-limit', waits],
    ['modelStreamErrorException', 500, 'server', breaks],
    ['internalServerException', 500, 'server', breaks],
    ['serviceUnavailableException', 503, 'overloaded', breaks],
    ['modelTimeoutException', 504, 'timeout', breaks],
  ].map(
    ([type, status, kind, follows]): Row => ({
      name: `Bedrock: ${String(type)} among the events of a stream`,
      vendors: ['bedrock', 'openai'],
      status: status as number,
      body: { error: { type, message: 'Sorry' } },
      inStream: true,
      expected: {
        kind: kind as ProviderErrorKind,
        scope: 'deployment',
        code: type as string,
        follows: follows as Follows,
      },
    }),
  ),

  ...[400, 415, 422].map(
    (status): Row => ({
      name: `any vendor: a request that none accepts (${status})`,
      vendors: allVendors.filter((vendor) => status !== 422 || vendor !== 'groq'),
      status,
      body: { error: { message: 'tools[0].function.parameters: invalid schema' } },
      expected: { kind: 'bad-request', scope: 'request', follows: refused },
    }),
  ),
  {
    name: 'anyone: a key that is refused',
    vendors: allVendors,
    status: 401,
    body: { error: { message: 'No' } },
    expected: { kind: 'auth', scope: 'key', follows: misconfigured },
  },
  ...[408, 504].map(
    (status): Row => ({
      name: `anyone: it took too long (${status})`,
      vendors: allVendors,
      status,
      body: { error: { message: 'Timeout' } },
      expected: { kind: 'timeout', scope: 'deployment', follows: breaks },
    }),
  ),
  ...[425, 499, 500, 502].map(
    (status): Row => ({
      name: `anyone: broken (${status})`,
      vendors: allVendors,
      status,
      body: { error: { message: 'Sorry' } },
      expected: { kind: 'server', scope: 'deployment', follows: breaks },
    }),
  ),
  ...[520, 521, 523, 525, 526, 527, 530].map(
    (status): Row => ({
      name: `anyone: Cloudflare cannot reach the server behind it (${status})`,
      vendors: allVendors,
      status,
      body: 'error code: 52x',
      expected: { kind: 'server', scope: 'endpoint', follows: breaks },
    }),
  ),
  ...[522, 524].map(
    (status): Row => ({
      name: `anyone: the server behind Cloudflare took too long (${status})`,
      vendors: allVendors,
      status,
      body: 'error code: 522',
      expected: { kind: 'timeout', scope: 'endpoint', follows: breaks },
    }),
  ),
];
