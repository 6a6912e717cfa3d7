import { ProviderError } from '../../../errors.ts';
import type { ProviderErrorKind } from '../../../types/error.ts';
import type { FinishReason } from '../../../types/result/result.ts';
import type { Wire } from '../../../util/json.ts';

/**
 * `finish_reason` in the spellings of servers that speak Chat Completions, in lower case and with underscores.
 * Sources: https://platform.openai.com/docs/api-reference/chat/object,
 * https://docs.mistral.ai/api (`model_length`), https://docs.together.ai/reference/chat-completions-1 (`eos`),
 * https://docs.bigmodel.cn/api-reference (`sensitive`), https://huggingface.co/docs/text-generation-inference (`eos_token`),
 * https://ai.google.dev/api/generate-content#FinishReason, https://docs.anthropic.com/en/api/handling-stop-reasons,
 * https://github.com/earendil-works/pi/issues/2107 (`end`).
 */
const finishReasons = new Map<string, FinishReason>([
  ...named('stop', [
    'stop',
    'end',
    'end_turn',
    'eos',
    'eos_token',
    'stop_sequence',
    'complete',
    'completed',
    'finished',
  ]),
  ...named('length', [
    'length',
    'max_tokens',
    'model_length',
    'max_output_tokens',
    'max_length',
    'token_limit',
  ]),
  ...named('tool-calls', ['tool_calls', 'tool_call', 'tool_use', 'function_call', 'function_calls']),
  ...named('content-filter', [
    'content_filter',
    'content_filtered',
    'sensitive',
    'safety',
    'recitation',
    'blocklist',
    'prohibited_content',
    'spii',
    'language',
    'image_safety',
    'refusal',
    'guardrail_intervened',
  ]),
]);

/**
 * Reasons that say that there is no whole answer.
 * Sources: https://github.com/vllm-project/vllm/issues/57082 (`abort`),
 * https://api-docs.deepseek.com/api/create-chat-completion (`insufficient_system_resource`),
 * https://docs.bigmodel.cn/api-reference (`network_error`), https://openrouter.ai/docs/api-reference/errors (`error`).
 */
const failureKinds = new Map<string, ProviderErrorKind>([
  ...named('truncated', ['abort', 'aborted', 'cancelled', 'canceled', 'interrupted']),
  ...named('overloaded', ['insufficient_system_resource', 'overloaded']),
  ...named('server', ['error', 'failed', 'network_error', 'server_error', 'internal_error']),
  ...named('timeout', ['timeout']),
  ...named('malformed', [
    'malformed_function_call',
    'malformed_response',
    'unexpected_tool_call',
    'no_image',
  ]),
]);

function named<V extends string>(value: V, names: readonly string[]): readonly (readonly [string, V])[] {
  return names.map((name) => [name, value]);
}

/**
 * What a choice says of its end, in `finish_reason`, or in `finishReason` (Gemini,
 * https://github.com/jakobdylanc/llmcord/issues/84). Empty text and the word "null" say nothing.
 */
export function readFinishReason({ finish_reason, finishReason }: Wire): string | undefined {
  return asReason(finish_reason) ?? asReason(finishReason);
}

function asReason(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value !== 'null' ? value : undefined;
}

/** What an answer has, once it is over. */
export interface AnswerEnd {
  readonly provider: string;
  /** As the server says it; the last one of a stream. */
  readonly reason: string | undefined;
  readonly callsTools: boolean;
  /** Whether there is anything beside thoughts and calls. */
  readonly hasContent: boolean;
  readonly refuses: boolean;
}

/**
 * Why an answer ended: by what the server says, as far as it agrees with what came.
 *
 * @throws ProviderError where the reason is a failure, and where there is neither content nor a reason that can be relied on
 */
export function toFinishReason({
  provider,
  reason,
  callsTools,
  hasContent,
  refuses,
}: AnswerEnd): FinishReason {
  const word = reason?.toLowerCase().replace(/[\s-]+/g, '_') ?? '';
  const failure = failureKinds.get(word);
  if (failure !== undefined) throw failed(provider, failure, 'the server gave up on its answer', reason);
  if (refuses) return 'content-filter';
  const told = finishReasons.get(word) ?? 'other';
  // Some servers say `stop`, or nothing, although the answer is calls of tools.
  if (callsTools && (told === 'stop' || told === 'other')) return 'tool-calls';
  if (callsTools || told === 'stop' || told === 'length' || told === 'content-filter') return told;
  if (!hasContent) {
    const summary =
      reason === undefined
        ? 'the answer has neither content nor a reason for its end'
        : 'the answer has no content, and ended for a reason that does not explain it';
    throw failed(provider, reason === undefined ? 'truncated' : 'malformed', summary, reason);
  }
  // Calls were announced, and none came: what there is is text.
  return told === 'tool-calls' ? 'stop' : told;
}

function failed(
  provider: string,
  kind: ProviderErrorKind,
  summary: string,
  code: string | undefined,
): ProviderError {
  return new ProviderError({ kind, provider, answered: true, summary, code });
}
