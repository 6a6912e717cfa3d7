import { describeRows } from './describe-rows.ts';
import {
  anthropicError,
  elsewhere,
  geminiError,
  misconfigured,
  openaiError,
  openrouterError,
  type Row,
  refused,
} from './rows.ts';
import { allVendors, type VendorName } from './vendors.ts';

type Names = VendorName | readonly VendorName[];

/** Rows of one kind: whose words, with which status, and the code that the error keeps of them. */
const family =
  (expected: Pick<Row['expected'], 'kind' | 'scope' | 'follows'>) =>
  (names: Names, status: number, body: unknown, code?: string, more: Partial<Row> = {}): Row => ({
    name: `${status} ${JSON.stringify(body).slice(0, 120)}`,
    vendors: typeof names === 'string' ? [names] : names,
    status,
    body,
    expected: { ...expected, ...(code === undefined ? {} : { code }) },
    ...more,
  });

const openais = ['openai', 'responses'] as const;
const geminis = ['gemini', 'legacy'] as const;
const invalid = 'invalid_request_error';

const policy = family({ kind: 'content-filter', scope: 'request', follows: refused });
/** The same in a stream that began well. */
const streamed = { inStream: 400 };

describeRows('a prompt or an answer against the vendor’s policy', [
  // https://docs.x.ai/docs/guides/usage-guidelines
  policy(['xai', 'openai'], 403, {
    code: 'permission-denied',
    error:
      'Content violates usage guidelines. Team: t, API key ID: k, Model: grok-4, Failed check: SAFETY_CHECK_TYPE_BIO',
  }),
  policy('xai', 403, {
    code: 'The caller does not have permission to execute the specified operation',
    error: 'Content violates usage guidelines.',
  }),
  policy(
    ['deepseek', 'openai'],
    400,
    openaiError(invalid, invalid, 'Content Exists Risk'),
    invalid,
    streamed,
  ),
  policy(
    'qwen',
    400,
    openaiError(
      'data_inspection_failed',
      'data_inspection_failed',
      'Input data may contain inappropriate content. For details, see: https://help.aliyun.com/',
    ),
    'data_inspection_failed',
    streamed,
  ),
  policy(
    'qwen',
    400,
    {
      code: 'DataInspectionFailed',
      message: 'Output data may contain inappropriate content.',
      request_id: 'r',
    },
    'DataInspectionFailed',
  ),
  policy('openai', 400, {
    contentFilter: [{ level: 1, role: 'user' }],
    error: {
      code: '1301',
      message:
        '系统检测到输入或生成内容可能包含不安全或敏感内容，请您避免输入易产生敏感内容的提示语，感谢您的配合。',
    },
  }),
  policy('openai', 400, {
    error: {
      code: 1301,
      message: 'System detected potentially unsafe or sensitive content in input or generation.',
    },
  }),
  policy(
    'moonshot',
    400,
    openaiError(null, 'content_filter', 'The request was rejected because it was considered high risk'),
    'content_filter',
    streamed,
  ),
  policy(
    ['openai', 'openrouter'],
    451,
    openaiError(null, 'censorship_blocked', 'The content you provided or machine outputted is blocked.'),
    'censorship_blocked',
  ),
  policy('openrouter', 451, {
    error: {
      code: 451,
      message: 'Provider returned error',
      metadata: { raw: '{"error":{"type":"censorship_blocked"}}', provider_name: 'StepFun' },
    },
  }),
  policy(
    'openai',
    400,
    openaiError('InputTextSensitiveContentDetected', 'BadRequest', 'no'),
    'InputTextSensitiveContentDetected',
  ),
  policy(
    'openai',
    400,
    openaiError('SensitiveContentDetected.Violence', 'BadRequest', 'no'),
    'SensitiveContentDetected.Violence',
  ),
  policy(
    'openai',
    400,
    openaiError(null, 'bad_request_error', 'input new_sensitive (1026)'),
    'bad_request_error',
  ),
  policy(
    ['openai', 'azure'],
    400,
    openaiError(
      'moderation_blocked',
      'image_generation_user_error',
      'Your request was rejected by the safety system.',
    ),
    'moderation_blocked',
  ),
  policy('azure', 400, { error: { code: 'contentFilter', message: 'Your task failed.' } }, 'contentFilter'),
  policy(
    openais,
    400,
    openaiError(null, invalid, 'Your request was rejected as a result of our safety system.'),
    invalid,
  ),
  policy('anthropic', 400, anthropicError(invalid, 'Output blocked by content filtering policy'), invalid, {
    inStream: true,
  }),
  policy(
    'anthropic',
    403,
    anthropicError('permission_error', 'Your request contains prohibited content.'),
    'permission_error',
  ),
  policy(
    geminis,
    400,
    geminiError(
      400,
      'INVALID_ARGUMENT',
      'This prompt contains sensitive words that violate Google’s Responsible AI practices.',
    ),
    'INVALID_ARGUMENT',
  ),
  policy(
    geminis,
    403,
    geminiError(403, 'PERMISSION_DENIED', 'The content violates our usage policies.'),
    'PERMISSION_DENIED',
  ),
  policy(
    'openrouter',
    403,
    openrouterError(403, 'The request is prohibited due to a violation of provider Terms Of Service.'),
  ),
  policy('cloudflare', 424, {
    success: false,
    errors: [{ code: 2016, message: 'Prompt blocked due to security configurations' }],
  }),
]);

