import type { HitLimit, ProviderErrorKind, ProviderErrorScope } from '../../types/error.ts';

/** The parts of a vendor's error that rows look at. */
export interface FailureFacts {
  readonly provider: string;
  readonly status: number | undefined;
  /** Every code and type that the vendor gives, the most specific first, in lower case. */
  readonly codes: readonly string[];
  /** At most 2,048 characters; empty for a web page, which says nothing that can be relied on. */
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** `metadata` beside the code, as OpenRouter has it. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** When the vendor answered: milliseconds since 1970, by its own clock where it says so. */
  readonly now: number;
}

/** One line of a failure table: if all that it names fits, this is what happened. */
export interface FailureRow {
  /** Only what this provider says. */
  readonly provider?: string;
  /** Inside a stream or a 200 answer, where there is no status, the row's code or message decides alone. */
  readonly status?: number | readonly number[];
  /** One of the vendor's codes for the error; upper and lower case are the same. */
  readonly code?: string | readonly string[];
  /** The last resort: a pattern of the message. */
  readonly message?: RegExp;
  /** What else has to hold. */
  readonly when?: (facts: FailureFacts) => boolean;
  readonly kind: ProviderErrorKind;
  readonly scope?: ProviderErrorScope;
  /** Default: what codes, message and headers say. */
  readonly limit?: HitLimit;
  /** Milliseconds to wait where the vendor gives none. */
  readonly retryAfter?: number | ((facts: FailureFacts) => number | undefined);
  /** The HTTP status that it stands for where there is none. Default: the kind's usual one. */
  readonly standsFor?: number;
}

/** The first row that fits. */
export function findRow(rows: readonly FailureRow[], facts: FailureFacts): FailureRow | undefined {
  return rows.find((row) => fits(row, facts));
}

function fits(row: FailureRow, facts: FailureFacts): boolean {
  if (row.provider !== undefined && row.provider !== facts.provider) return false;
  if (row.status !== undefined && !(facts.status === undefined && hasWords(row))) {
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

function hasWords({ code, message }: FailureRow): boolean {
  return code !== undefined || message !== undefined;
}

/** Prepaid credit can be bought at any time, so a spent account is tried again after a quarter of an hour. */
export const creditPause = 900_000;

const anyOf = (...phrases: readonly string[]): RegExp => new RegExp(phrases.join('|'), 'i');

/**
 * More than a model, or a server, takes in one request. Most vendors have no code for it, so it is known by their phrases,
 * which are those of their pages, sources and users' reports:
 *
 * - OpenAI, Azure, https://platform.openai.com/docs/guides/error-codes: `maximum context length`, `context window`,
 *   `input tokens exceed`, `reduce the length of the messages`, which Cerebras and Groq also have, `string too long`
 * - Anthropic, https://platform.claude.com/docs/en/api/errors, https://github.com/docker/docker-agent/issues/569:
 *   `prompt is too long`, `exceed context limit`, `request exceeds the maximum size`; images beyond what it takes,
 *   https://platform.claude.com/docs/en/build-with-claude/vision
 * - Gemini: `input token count`, `request payload size exceeds`
 * - Bedrock: `input is too long for requested model`, `too many input tokens`
 * - Mistral: `too large for model with`; Cohere: `total number of tokens`
 * - xAI: `maximum prompt length is`; GitHub Models: `prompt token count of`, `request body too large`
 * - Groq, whose status is 413 or 429: `request too large for model`
 * - Moonshot, https://platform.kimi.ai/docs/api/errors: `input token length too long`, `exceeded model token limit`
 * - DashScope, https://help.aliyun.com/en/model-studio/error-code: `range of input length`
 * - llama.cpp, https://github.com/ggml-org/llama.cpp/pull/15780: `available context size`
 * - vLLM: `longer than the maximum model length`; SGLang: `longer than the model's context length`; Text Generation
 *   Inference: `max_new_tokens must be <=`, `inputs must have less than`; Ollama: `prompt too long`, `input length exceeds`;
 *   LM Studio: `context length of only`, `greater than the context length`; LiteLLM: `ContextWindowExceeded`
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

/** More output than a model gives: its own limit, and another model may have a higher one. */
const tooMuchOutput = anyOf(
  'max(imum)?[ _](completion_|output_)?tokens.{0,40}(is too large|too high|exceeds?\\b|must be (less|at most)|> \\d+)',
  'supports at most \\d+ completion tokens',
  'maximum allowed number of output tokens',
  'range of max_tokens',
  'maxOutputTokens value',
);

/**
 * An account without credit, or in arrears:
 * https://help.aliyun.com/en/model-studio/error-code (DashScope), https://platform.kimi.ai/docs/api/errors (Moonshot),
 * https://docs.x.ai/docs/key-information/debugging (xAI), https://api-docs.deepseek.com/quick_start/error_codes, and Fireworks,
 * which answers 412 (https://docs.fireworks.ai/guides/inference-error-codes).
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

/** A schema, or a word of it, that one vendor does not take; another may. */
const unfitSchema = anyOf(
  'invalid schema for (response_format|function)',
  'output_config\\.format',
  'schema.{0,60}not supported',
  "unknown name \\S+ at '(generation_config|tools)",
);

/**
 * Rows that hold for every vendor, after its own. The order matters: a code is better evidence than a message, and both are
 * better than a status.
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
  // What one model does not take, the next one may.
  {
    status: 400,
    code: ['unsupported_parameter', 'unsupported_value', 'invalid_json_schema'],
    kind: 'bad-request',
    scope: 'deployment',
  },
  { status: [400, 422], message: tooMuchOutput, kind: 'bad-request', scope: 'deployment' },
  { status: [400, 422], message: unfitSchema, kind: 'bad-request', scope: 'deployment' },
];

/** What is left when neither code nor message names anything. */
export const statusRows: readonly FailureRow[] = [
  { status: [400, 422], code: 'invalid_request_error', kind: 'bad-request' },
  { status: 402, kind: 'quota', retryAfter: creditPause },
  { status: 429, kind: 'rate-limit' },
  { status: [408, 504], kind: 'timeout' },
  // Cloudflare's own words about the server behind it.
  { status: [522, 524], kind: 'timeout', scope: 'endpoint' },
  { status: [520, 521, 523, 525, 526, 527, 530], kind: 'server', scope: 'endpoint' },
  { status: [503, 529], kind: 'overloaded' },
  { status: [409, 424, 425, 499], kind: 'server' },
];
