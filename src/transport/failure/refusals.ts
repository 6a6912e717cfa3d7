import { asObject } from '../../util/json.ts';
import type { FailureFacts, FailureRow } from './failure-table.ts';

/*
 * What a refusal is about. A status alone does not say it: vendors answer 403 for a key without rights, for a file that has
 * expired and for a prompt against their policy, and 404 for a model, a path and a stored item. So the rows below look for the
 * subject in the vendor's code, field or message: the request's content, its options, the model, what the account has stored, the
 * account itself, or the path. Where none is named, the failure has the scope `request`: it holds nothing against a target or key
 * until it has come for a request that differs.
 *
 * The wordings are from the vendors' pages that each row names, and from users' reports.
 */

const anyOf = (...phrases: readonly string[]): RegExp => new RegExp(phrases.join('|'), 'i');

const forbiddenCodes = ['permission_denied', 'permission-denied', 'permission_error', 'forbidden'];
const missingCodes = ['not_found', 'not_found_error', 'notfounderror', 'not-found'];

/** Inside a stream, where there is no status, a code has to stand for it: broad words also come in errors of other kinds. */
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

/** The field of the request that the vendor names: OpenAI's `param`. */
function fieldIn({ body }: FailureFacts): string | undefined {
  const top = asObject(Array.isArray(body) ? body[0] : body);
  const field = asObject(top?.['error'])?.['param'] ?? top?.['param'];
  return typeof field === 'string' && field !== '' ? field.toLowerCase() : undefined;
}

/** An account or key that the vendor has closed, which messages about a policy also mention. */
const closedAccount =
  /\b(account|organi[sz]ation|project|api[ _-]?key|consumer|user)\b.{0,80}\b(is|are|was|been) (\w+ )?(terminated|suspended|deactivated|disabled|banned|blocked|revoked|restricted|on hold|denied access|reported as leaked)\b/i;

/**
 * Refused by policy:
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

/** The same by codes, but for those of one vendor's table. */
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

/** Where vendors say it; a limit, an overload or a bad key is told by other statuses, whatever its message mentions. */
const policyStatuses = [400, 403, 404, 406, 422, 424, 446];

/**
 * What comes before all that a vendor's own table says, because these vendors use the codes of that table for it: `permission-denied`
 * (xAI), `invalid_request_error` (DeepSeek, Anthropic), `PERMISSION_DENIED` (Gemini).
 */
export const subjectRows: readonly FailureRow[] = [
  {
    status: [400, 401, 403, 404],
    message: closedAccount,
    // One that is closed until a bill is paid is a matter of money.
    when: ({ message }) => !/balance|credit|payment|billing|overdue|arrears|quota/i.test(message),
    kind: 'auth',
  },
  { code: policyCodes, kind: 'content-filter' },
  // Volcengine: `SensitiveContentDetected`, `InputTextSensitiveContentDetected`, `SensitiveContentDetected.Violence` …
  { when: ({ codes }) => codes.some((code) => /sensitivecontent/.test(code)), kind: 'content-filter' },
  { status: policyStatuses, message: againstPolicy, kind: 'content-filter' },
  { status: 400, when: isZhipuFilter, kind: 'content-filter' },
  { status: 451, kind: 'content-filter' },
  // A tool server that the request names.
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

/** A path or method that a server does not have: of one operation, while others may well work. */
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
  '^not found\\.?$', // FastAPI, and what is built on it: vLLM, LiteLLM
  '^file not found$', // llama.cpp
);

/** Of a model or its route, for a request with these options: another model may take them. */
const unfitOptions = anyOf(
  // OpenRouter: https://openrouter.ai/docs/api-reference/errors
  'no endpoints (found|available) (that|matching|which)',
  'no (allowed|available) providers',
  'data policy|guardrail restrictions',
  "\\b(does not|doesn’t|doesn't) support\\b",
  '\\b(tool|function|image|video|audio|file|pdf|modalit|parameter|reasoning|thinking)\\w*\\b.{0,40}\\b(un|not )supported\\b',
);

/** Stored at the vendor, under one account: files, items, answers, conversations, caches. */
const storedThing = anyOf(
  '\\b(files?|attachments?|items?|uploads?|documents?|images?|videos?)\\b',
  '\\b(previous[ _])?responses? with id\\b|\\bprevious[ _]response',
  '\\b(conversation|thread|assistant|prompt|batch|skill|session)s?\\b',
  '\\b(vector[ _]stores?|containers?|corpus|corpora)\\b',
  '\\bcached ?contents?\\b|\\bcaches?\\b',
);

/** What belongs to a key or its account. */
const accountWords = anyOf(
  '\\bapi[ _-]?keys?\\b|\\b(access|auth|bearer|api) ?tokens?\\b|\\bcredentials?\\b|\\bsignature\\b',
  '\\b(account|organi[sz]ation|project|team|workspace|tenant|consumer)s?\\b',
  '\\b(subscription|billing|payment|plan|credits?|licen[cs]e)\\b',
  '\\b(country|region|territory|location|ip address|referr?er)\\b',
  '\\bservice .{0,80}\\b(disabled|not been used|not enabled)\\b',
  '未授权|无权',
);

/** Codes of a model that there is not, or not for this account. Several vendors send them with status 400 or 401. */
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

/** The same in words, where the status is that of a wrong request. */
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

/** Whose field is wrong. Any but the model is the request's. */
const namesOtherField = (facts: FailureFacts): boolean => {
  const field = fieldIn(facts);
  return isRefusal(facts) && field !== undefined && field !== 'model' && !/key|auth/.test(field);
};

/** Refusals by what they are about; in this order, because the message on a model also names the account, and so on. */
export const refusalRows: readonly FailureRow[] = [
  { code: modelCodes, kind: 'not-found' },
  { status: [400, 422], message: wrongKey, kind: 'auth' },
  { status: [400, 422], message: wrongModel, kind: 'not-found' },
  {
    status: [400, 422],
    when: (facts) => fieldIn(facts) === 'model' && facts.codes.includes('invalid_value'),
    kind: 'not-found',
  },
  // A key without the right to this kind of request.
  { code: 'missing_scope', kind: 'auth', scope: 'deployment' },
  { status: [401, 403], message: /missing scopes/i, kind: 'auth', scope: 'deployment' },
  { status: 401, kind: 'auth' },
  { status: [405, 501], kind: 'not-found', scope: 'deployment' },
  { status: [403, 404, 410], message: unknownPath, kind: 'not-found', scope: 'deployment' },
  { code: 'previous_response_not_found', kind: 'bad-request', scope: 'key' },
  { when: namesOtherField, kind: 'bad-request', scope: 'key' },
  { when: isRefusal, message: unfitOptions, kind: 'bad-request', scope: 'deployment' },
  {
    when: isRefusal,
    message: /\b(models?|deployments?)\b|模型|no endpoints found for/i,
    kind: 'not-found',
    scope: 'deployment',
  },
  { when: isRefusal, message: storedThing, kind: 'bad-request', scope: 'key' },
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