const otherAccount = family({ kind: 'bad-request', scope: 'key', follows: elsewhere });

describeRows('something that the account has not stored', [
  otherAccount(
    geminis,
    403,
    geminiError(
      403,
      'PERMISSION_DENIED',
      'You do not have permission to access the File 7abc or it may not exist.',
    ),
    'PERMISSION_DENIED',
    { inStream: true },
  ),
  otherAccount(
    geminis,
    403,
    geminiError(403, 'PERMISSION_DENIED', 'CachedContent not found (or permission denied)'),
    'PERMISSION_DENIED',
  ),
  otherAccount(geminis, 404, geminiError(404, 'NOT_FOUND', 'File files/7abc not found.'), 'NOT_FOUND'),
  otherAccount(
    openais,
    404,
    {
      error: {
        message:
          "Item with id 'rs_68' not found. Items are not persisted when `store` is set to false. Try again with `store` set to true, or remove this item from your input.",
        type: invalid,
        param: 'input',
        code: null,
      },
    },
    invalid,
  ),
  otherAccount(openais, 404, openaiError(null, invalid, "Response with id 'resp_68' not found."), invalid),
  otherAccount(openais, 404, openaiError(null, invalid, 'No such File object: file-abc'), invalid),
  otherAccount(openais, 404, openaiError(null, invalid, "Vector store with id 'vs_1' not found."), invalid),
  otherAccount(openais, 404, openaiError(null, invalid, "Container with id 'cntr_1' not found."), invalid),
  otherAccount(
    openais,
    400,
    openaiError('previous_response_not_found', invalid, "Previous response with id 'resp_1' not found."),
    'previous_response_not_found',
  ),
  otherAccount(
    'anthropic',
    404,
    anthropicError('not_found_error', 'File not found: file_011'),
    'not_found_error',
    { inStream: 400 },
  ),
  otherAccount(
    'anthropic',
    404,
    anthropicError('not_found_error', 'Container container_011 not found.'),
    'not_found_error',
  ),
  otherAccount(
    'anthropic',
    403,
    anthropicError('permission_error', 'This file belongs to another workspace.'),
    'permission_error',
  ),
  otherAccount(
    'openai',
    403,
    { error: { message: 'no', type: invalid, param: 'tools[0].vector_store_ids', code: null } },
    invalid,
  ),
]);

const otherModel = family({ kind: 'bad-request', scope: 'deployment', follows: elsewhere });

