import { ProviderError } from '../../../errors.ts';
import type { ProviderErrorKind } from '../../../types/error.ts';
import type { ContentPart } from '../../../types/request/message.ts';
import type { FinishReason } from '../../../types/result/result.ts';
import type { StreamContent } from '../../../types/result/stream-part.ts';
import { malformed, truncated } from './broken.ts';

/**
 * The vendors' words for why an answer ended, in lower case and with underscores. One table serves all vendors, because gateways
 * and compatible servers answer in one vendor's form with another vendor's words.
 *
 * - OpenAI: https://platform.openai.com/docs/api-reference/chat/object, and `incomplete_details` of Responses
 * - Anthropic: https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
 * - Gemini: https://ai.google.dev/api/generate-content#FinishReason, and `BlockReason`
 * - Bedrock: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 * - Cohere: https://docs.cohere.com/reference/chat · Mistral: https://docs.mistral.ai/api (`model_length`)
 * - Together: https://docs.together.ai/reference/chat-completions-1 (`eos`)
 * - Text Generation Inference: https://huggingface.co/docs/text-generation-inference (`eos_token`)
 * - Zhipu: https://docs.bigmodel.cn/api-reference (`sensitive`) · others: https://github.com/earendil-works/pi/issues/2107 (`end`)
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
 * Words that say that there is no whole answer.
 * Sources: https://github.com/vllm-project/vllm/issues/57082 (`abort`),
 * https://api-docs.deepseek.com/api/create-chat-completion (`insufficient_system_resource`),
 * https://docs.bigmodel.cn/api-reference (`network_error`), https://openrouter.ai/docs/api-reference/errors (`error`).
 */
const failures = new Map<string, ProviderErrorKind>([
  ...named('truncated', ['abort', 'aborted', 'cancel', 'cancelled', 'canceled', 'interrupted']),
  ...named('overloaded', ['insufficient_system_resource', 'overloaded']),
  ...named('server', ['error', 'failed', 'network_error', 'server_error', 'internal_error']),
  ...named('timeout', ['timeout']),
  // Mistakes of the model: the next try may well give an answer.
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

/** What some servers send in place of no reason. */
const none = new Set([
  '',
  'null',
  'none',
  'undefined',
  'finish_reason_unspecified',
  'blocked_reason_unspecified',
  'block_reason_unspecified',
]);

/** The vendor's word for why an answer ended; `undefined` where it gives none. */
export function givenReason(said: unknown): string | undefined {
  return typeof said === 'string' && !none.has(said.toLowerCase()) ? said : undefined;
}

/** What of an answer its reason is compared with. */
export interface Evidence {
  /** Whether it calls tools of the application's. */
  readonly callsTools: boolean;
  /** Whether there is anything beside thoughts. */
  readonly hasContent: boolean;
  /** Whether the arguments of a call are no JSON, as where it was cut off. Default: `false`. */
  readonly isCut?: boolean;
}

/** An answer at its end. */
export interface Ended extends Evidence {
  readonly provider: string;
  /** Why it ended, in the vendor's words; the last one of a stream. */
  readonly reason: string | undefined;
  /** Whether the model refuses in words of its own. Default: `false`. */
  readonly refuses?: boolean;
}

/**
 * Why an answer ended: by what the vendor says, as far as it agrees with what came. Throws `ProviderError` where the reason is a
 * failure, and where there is neither content nor a reason that can be relied on.
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
  if (reason === undefined && isCut) throw truncated(provider, 'the answer ends within a call');
  if (refuses) return 'content-filter';
  const said = reasons.get(word) ?? 'other';
  // Some servers say `stop`, or nothing, although the answer is calls of tools.
  if (callsTools) return said === 'stop' || said === 'other' ? 'tool-calls' : said;
  // Calls were announced, and none came: what there is is text.
  if (hasContent) return said === 'tool-calls' ? 'stop' : said;
  if (said !== 'tool-calls' && said !== 'other') return said;
  if (reason === undefined)
    throw truncated(provider, 'the answer has neither content nor a reason for its end');
  const summary = 'the answer has no content, and ended for a reason that does not explain it';
  throw malformed(provider, summary, { code: reason, scope: 'request' });
}

/** The failure that an answer is which ends for such a reason. */
export function gaveUp(provider: string, reason: string | undefined): ProviderError {
  const kind = failures.get(wordOf(reason)) ?? 'server';
  const summary = 'the model or its server gave up on the answer';
  const scope = kind === 'malformed' ? 'request' : undefined;
  return new ProviderError({ kind, provider, code: reason, scope, answered: true, summary });
}

function wordOf(reason: string | undefined): string {
  return reason?.toLowerCase().replace(/[\s-]+/g, '_') ?? '';
}

/** Whether a part is something that was asked for: no thoughts, and nothing that only stands beside an answer. */
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

/** The evidence in content that is complete. */
export function evidenceIn(content: readonly ContentPart[]): Evidence {
  const calls = content.filter((part) => part.type === 'tool-call' && part.providerExecuted !== true);
  return {
    callsTools: calls.length > 0,
    hasContent: content.some(isContent),
    isCut: calls.some((part) => part.type === 'tool-call' && typeof part.input === 'string'),
  };
}
