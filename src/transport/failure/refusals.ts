import { asObject } from '../../util/json.ts';
import type { FailureFacts, FailureRow } from './failure-table.ts';

/*
 * The subject of a refusal. The status alone does not identify it: vendors return 403 for a key without
 * permission, an expired file and a prompt against their policy, and 404 for a model, a path and a stored
 * item. The rows below look for the subject in the vendor's code, field or message: the content of the
 * request, its options, the model, the account's stored data, the account itself, or the path. If none is
 * named, the failure has the scope `request`: it does not count against a target or key until a different
 * request fails the same way.
 *
 * The phrases come from the vendors' documentation linked at each row and from users' reports.
 */

const anyOf = (...phrases: readonly string[]): RegExp => new RegExp(phrases.join('|'), 'i');

const forbiddenCodes = ['permission_denied', 'permission-denied', 'permission_error', 'forbidden'];
const missingCodes = ['not_found', 'not_found_error', 'notfounderror', 'not-found'];

/**
 * Inside a stream, which has no status, requires a code: broad phrases also occur in errors of other kinds.
 */
function isForbidden({ status, codes }: FailureFacts): boolean {
  return status === undefined ? codes.some((code) => forbiddenCodes.includes(code)) : status === 403;
}

function isMissing({ status, codes }: FailureFacts): boolean {
  if (status !== undefined) return status === 404 || status === 410;
  return codes.some((code) => missingCodes.includes(code));
}

function isRefusal(facts: FailureFacts): boolean {
  return isForbidden(facts) || isMissing(facts);
}

/** The request field that the vendor names: OpenAI's `param`. */
function fieldIn({ body }: FailureFacts): string | undefined {
  const top = asObject(Array.isArray(body) ? body[0] : body);
  const field = asObject(top?.['error'])?.['param'] ?? top?.['param'];
  return typeof field === 'string' && field !== '' ? field.toLowerCase() : undefined;
}

/** An account or key that the vendor has closed. Such messages may also mention a policy. */
const closedAccount =
  /\b(account|organi[sz]ation|project|api[ _-]?key|consumer|user)\b.{0,80}\b(is|are|was|been) (\w+ )?(terminated|suspended|deactivated|disabled|banned|blocked|revoked|restricted|on hold|denied access|reported as leaked)\b/i;

/**
 * Phrases of refusals by policy:
 *
 * - xAI (403): `Content violates usage guidelines`, `SAFETY_CHECK_TYPE_…`
 * - DeepSeek: `Content Exists Risk`; Moonshot: `considered high risk` (https://platform.kimi.ai/docs/api/errors)
 * - DashScope: `inappropriate content` (https://help.aliyun.com/en/model-studio/error-code)
 * - Zhipu, code 1301: `不安全或敏感内容`, `unsafe or sensitive content` (https://docs.z.ai/api-reference/api-code)
 * - MiniMax: `new_sensitive` (https://platform.minimax.io/docs/api-reference/errorcode)
 * - StepFun (451): `content you provided or machine outputted is blocked`
 * - Azure: `content management policy`; OpenAI: `safety system`; Anthropic: `Output blocked by content filtering policy`
 * - Imagen: `Responsible AI practices`; OpenRouter: `violation of provider Terms Of Service`
 * - Cloudflare AI Gateway: `blocked due to security configurations`
 *   (https://developers.cloudflare.com/ai-gateway/features/guardrails/)
 */
const againstPolicy = anyOf(
  'violat\\w*.{0,40}(usage|content|use|community|safety) (guidelines?|polic(y|ies))',
  'violation of provider terms',
  'safety_check',
  'content exists risk',
  'considered high risk',
  'inappropriate content',
  'unsafe or sensitive content',
  '不安全或敏感|敏感(内容|词|信息)|违规(内容|信息)',
  'new_sensitive|sensitive (content|words?|information)',
  'censorship_blocked|content you provided .*is blocked',
  'content management policy|content[ _-]filter(ing)?\\b',
  'safety system',
  'responsible ai',
  'prohibited content',
  '(prompt|response|request) (was )?blocked (due to|by).{0,40}(security configuration|guardrail|content|policy)',
);

/** Error codes for content refused by policy, except those in vendor tables. */
const policyCodes = [
  'content_policy_violation',
  'content_filter',
  'contentFilter', // Azure, of images
  'ResponsibleAIPolicyViolation',
  'invalid_prompt',
  'cyber_policy',
  'bio_policy',
  'moderation_blocked', // OpenAI, of images
  'data_inspection_failed', // DashScope
  'DataInspectionFailed',
  'censorship_blocked', // StepFun
  'sensitive_words_detected',
];

