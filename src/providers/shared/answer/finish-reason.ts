import { ProviderError } from '../../../errors.ts';
import type { FinishReason } from '../../../types/result/result.ts';
import { malformed, truncated } from './broken.ts';

/**
 * The vendors' words for why an answer ended, in lower case. One table serves all vendors, because gateways and compatible
 * servers answer in one vendor's form with another vendor's words.
 *
 * - OpenAI: https://platform.openai.com/docs/api-reference/chat/object, `incomplete_details` of Responses
 * - Anthropic: https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
 * - Gemini: https://ai.google.dev/api/generate-content#FinishReason
 * - Mistral: https://docs.mistral.ai/api/ · Cohere: https://docs.cohere.com/reference/chat
 * - Bedrock: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 * - DeepSeek: https://api-docs.deepseek.com/api/create-chat-completion · Zhipu: https://docs.z.ai/api-reference/llm/chat-completion
 * - Together: https://docs.together.ai/reference/chat-completions-1 · TGI: https://huggingface.co/docs/text-generation-inference
 */
const words: Readonly<Record<FinishReason | 'failed' | 'mishap', readonly string[]>> = {
  stop: [
    'stop',
    'end_turn',
    'stop_sequence',
    'eos',
    'eos_token',
    'end',
    'complete',
    'completed',
    'finish',
    'finished',
    'done',
  ],
  length: [
    'length',
    'max_length',
    'max_tokens',
    'max_output_tokens',
    'max_completion_tokens',
    'model_length',
    'model_context_window_exceeded',
    'context_length_exceeded',
    'token_limit',
    'error_limit',
  ],
  'tool-calls': ['tool_calls', 'tool_call', 'tool_use', 'function_call', 'function_calls'],
  'content-filter': [
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
  ],
  /** The vendor, or whoever stands between, gave up. */
  failed: [
    'error',
    'abort',
    'aborted',
    'cancel',
    'cancelled',
    'canceled',
    'failed',
    'interrupted',
    'timeout',
    'network_error',
    'insufficient_system_resource',
  ],
  /** The model made a mistake; the next try may well give an answer. */
  mishap: [
    'malformed_function_call',
    'malformed_response',
    'malformed_model_output',
    'malformed_tool_use',
    'unexpected_tool_call',
    'too_many_tool_calls',
    'no_image',
  ],
  other: [],
};

type Reason = keyof typeof words;

const meanings: ReadonlyMap<string, Reason> = new Map(
  (Object.keys(words) as Reason[]).flatMap((reason) => words[reason].map((word) => [word, reason] as const)),
);

/** What some servers send in place of no reason. */
const none = new Set([
  '',
  'null',
  'none',
  'undefined',
  'unspecified',
  'finish_reason_unspecified',
  'blocked_reason_unspecified',
  'block_reason_unspecified',
]);

/** What of an answer its reason is compared with. */
export interface Evidence {
  /** Whether it calls tools of the application's. */
  readonly calls: boolean;
  /** Whether there is anything in it but thoughts. */
  readonly content: boolean;
}

/** An answer at its end. */
export interface Ended extends Evidence {
  readonly provider: string;
  /** Why it ended, in the vendor's words; `undefined`, `null` and empty text for no reason. */
  readonly reason: unknown;
}

/**
 * Why a complete answer ended. Calls of tools count for more than a word that contradicts them. Throws `ProviderError` where
 * the vendor says that it gave up, and where there is neither content nor a reason.
 */
export function finishReasonOf({ provider, reason: said, calls, content }: Ended): FinishReason {
  const word = givenReason(said);
  if (word === undefined) {
    if (calls) return 'tool-calls';
    if (content) return 'other';
    throw truncated(provider, 'the answer has no content and does not say why it ended');
  }
  const reason = meanings.get(word.toLowerCase().replaceAll('-', '_')) ?? 'other';
  if (reason === 'mishap' || reason === 'failed') throw gaveUp(provider, word, reason);
  if (calls) return reason === 'stop' || reason === 'other' ? 'tool-calls' : reason;
  if (reason !== 'tool-calls' && (reason !== 'other' || content)) return reason;
  if (content) return 'stop';
  throw malformed(provider, 'the answer has no content', { code: word, scope: 'request' });
}

/** The evidence in content that is complete. */
export function evidenceIn(
  content: readonly { readonly type: string; readonly providerExecuted?: boolean }[],
): Evidence {
  return {
    calls: content.some(({ type, providerExecuted }) => type === 'tool-call' && providerExecuted !== true),
    content: content.some(({ type }) => type !== 'reasoning'),
  };
}

/** The vendor's word for why an answer ended; `undefined` where it gives none. */
export function givenReason(said: unknown): string | undefined {
  return typeof said === 'string' && !none.has(said.toLowerCase()) ? said : undefined;
}

function gaveUp(provider: string, code: string, reason: 'mishap' | 'failed'): ProviderError {
  const summary = 'the model gave up on its answer';
  if (reason === 'mishap') return malformed(provider, summary, { code, scope: 'request' });
  return new ProviderError({ kind: 'server', provider, code, answered: true, summary });
}
