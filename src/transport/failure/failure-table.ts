import type { HitLimit, ProviderErrorKind, ProviderErrorScope } from '../../types/error.ts';
import type { ResponseHeaders } from '../headers.ts';

/** The parts of a vendor's error that rows match. */
export interface FailureFacts {
  readonly provider: string;
  readonly status: number | undefined;
  /** All error codes and types in the response, most specific first, in lower case. */
  readonly codes: readonly string[];
  /** At most 2,048 characters; empty for a web page, whose text is unreliable. */
  readonly message: string;
  readonly headers: ResponseHeaders;
  readonly body: unknown;
  /** `metadata` next to the code, as in OpenRouter's errors. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** When the vendor responded, in milliseconds since 1970, by its own clock if known. */
  readonly now: number;
}

/** One row of a failure table. It applies if all of its conditions match. */
export interface FailureRow {
  /** Matches only this provider. */
  readonly provider?: string;
  /**
   * Ignored inside a stream or a 200 response, which have no status: there, the code or message decides
   * alone.
   */
  readonly status?: number | readonly number[];
  /** One of the vendor's error codes, case-insensitive. */
  readonly code?: string | readonly string[];
  /** A pattern of the message, as a last resort. */
  readonly message?: RegExp;
  /** An additional condition. */
  readonly when?: (facts: FailureFacts) => boolean;
  readonly kind: ProviderErrorKind;
  readonly scope?: ProviderErrorScope;
  /** @default derived from codes, message and headers */
  readonly limit?: HitLimit;
  /** Wait in milliseconds if the vendor specifies none. */
  readonly retryAfter?: number | ((facts: FailureFacts) => number | undefined);
  /**
   * The equivalent HTTP status if the failure has none.
   * @default the usual status of the kind
   */
  readonly standsFor?: number;
}

/** The first matching row. */
export function findRow(rows: readonly FailureRow[], facts: FailureFacts): FailureRow | undefined {
  return rows.find((row) => fits(row, facts));
}

function fits(row: FailureRow, facts: FailureFacts): boolean {
  if (row.provider !== undefined && row.provider !== facts.provider) return false;
  if (row.status !== undefined && !(facts.status === undefined && hasCodeOrMessage(row))) {
    const statuses = typeof row.status === 'number' ? [row.status] : row.status;
    if (facts.status === undefined || !statuses.includes(facts.status)) return false;
  }
  if (row.code !== undefined) {
    const codes = typeof row.code === 'string' ? [row.code] : row.code;
    if (!codes.some((code) => facts.codes.includes(code.toLowerCase()))) return false;
  }
  if (row.message !== undefined && !row.message.test(facts.message)) return false;
  return row.when === undefined || row.when(facts);
}

function hasCodeOrMessage({ code, message }: FailureRow): boolean {
  return code !== undefined || message !== undefined;
}

/**
 * Wait in milliseconds after an account runs out of credit: 15 minutes, because credit can be bought at any
 * time.
 */
export const creditPause = 900_000;

const anyOf = (...phrases: readonly string[]): RegExp => new RegExp(phrases.join('|'), 'i');

/**
 * The request exceeds a model's or server's input limit. Most vendors have no code for it, so it is
 * recognized by the phrases of their documentation, source code and users' reports:
 *
 * - OpenAI, Azure, https://platform.openai.com/docs/guides/error-codes: `maximum context length`, `context
 *   window`, `input tokens exceed`, `reduce the length of the messages` (also Cerebras and Groq), `string too
 *   long`
 * - Anthropic, https://platform.claude.com/docs/en/api/errors,
 *   https://github.com/docker/docker-agent/issues/569: `prompt is too long`, `exceed context limit`, `request
 *   exceeds the maximum size`; image limits, https://platform.claude.com/docs/en/build-with-claude/vision
 * - Gemini: `input token count`, `request payload size exceeds`
 * - Bedrock: `input is too long for requested model`, `too many input tokens`
 * - Mistral: `too large for model with`; Cohere: `total number of tokens`
 * - xAI: `maximum prompt length is`; GitHub Models: `prompt token count of`, `request body too large`
 * - Groq (status 413 or 429): `request too large for model`
 * - Moonshot, https://platform.kimi.ai/docs/api/errors: `input token length too long`, `exceeded model token
 *   limit`
 * - DashScope, https://help.aliyun.com/en/model-studio/error-code: `range of input length`
 * - llama.cpp, https://github.com/ggml-org/llama.cpp/pull/15780: `available context size`
 * - vLLM: `longer than the maximum model length`; SGLang: `longer than the model's context length`; Text
 *   Generation Inference: `max_new_tokens must be <=`, `inputs must have less than`; Ollama: `prompt too
 *   long`, `input length exceeds`; LM Studio: `context length of only`, `greater than the context length`;
 *   LiteLLM: `ContextWindowExceeded`
 */