/**
 * Statuses of policy refusals. Limits, overloads and bad keys have other statuses, whatever their message
 * mentions.
 */
const policyStatuses = [400, 403, 404, 406, 422, 424, 446];

/**
 * Rows that precede the vendor's own table, because some vendors use its codes for these failures:
 * `permission-denied` (xAI), `invalid_request_error` (DeepSeek, Anthropic), `PERMISSION_DENIED` (Gemini).
 */
export const subjectRows: readonly FailureRow[] = [
  {
    status: [400, 401, 403, 404],
    message: closedAccount,
    // An account closed for an unpaid bill is a quota failure.
    when: ({ message }) => !/balance|credit|payment|billing|overdue|arrears|quota/i.test(message),
    kind: 'auth',
  },
  { code: policyCodes, kind: 'content-filter' },
  // Volcengine: `SensitiveContentDetected`, `InputTextSensitiveContentDetected`, `SensitiveContentDetected.Violence` …
  { when: ({ codes }) => codes.some((code) => /sensitivecontent/.test(code)), kind: 'content-filter' },
  { status: policyStatuses, message: againstPolicy, kind: 'content-filter' },
  { status: 400, when: isZhipuFilter, kind: 'content-filter' },
  { status: 451, kind: 'content-filter' },
  // An MCP server named in the request.
  {
    status: [400, 404, 424],
    message: /\bMCP server\b/i,
    kind: 'bad-request',
    scope: 'deployment',
  },
];

function isZhipuFilter({ body }: FailureFacts): boolean {
  const top = asObject(body);
  const code = asObject(top?.['error'])?.['code'];
  return Array.isArray(top?.['contentFilter']) || code === '1301' || code === 1301;
}

/** A path or method that the server does not have. It affects one operation; others may work. */
const unknownPath = anyOf(
  'invalid url',
  '(unknown|unrecognized|unexpected|unsupported) (request )?(url|path|route|endpoint)',
  'page not found',
  '^(cannot|no route for) ',
  'no route (for|matched)',
  'route .{0,60}not found',
  'url\\.not_found',
  "endpoint '?[\\w/.-]+'? (was )?not (found|provided)",
  'method not allowed',
  '^resource not found\\.?$', // Azure
  '^not found\\.?$', // FastAPI and servers built on it: vLLM, LiteLLM
  '^file not found$', // llama.cpp
);

/** No support for the request's options by a model or its route; another model may support them. */
const unsupportedOptions = anyOf(
  // OpenRouter: https://openrouter.ai/docs/api-reference/errors
  'no endpoints (found|available) (that|matching|which)',
  'no (allowed|available) providers',
  'data policy|guardrail restrictions',
  "\\b(does not|doesn’t|doesn't) support\\b",
  '\\b(tool|function|image|video|audio|file|pdf|modalit|parameter|reasoning|thinking)\\w*\\b.{0,40}\\b(un|not )supported\\b',
);

/** Data stored at the vendor under one account: files, items, responses, conversations, caches. */
const storedData = anyOf(
  '\\b(files?|attachments?|items?|uploads?|documents?|images?|videos?)\\b',
  '\\b(previous[ _])?responses? with id\\b|\\bprevious[ _]response',
  '\\b(conversation|thread|assistant|prompt|batch|skill|session)s?\\b',
  '\\b(vector[ _]stores?|containers?|corpus|corpora)\\b',
  '\\bcached ?contents?\\b|\\bcaches?\\b',
);

/** Phrases about a key or its account. */
const accountWords = anyOf(
  '\\bapi[ _-]?keys?\\b|\\b(access|auth|bearer|api) ?tokens?\\b|\\bcredentials?\\b|\\bsignature\\b',
  '\\b(account|organi[sz]ation|project|team|workspace|tenant|consumer)s?\\b',
  '\\b(subscription|billing|payment|plan|credits?|licen[cs]e)\\b',
  '\\b(country|region|territory|location|ip address|referr?er)\\b',
  '\\bservice .{0,80}\\b(disabled|not been used|not enabled)\\b',
  '未授权|无权',
);

/**
 * Codes for a model that does not exist, or not for this account. Several vendors send them with status 400
 * or 401.
 */
