import { describeRows } from './describe-rows.ts';
import { breaks, openaiError, type Row, spent, waits } from './rows.ts';
import type { VendorName } from './vendors.ts';

/** The account is used up: another one is asked at once, and this one after a quarter of an hour. */
const arrears = (
  vendor: VendorName,
  status: number,
  body: unknown,
  code: string | undefined,
  more: Partial<Row['expected']> = {},
): Row => ({
  name: `${vendor}: ${status} ${JSON.stringify(body).slice(0, 90)}`,
  vendors: [vendor],
  status,
  body,
  expected: {
    kind: 'quota',
    scope: 'key',
    limit: 'credit',
    retryAfter: 900_000,
    ...(code === undefined ? {} : { code }),
    follows: spent,
    ...more,
  },
});

describeRows('an account without credit', [
  // https://github.com/hsliuping/TradingAgents-CN/issues/170
  arrears(
    'qwen',
    400,
    {
      error: {
        code: 'Arrearage',
        param: null,
        message: 'Access denied, please make sure your account is in good standing.',
        type: 'Arrearage',
      },
      id: 'chatcmpl-1',
      request_id: 'r',
    },
    'Arrearage',
  ),
  arrears('qwen', 403, { error: { message: 'Access denied due to overdue account' } }, undefined),
  arrears(
    'qwen',
    403,
    openaiError(
      'AllocationQuota.FreeTierOnly',
      'AllocationQuota.FreeTierOnly',
      'The free tier of the model has been exhausted.',
    ),
    'AllocationQuota.FreeTierOnly',
    { scope: 'deployment' },
  ),
  arrears(
    'qwen',
    429,
    openaiError('insufficient_quota', 'insufficient_quota', 'Free allocated quota exceeded.'),
    'insufficient_quota',
  ),
  // https://github.com/MoonshotAI/kimi-code/pull/1857, https://github.com/MoonshotAI/Kimi-K2/issues/5
  ...[429, 403].map((status) =>
    arrears(
      'moonshot',
      status,
      openaiError(
        null,
        'exceeded_current_quota_error',
        'Your account org-1 <ak-1> is suspended due to insufficient balance, please recharge your account or check your plan and billing details',
      ),
      'exceeded_current_quota_error',
    ),
  ),
  arrears(
    'xai',
    429,
    {
      code: 'Some resource has been exhausted',
      error: 'Your team a1 has either used all available credits or reached its monthly spending limit.',
    },
    undefined,
  ),
  arrears(
    'fireworks',
    412,
    {
      error: {
        object: 'error',
        type: 'invalid_request_error',
        code: 'PRECONDITION_FAILED',
        message:
          'Account house is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices.',
      },
    },
    'PRECONDITION_FAILED',
  ),
  arrears(
    'workers',
    429,
    {
      success: false,
      errors: [
        { code: 3036, message: '3036: You have used up your daily free allocation of 10,000 neurons.' },
      ],
    },
    undefined,
    { limit: 'daily' },
  ),
]);

describeRows('what only looks like an account without credit', [
  // https://www.alibabacloud.com/help/en/model-studio/rate-limit
  {
    name: 'Qwen: tokens per minute, by the code that others have for credit',
    vendors: ['qwen'],
    status: 429,
    body: openaiError(
      'insufficient_quota',
      'insufficient_quota',
      'You exceeded your current quota, please check your plan and billing details.',
    ),
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'insufficient_quota',
      limit: 'tokens',
      follows: waits,
    },
  },
  {
    name: 'Moonshot: no capacity, by the status that others have for limits',
    vendors: ['moonshot'],
    status: 429,
    body: openaiError(
      null,
      'engine_overloaded_error',
      'The engine is currently overloaded, please try again later',
    ),
    inStream: true,
    expected: {
      kind: 'overloaded',
      scope: 'deployment',
      code: 'engine_overloaded_error',
      follows: breaks,
    },
  },
  {
    name: 'Moonshot: too many requests',
    vendors: ['moonshot'],
    status: 429,
    body: openaiError(
      null,
      'rate_limit_reached_error',
      'Your account org-1 request reached organization max RPM: 3, please try again after 1 seconds',
    ),
    headers: { 'retry-after': '1' },
    expected: {
      kind: 'rate-limit',
      scope: 'deployment',
      code: 'rate_limit_reached_error',
      limit: 'requests',
      retryAfter: 1_000,
      follows: waits,
    },
  },
  {
    name: 'Cloudflare: no capacity, by the status that others have for limits',
    vendors: ['workers'],
    status: 429,
    body: {
      success: false,
      errors: [{ code: 3040, message: 'No more data centers to forward the request to' }],
    },
    expected: { kind: 'overloaded', scope: 'deployment', follows: breaks },
  },
]);
