import { ProviderError } from '../../../errors.ts';
import type { ProviderErrorKind } from '../../../types/error.ts';
import type { ContentPart } from '../../../types/request/message.ts';
import type { FinishReason } from '../../../types/result/result.ts';
import type { StreamContent } from '../../../types/result/stream-part.ts';
import { malformed, truncated } from './broken.ts';

/**
 * The vendors' finish reasons, in lower case with underscores. One table serves all vendors, because gateways
 * and compatible servers combine one vendor's format with another's values.
 *
 * - OpenAI: https://platform.openai.com/docs/api-reference/chat/object, and `incomplete_details` of Responses
 * - Anthropic: https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
 * - Gemini: https://ai.google.dev/api/generate-content#FinishReason, and `BlockReason`
 * - Bedrock: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 * - Cohere: https://docs.cohere.com/reference/chat · Mistral: https://docs.mistral.ai/api (`model_length`)
 * - Together: https://docs.together.ai/reference/chat-completions-1 (`eos`)
 * - Text Generation Inference: https://huggingface.co/docs/text-generation-inference (`eos_token`)
 * - Zhipu: https://docs.bigmodel.cn/api-reference (`sensitive`) · others:
 *   https://github.com/earendil-works/pi/issues/2107 (`end`)
 */
const reasons = new Map<string, FinishReason>([
  ...named('stop', [
    'stop',
    'end',
    'end_turn',
    'eos',
    'eos_token',
    'stop_sequence',
    'complete',
    'completed',
    'finish',
    'finished',
    'done',
  ]),
  ...named('length', [
    'length',
    'max_length',
    'max_tokens',
    'max_output_tokens',
    'max_completion_tokens',
    'model_length',
    'model_context_window_exceeded',
    'context_length_exceeded',
    'token_limit',
  ]),
  ...named('tool-calls', ['tool_calls', 'tool_call', 'tool_use', 'function_call', 'function_calls']),
  ...named('content-filter', [
    'content_filter',
    'content_filtered',
    'refusal',
    'sensitive',
    'guardrail_intervened',
    'error_toxic',
    'safety',
    'recitation',
    'language',
    'blocklist',
    'prohibited_content',
    'spii',
    'model_armor',
    'image_safety',
    'image_prohibited_content',
    'image_recitation',
    'image_other',
  ]),
]);

/**
 * Finish reasons that mean the answer is incomplete. Sources:
 * https://github.com/vllm-project/vllm/issues/57082 (`abort`),
 * https://api-docs.deepseek.com/api/create-chat-completion (`insufficient_system_resource`),
 * https://docs.bigmodel.cn/api-reference (`network_error`), https://openrouter.ai/docs/api-reference/errors
 * (`error`).
 */
const failures = new Map<string, ProviderErrorKind>([
  ...named('truncated', ['abort', 'aborted', 'cancel', 'cancelled', 'canceled', 'interrupted']),
  ...named('overloaded', ['insufficient_system_resource', 'overloaded']),
  ...named('server', ['error', 'failed', 'network_error', 'server_error', 'internal_error']),
  ...named('timeout', ['timeout']),
  // Errors made by the model; a retry may succeed.
  ...named('malformed', [
    'malformed_function_call',
    'malformed_response',
    'malformed_model_output',
    'malformed_tool_use',
    'unexpected_tool_call',
    'too_many_tool_calls',
    'no_image',
  ]),
]);

function named<V extends string>(value: V, words: readonly string[]): readonly (readonly [string, V])[] {
  return words.map((word) => [word, value]);
}

/** Values that some servers send instead of omitting the reason. */
const none = new Set([
  '',
  'null',
  'none',
  'undefined',
  'finish_reason_unspecified',
  'blocked_reason_unspecified',
  'block_reason_unspecified',
]);

/** The vendor's finish reason; `undefined` if there is none. */
export function givenReason(value: unknown): string | undefined {
  return typeof value === 'string' && !none.has(value.toLowerCase()) ? value : undefined;
}

/** Facts about an answer, used to check its finish reason. */
export interface Evidence {
  /** Whether it calls tools of the application. */
  readonly callsTools: boolean;
  /** Whether it has content other than reasoning. */
  readonly hasContent: boolean;
  /**
   * Whether the arguments of a tool call are not valid JSON, for example because they were cut off.
   *
   * @default false
   */
  readonly isCut?: boolean;
}

/** A finished answer. */
export interface Ended extends Evidence {
  readonly provider: string;
  /** The vendor's finish reason; in a stream, the last one. */
  readonly reason: string | undefined;
  /**
   * Whether the model refuses to answer, in its own text.
   *
   * @default false
   */
  readonly refuses?: boolean;
}

/**
 * The finish reason of an answer: the vendor's, corrected where the content contradicts it. Throws
 * `ProviderError` if the reason is a failure, or if there is neither content nor a conclusive reason.
 */
export function finishReasonOf({
  provider,
  reason,
  callsTools,
  hasContent,
  isCut = false,
  refuses = false,
}: Ended): FinishReason {
  const word = wordOf(reason);
  if (failures.has(word)) throw gaveUp(provider, reason);
  if (reason === undefined && isCut) throw truncated(provider, 'the answer ends within a tool call');
  if (refuses) return 'content-filter';
  const mapped = reasons.get(word) ?? 'other';
  // Some servers send `stop`, or nothing, although the answer consists of tool calls.
  if (callsTools) return mapped === 'stop' || mapped === 'other' ? 'tool-calls' : mapped;
  // Tool calls were announced but none arrived, so the answer is text.
  if (hasContent) return mapped === 'tool-calls' ? 'stop' : mapped;
  if (mapped !== 'tool-calls' && mapped !== 'other') return mapped;
  if (reason === undefined) throw truncated(provider, 'the answer has neither content nor a finish reason');
  const summary = 'the answer has no content, and its finish reason does not explain why';
  throw malformed(provider, summary, { code: reason, scope: 'request' });
}

/** The error for an answer whose finish reason is a failure. */
export function gaveUp(provider: string, reason: string | undefined): ProviderError {
  const kind = failures.get(wordOf(reason)) ?? 'server';
  const summary = 'the model or its server aborted the answer';
  const scope = kind === 'malformed' ? 'request' : undefined;
  return new ProviderError({ kind, provider, code: reason, scope, answered: true, summary });
}

function wordOf(reason: string | undefined): string {
  return reason?.toLowerCase().replace(/[\s-]+/g, '_') ?? '';
}

/** Whether a part is content, as opposed to reasoning or accompanying data such as sources. */
export function isContent(part: StreamContent | ContentPart): boolean {
  switch (part.type) {
    case 'text':
    case 'text-delta':
      return part.text !== '';
    case 'tool-call-start':
    case 'tool-call':
    case 'tool-result':
    case 'tool-approval-request':
    case 'file':
      return true;
    default:
      return false;
  }
}

/** The evidence from complete content. */
export function evidenceIn(content: readonly ContentPart[]): Evidence {
  const calls = content.filter((part) => part.type === 'tool-call' && part.providerExecuted !== true);
  return {
    callsTools: calls.length > 0,
    hasContent: content.some(isContent),
    isCut: calls.some((part) => part.type === 'tool-call' && typeof part.input === 'string'),
  };
}
