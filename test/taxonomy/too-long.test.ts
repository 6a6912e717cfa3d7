import { describeRows } from './describe-rows.ts';
import { anthropicError, elsewhere, geminiError, openaiError, openrouterError, type Row } from './rows.ts';
import type { VendorName } from './vendors.ts';

/** A request that is too long for one model: the next one gets it, and nothing is held against the target. */
const tooLong = (
  vendor: VendorName,
  body: unknown,
  code: string | undefined,
  more: Partial<Row> = {},
): Row => ({
  name: `${vendor}: ${JSON.stringify(body).slice(0, 90)}`,
  vendors: [vendor],
  status: 400,
  body,
  ...more,
  expected: {
    kind: 'context-length',
    scope: 'request',
    ...(code === undefined ? {} : { code }),
    follows: elsewhere,
    ...more.expected,
  },
});

const anthropicWay = (message: string, more?: Partial<Row>): Row =>
  tooLong('anthropic', anthropicError('invalid_request_error', message), 'invalid_request_error', more);
const openaiWay = (vendor: VendorName, message: string, code: string | null, more?: Partial<Row>): Row =>
  tooLong(vendor, openaiError(code, 'invalid_request_error', message), code ?? 'invalid_request_error', more);
const textOnly = (vendor: VendorName, error: unknown, more?: Partial<Row>): Row =>
  tooLong(vendor, { error }, undefined, more);

describeRows('a request that is too long', [
  // https://github.com/ggml-org/llama.cpp/pull/15780
  tooLong(
    'llamacpp',
    {
      error: {
        code: 400,
        message: 'request (9412 tokens) exceeds the available context size (8192 tokens), try increasing it',
        type: 'exceed_context_size_error',
        n_prompt_tokens: 9412,
        n_ctx: 8192,
      },
    },
    'exceed_context_size_error',
    { inStream: true },
  ),
  // https://github.com/docker/docker-agent/issues/569
  anthropicWay(
    'input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000, decrease input length or `max_tokens` and try again',
    { inStream: true },
  ),
  anthropicWay(
    'messages.0.content.1.image.source.base64: image exceeds 5 MB maximum: 6039552 bytes > 5242880',
  ),
  tooLong(
    'xai',
    {
      code: 'Client specified an invalid argument',
      error: 'This model’s maximum prompt length is 131072 but the request contains 537812 tokens.',
    },
    undefined,
  ),
  openaiWay(
    'groq',
    'Request too large for model `llama-3.3-70b-versatile` in organization `org_01` service tier `on_demand` on tokens per minute (TPM): Limit 12000, Requested 30481.',
    'rate_limit_exceeded',
    { status: 413, inStream: 400 },
  ),
  // The same, as Groq and OpenAI also say it.
  openaiWay(
    'groq',
    'Request too large for model `openai/gpt-oss-20b` on tokens per minute (TPM): Limit 8000, Requested 9000.',
    'rate_limit_exceeded',
    { status: 429 },
  ),
  openaiWay(
    'cerebras',
    'Please reduce the length of the messages or completion. Current length is 42328 while limit is 40000',
    null,
  ),
  openaiWay('openai', 'Your input exceeds the context window of this model. Please adjust your input.', null),
  openaiWay(
    'responses',
    'Input tokens exceed the configured limit of 272000 tokens.',
    'string_above_max_length',
  ),
  openaiWay(
    'azure',
    "This model's maximum context length is 16384 tokens. However, your messages resulted in 20000 tokens.",
    'context_length_exceeded',
  ),
  openaiWay(
    'moonshot',
    'Invalid request: Your request exceeded model token limit: 262144 (requested: 269030)',
    null,
  ),
  openaiWay('moonshot', 'Input token length too long', null),
  tooLong(
    'qwen',
    {
      error: {
        code: 'invalid_parameter_error',
        param: null,
        message: '<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]',
        type: 'invalid_request_error',
      },
      request_id: 'a',
    },
    'invalid_parameter_error',
  ),
  tooLong(
    'mistral',
    {
      object: 'error',
      message:
        'Prompt contains 40123 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
      type: 'invalid_request_prompt',
      param: null,
      code: '3051',
    },
    'invalid_request_prompt',
  ),
  tooLong(
    'github',
    {
      error: {
        code: 'tokens_limit_reached',
        message: 'Request body too large for gpt-4o model. Max size: 8000 tokens.',
        details: 'Request body too large for gpt-4o model. Max size: 8000 tokens.',
      },
    },
    'tokens_limit_reached',
    { status: 413 },
  ),
  textOnly(
    'lmstudio',
    'Trying to keep the first 10136 tokens when context the overflows. However, the model is loaded with context length of only 7866 tokens, which is not enough.',
  ),
  tooLong(
    'vllm',
    {
      object: 'error',
      message: 'The decoder prompt (length 5951) is longer than the maximum model length of 4096.',
      type: 'BadRequestError',
      code: 400,
    },
    'BadRequestError',
    { inStream: true },
  ),
  tooLong(
    'sglang',
    {
      object: 'error',
      message: "The input (70000 tokens) is longer than the model's context length (32768 tokens).",
      type: 'BadRequestError',
      code: 400,
    },
    'BadRequestError',
  ),
  textOnly('ollama', 'input length exceeds the context length', { inStream: true }),
  textOnly('ollama', 'prompt too long; exceeded max context length by 4242 tokens', {
    status: 500,
    inStream: 400,
  }),
  tooLong('bedrock', { message: 'Input is too long for requested model.' }, undefined),
  tooLong(
    'together',
    {
      error: {
        message:
          'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens',
        type: 'invalid_request_error',
      },
    },
    'invalid_request_error',
    { status: 422 },
  ),
  tooLong(
    'litellm',
    {
      error: {
        message: 'litellm.ContextWindowExceededError: litellm.BadRequestError: this prompt is long',
        type: null,
        param: null,
        code: '400',
      },
    },
    undefined,
  ),
  // https://github.com/cline/cline/issues/13194
  tooLong(
    'openrouter',
    openrouterError(400, 'Provider returned error', {
      raw: JSON.stringify({
        error: { message: "This model's maximum context length is 262144 tokens.", code: 400 },
      }),
      provider_name: 'Nvidia',
    }),
    undefined,
    { inStream: true },
  ),
  // https://github.com/anomalyco/models.dev/pull/4422
  tooLong(
    'workers',
    {
      success: false,
      errors: [
        {
          code: 5021,
          message:
            "AiError: Requested token count exceeds the model's maximum context length of 256000 tokens.",
        },
      ],
      messages: [],
      result: null,
    },
    undefined,
  ),
  tooLong(
    'gemini',
    geminiError(400, 'INVALID_ARGUMENT', 'Request payload size exceeds the limit: 20971520 bytes.'),
    'INVALID_ARGUMENT',
  ),
]);