const modelCodes = [
  'model_not_found',
  'DeploymentNotFound',
  'invalid_model', // Mistral, Perplexity
  'unknown_model', // GitHub Models
  'model_not_available', // Together
  'model_not_supported', // Hugging Face
  'model_decommissioned', // Groq: https://console.groq.com/docs/deprecations
  'model_not_active',
  'model_terms_required',
  'model_permission_blocked_org',
  'model_permission_blocked_project',
  'ModelNotFound', // DashScope
  'Model.AccessDenied',
  'ModelNotOpen', // Volcengine
  'InvalidEndpointOrModel.NotFound',
  'key_model_access_denied', // LiteLLM
  'team_model_access_denied',
];

/** Messages for the same failure with the status of a bad request. */
const wrongModel = anyOf(
  '^model not exist', // DeepSeek
  '\\b(invalid|unknown|incorrect) model( id)?\\b',
  'model identifier is invalid', // Bedrock
  'is not a valid model id', // OpenRouter
  '^(\\d+: |AiError: )*no such model', // Cloudflare: https://developers.cloudflare.com/workers-ai/platform/errors/
  '^the (requested )?model\\b.{0,100}\\b(does not exist|not found|has been decommissioned|no longer (available|supported)|is not supported by)',
  '^模型不存在',
);

const wrongKey =
  /\b(incorrect|invalid|expired|missing) api[ _-]?key\b|\bapi[ _-]?key (is |was )?(not valid|invalid|incorrect|expired|not found)\b/i;

/** Whether the vendor blames a request field other than the model. */
const namesOtherField = (facts: FailureFacts): boolean => {
  const field = fieldIn(facts);
  return isRefusal(facts) && field !== undefined && field !== 'model' && !/key|auth/.test(field);
};

/**
 * Refusals by subject. Order matters, because a message about a model also names the account, for example.
 */
export const refusalRows: readonly FailureRow[] = [
  { code: modelCodes, kind: 'not-found' },
  { status: [400, 422], message: wrongKey, kind: 'auth' },
  { status: [400, 422], message: wrongModel, kind: 'not-found' },
  {
    status: [400, 422],
    when: (facts) => fieldIn(facts) === 'model' && facts.codes.includes('invalid_value'),
    kind: 'not-found',
  },
  // A key without permission for this kind of request.
  { code: 'missing_scope', kind: 'auth', scope: 'deployment' },
  { status: [401, 403], message: /missing scopes/i, kind: 'auth', scope: 'deployment' },
  { status: 401, kind: 'auth' },
  { status: [405, 501], kind: 'not-found', scope: 'deployment' },
  { status: [403, 404, 410], message: unknownPath, kind: 'not-found', scope: 'deployment' },
  { code: 'previous_response_not_found', kind: 'bad-request', scope: 'key' },
  { when: namesOtherField, kind: 'bad-request', scope: 'key' },
  { when: isRefusal, message: unsupportedOptions, kind: 'bad-request', scope: 'deployment' },
  {
    when: isRefusal,
    message: /\b(models?|deployments?)\b|模型|no endpoints found for/i,
    kind: 'not-found',
    scope: 'deployment',
  },
  { when: isRefusal, message: storedData, kind: 'bad-request', scope: 'key' },
  { code: accountCodes(), kind: 'auth' },
  { when: isForbidden, message: accountWords, kind: 'auth', scope: 'key' },
  // No subject is named.
  { when: isForbidden, kind: 'auth', scope: 'request', standsFor: 403 },
  { when: isMissing, kind: 'not-found', scope: 'request', standsFor: 404 },
];

function accountCodes(): readonly string[] {
  return [
    'authentication_error',
    'unsupported_country_region_territory',
    'account_deactivated',
    'organization_restricted', // Groq
    'InvalidApiKey',
    'AccessDenied.Unpurchased', // DashScope
    // Google: https://docs.cloud.google.com/service-infrastructure/docs/service-management/reference/rpc/google.api#errorreason
    'SERVICE_DISABLED',
    'BILLING_DISABLED',
    'API_KEY_INVALID',
    'API_KEY_SERVICE_BLOCKED',
    'API_KEY_HTTP_REFERRER_BLOCKED',
    'API_KEY_IP_ADDRESS_BLOCKED',
    'CONSUMER_SUSPENDED',
    'CONSUMER_INVALID',
    'USER_PROJECT_DENIED',
  ];
}