describeRows('an option that no model behind the target takes', [
  otherModel(
    ['openrouter', 'openai'],
    404,
    openrouterError(
      404,
      'No endpoints found that support tool use. To learn more about provider routing, visit: https://openrouter.ai/docs/provider-routing',
    ),
  ),
  otherModel('openrouter', 404, openrouterError(404, 'No endpoints found that support image input')),
  otherModel(
    'openrouter',
    404,
    openrouterError(404, "No endpoints found that support the provided 'tool_choice' value"),
  ),
  otherModel(
    'openrouter',
    404,
    openrouterError(404, 'No endpoints found matching your data policy (Free model training).'),
  ),
  otherModel(
    'openrouter',
    404,
    openrouterError(404, 'No allowed providers are available for the selected model.'),
  ),
  otherModel('together', 403, { error: { message: 'This model does not support video input.' } }),
  otherModel(
    'openai',
    424,
    openaiError(
      'http_error',
      'external_connector_error',
      "Error retrieving tool list from MCP server: 'files'. Http status code: 401 (Unauthorized)",
    ),
    'http_error',
  ),
]);

const noModel = family({ kind: 'not-found', scope: 'deployment', follows: misconfigured });

describeRows('a model that there is not, or not for this account', [
  noModel(
    openais,
    404,
    openaiError(null, invalid, 'The model `gpt-9` does not exist or you do not have access to it.'),
    invalid,
  ),
  noModel(
    openais,
    403,
    openaiError(null, invalid, 'Your organization must be verified to use the model `gpt-image-1`.'),
    invalid,
  ),
  noModel(
    'openai',
    404,
    { error: { message: 'no', type: invalid, param: 'model', code: 'model_not_found' } },
    'model_not_found',
  ),
  noModel('deepseek', 400, openaiError(invalid, invalid, 'Model Not Exist'), invalid),
  noModel(
    'mistral',
    400,
    {
      object: 'error',
      message: 'Invalid model: mistral-9',
      type: 'invalid_model',
      param: null,
      code: '1500',
    },
    'invalid_model',
  ),
  noModel(
    'groq',
    400,
    openaiError(
      'model_decommissioned',
      invalid,
      'The model `mixtral-8x7b-32768` has been decommissioned and is no longer supported.',
    ),
    'model_decommissioned',
  ),
  noModel('xai', 404, {
    code: 'Some requested entity was not found',
    error: 'The model grok-9 does not exist or your team t does not have access to it.',
  }),
  noModel(
    'moonshot',
    404,
    openaiError(null, 'resource_not_found_error', 'Not found the model kimi-9 or Permission denied'),
    'resource_not_found_error',
  ),
  noModel('openrouter', 404, openrouterError(404, 'No endpoints found for deepseek/deepseek-9.')),
  noModel('openrouter', 400, openrouterError(400, 'gpt-9 is not a valid model ID')),
  noModel(
    'qwen',
    403,
    openaiError('Model.AccessDenied', 'Model.AccessDenied', 'Model access denied.'),
    'Model.AccessDenied',
  ),
  noModel(
    'litellm',
    401,
    openaiError('401', 'key_model_access_denied', 'key not allowed to access model.'),
    'key_model_access_denied',
  ),
  noModel(
    'fireworks',
    404,
    openaiError('NOT_FOUND', 'error', 'Model not found, inaccessible, and/or not deployed'),
    'NOT_FOUND',
  ),
  noModel('bedrock', 400, { message: 'The provided model identifier is invalid.' }),
  noModel(
    'vllm',
    404,
    {
      object: 'error',
      message: 'The model `m` does not exist.',
      type: 'NotFoundError',
      param: null,
      code: 404,
    },
    'NotFoundError',
  ),
  noModel(
    geminis,
    404,
    geminiError(
      404,
      'NOT_FOUND',
      'models/gemini-9 is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models.',
    ),
    'NOT_FOUND',
    { inStream: true },
  ),
  noModel(
    geminis,
    404,
    geminiError(404, 'NOT_FOUND', 'This model models/gemini-1.0 is no longer available to new users.'),
    'NOT_FOUND',
  ),
  noModel(
    geminis,
    403,
    geminiError(
      403,
      'PERMISSION_DENIED',
      "Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/projects/p/locations/l/publishers/google/models/gemini-9' (or it may not exist).",
    ),
    'PERMISSION_DENIED',
  ),
]);