const tooLong = anyOf(
  'maximum context length',
  'context window',
  'exceeds? (the )?context (limit|length|size)',
  'input tokens exceed',
  'reduce the length of the (messages|input|prompt)',
  'string too long',
  'prompt (is |was )?too long',
  'prompt exceeds max',
  'request exceeds the maximum (allowed )?(size|number of bytes)',
  'image (exceeds|dimensions exceed)|too many images|maximum of \\d+ (pdf pages|images)',
  'input token count',
  'request payload size exceeds',
  'inputs? (is|are) too long',
  'too many input tokens',
  'too large for model',
  'total number of tokens',
  'maximum prompt length is',
  'prompt token count of',
  '(request|body|entity|payload) (is )?too large',
  'input token length too long',
  'exceeded model token limit',
  'range of input length',
  'available context size',
  "longer than the (maximum model|model's (maximum )?context) length",
  'max_new_tokens`? must be',
  'inputs`? must have less than',
  'input length exceeds',
  'context length of only',
  'greater than the context length',
  'ContextWindowExceeded',
);

/** The requested output exceeds the model's limit; another model may have a higher one. */
const tooMuchOutput = anyOf(
  'max(imum)?[ _](completion_|output_)?tokens.{0,40}(is too large|too high|exceeds?\\b|must be (less|at most)|> \\d+)',
  'supports at most \\d+ completion tokens',
  'maximum allowed number of output tokens',
  'range of max_tokens',
  'maxOutputTokens value',
);

/**
 * An account without credit or with an overdue bill: https://help.aliyun.com/en/model-studio/error-code
 * (DashScope), https://platform.kimi.ai/docs/api/errors (Moonshot),
 * https://docs.x.ai/docs/key-information/debugging (xAI),
 * https://api-docs.deepseek.com/quick_start/error_codes, and Fireworks, which returns 412
 * (https://docs.fireworks.ai/guides/inference-error-codes).
 */
const arrears = anyOf(
  'insufficient (account )?(balance|credits?|funds)',
  'out of credits',
  'all available credits',
  'monthly spending limit',
  'overdue',
  'arrears',
  'in good standing',
  'past invoices',
);

/** A schema or schema keyword that one vendor rejects; another may accept it. */
const unsupportedSchema = anyOf(
  'invalid schema for (response_format|function)',
  'output_config\\.format',
  'schema.{0,60}not supported',
  "unknown name \\S+ at '(generation_config|tools)",
);

/**
 * Rows for every vendor, after the vendor's own. Order matters: a code is better evidence than a message, and
 * both are better than a status.
 */
export const commonRows: readonly FailureRow[] = [
  {
    code: [
      'context_length_exceeded',
      'model_context_window_exceeded',
      'exceed_context_size_error',
      'request_too_large',
      'tokens_limit_reached',
      'string_above_max_length',
    ],
    kind: 'context-length',
  },
  { status: [400, 403, 413, 422, 500], message: tooLong, kind: 'context-length' },
  { status: 413, kind: 'context-length' },
  {
    code: ['insufficient_balance', 'insufficient_credits', 'insufficient_funds'],
    kind: 'quota',
    retryAfter: creditPause,
  },
  { status: [400, 402, 403, 412, 429], message: arrears, kind: 'quota', retryAfter: creditPause },
  // Another model may accept what this one rejects.
  {
    status: 400,
    code: ['unsupported_parameter', 'unsupported_value', 'invalid_json_schema'],
    kind: 'bad-request',
    scope: 'deployment',
  },
  { status: [400, 422], message: tooMuchOutput, kind: 'bad-request', scope: 'deployment' },
  { status: [400, 422], message: unsupportedSchema, kind: 'bad-request', scope: 'deployment' },
];

/** Fallback rows, for failures without a known code or message. */
export const statusRows: readonly FailureRow[] = [
  { status: [400, 422], code: 'invalid_request_error', kind: 'bad-request' },
  { status: 402, kind: 'quota', retryAfter: creditPause },
  { status: 429, kind: 'rate-limit' },
  { status: [408, 504], kind: 'timeout' },
  // Cloudflare's statuses for failures of its origin server.
  { status: [522, 524], kind: 'timeout', scope: 'endpoint' },
  { status: [520, 521, 523, 525, 526, 527, 530], kind: 'server', scope: 'endpoint' },
  { status: [503, 529], kind: 'overloaded' },
  { status: [409, 424, 425, 499], kind: 'server' },
];