/** More output than one model gives: refused as it is, and another model may give it. */
const tooMuch = (vendor: VendorName, body: unknown, code: string): Row => ({
  name: `${vendor}: ${JSON.stringify(body).slice(0, 90)}`,
  vendors: [vendor],
  status: 400,
  body,
  expected: { kind: 'bad-request', scope: 'deployment', code, follows: elsewhere },
});

describeRows('more output than a model gives', [
  tooMuch(
    'openai',
    openaiError(
      'invalid_value',
      'invalid_request_error',
      'max_tokens is too large: 128000. This model supports at most 16384 completion tokens, whereas you provided 128000.',
    ),
    'invalid_value',
  ),
  tooMuch(
    'anthropic',
    anthropicError(
      'invalid_request_error',
      'max_tokens: 64000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-haiku-20241022',
    ),
    'invalid_request_error',
  ),
  tooMuch(
    'deepseek',
    openaiError(
      'invalid_request_error',
      'invalid_request_error',
      'Invalid max_tokens value, the valid range of max_tokens is [1, 8192]',
    ),
    'invalid_request_error',
  ),
  tooMuch(
    'gemini',
    geminiError(
      400,
      'INVALID_ARGUMENT',
      'Unable to submit request because it has a maxOutputTokens value of 100000 but the supported range is from 1 (inclusive) to 65537 (exclusive).',
    ),
    'INVALID_ARGUMENT',
  ),
]);