describeRows('a path that the server does not have, or a method', [
  noModel('openai', 404, openaiError(null, invalid, 'Invalid URL (POST /v1/v1/chat/completions)'), invalid),
  noModel('vllm', 404, { detail: 'Not Found' }),
  noModel('ollama', 404, '404 page not found'),
  noModel(
    'llamacpp',
    404,
    { error: { code: 404, message: 'File Not Found', type: 'not_found_error' } },
    'not_found_error',
  ),
  noModel('anthropic', 404, anthropicError('not_found_error', 'Not Found'), 'not_found_error'),
  noModel('azure', 404, { error: { code: '404', message: 'Resource not found' } }),
  noModel('lmstudio', 404, { error: 'Unexpected endpoint or method. (POST /v1/images/generations)' }),
  noModel(allVendors, 405, { error: { message: 'Method Not Allowed' } }),
  noModel(allVendors, 501, { error: { message: 'Not Implemented' } }),
]);

const wrongKey = family({ kind: 'auth', scope: 'key', follows: misconfigured });

describeRows('a key or an account without the right', [
  wrongKey('xai', 400, {
    code: 'Client specified an invalid argument',
    error: 'Incorrect API key provided: xx***. You can obtain an API key from https://console.x.ai.',
  }),
  wrongKey(
    'anthropic',
    403,
    anthropicError(
      'permission_error',
      'Your API key does not have permission to use the specified resource.',
    ),
    'permission_error',
    { inStream: 401 },
  ),
  wrongKey(
    'openai',
    403,
    openaiError(null, invalid, 'Your organization has been suspended for violations of our usage policies.'),
    invalid,
  ),
  wrongKey('openai', 401, openaiError(null, invalid, 'Your account has been deactivated.'), invalid),
  wrongKey(
    'groq',
    400,
    openaiError('organization_restricted', invalid, 'Organization has been restricted.'),
    'organization_restricted',
  ),
  wrongKey(
    geminis,
    403,
    geminiError(403, 'PERMISSION_DENIED', 'Your API key was reported as leaked. Please use another API key.'),
    'PERMISSION_DENIED',
  ),
  wrongKey(
    geminis,
    403,
    geminiError(403, 'PERMISSION_DENIED', "Permission denied: Consumer 'api_key:x' has been suspended."),
    'PERMISSION_DENIED',
  ),
  wrongKey(
    geminis,
    403,
    geminiError(403, 'PERMISSION_DENIED', 'Requests to this API are blocked.', [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_SERVICE_BLOCKED' },
    ]),
    'PERMISSION_DENIED',
  ),
  wrongKey(
    geminis,
    400,
    geminiError(400, 'FAILED_PRECONDITION', 'Gemini API free tier is not available in your country.'),
    'FAILED_PRECONDITION',
  ),
]);

describeRows('a key without the right to one kind of request', [
  family({ kind: 'auth', scope: 'deployment', follows: misconfigured })(
    openais,
    401,
    openaiError(
      'missing_scope',
      invalid,
      'You have insufficient permissions for this operation. Missing scopes: model.request.',
    ),
    'missing_scope',
  ),
]);

const unclear = {
  forbidden: family({ kind: 'auth', scope: 'request', follows: elsewhere }),
  missing: family({ kind: 'not-found', scope: 'request', follows: elsewhere }),
};

describeRows('a refusal that does not say what it is about', [
  unclear.forbidden(allVendors, 403, { error: { message: 'No' } }),
  unclear.forbidden(
    geminis,
    403,
    geminiError(403, 'PERMISSION_DENIED', 'The caller does not have permission'),
    'PERMISSION_DENIED',
  ),
  unclear.forbidden('anthropic', 403, anthropicError('permission_error', 'Forbidden'), 'permission_error', {
    inStream: true,
  }),
  unclear.missing(allVendors, 404, { error: { message: 'No' } }),
  unclear.missing(
    geminis,
    404,
    geminiError(404, 'NOT_FOUND', 'Requested entity was not found.'),
    'NOT_FOUND',
  ),
  unclear.missing(
    'anthropic',
    404,
    anthropicError('not_found_error', 'The requested resource could not be found.'),
    'not_found_error',
  ),
]);

describeRows('a file that is not ready', [
  family({ kind: 'bad-request', scope: 'request', follows: refused })(
    geminis,
    400,
    geminiError(
      400,
      'FAILED_PRECONDITION',
      'The File 7abc is not in an ACTIVE state and usage is not allowed.',
    ),
    'FAILED_PRECONDITION',
  ),
]);
