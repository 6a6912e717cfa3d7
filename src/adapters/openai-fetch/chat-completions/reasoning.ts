import { textOfDetails } from '../../../providers/chat-completions/answer/reasoning-details.ts';
import type { JSONObject, JSONValue } from '../../../types/request/json.ts';
import type { ProviderOptions, ReasoningPart } from '../../../types/request/message.ts';
import { asObject, asObjects, asText, type Wire } from '../../../util/json.ts';
import { withOptions } from '../shared/opaque-metadata.ts';

/**
 * Reasoning and signatures in the history of an application that used a vendor directly. Chat Completions has no standard field for
 * them, so each vendor has its own:
 *
 * - `reasoning_content` (DeepSeek, Moonshot and others) and `reasoning` (Groq, OpenRouter): text
 * - `reasoning_details`: signed blocks (https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning-blocks)
 * - `thinking_blocks`: Anthropic's blocks, by LiteLLM (https://docs.litellm.ai/docs/reasoning_content)
 * - `extra_content.google.thought_signature` of a call (https://ai.google.dev/gemini-api/docs/thought-signatures#openai)
 */
export function reasoningIn(message: Wire): readonly ReasoningPart[] {
  const blocks = asObjects(message['thinking_blocks']).flatMap((block) => thinkingIn(block) ?? []);
  if (blocks.length > 0) return blocks;
  const details = asObjects(message['reasoning_details']) as readonly Wire[] as readonly JSONObject[];
  const text =
    asText(message['reasoning_content']) ||
    asText(message['reasoning']) ||
    details.map(textOfDetails).join('');
  if (details.length === 0) return text === '' ? [] : [{ type: 'reasoning', text }];
  const options = { [vendorOf(details)]: { reasoning_details: details as readonly JSONValue[] } };
  return [{ type: 'reasoning', text, providerOptions: options as ProviderOptions }];
}

/** Gemini's signature of a call. */
export function signatureOf(call: Wire): ProviderOptions | undefined {
  const signature = asText(asObject(asObject(call['extra_content'])?.['google'])?.['thought_signature']);
  return signature === undefined ? undefined : { google: { thoughtSignature: signature } };
}

/** The blocks name their format; only MiniMax has one besides OpenRouter's. */
function vendorOf(details: readonly JSONObject[]): string {
  return details.some(({ format }) => asText(format)?.startsWith('MiniMax')) ? 'minimax' : 'openrouter';
}

function thinkingIn(block: Wire): ReasoningPart | undefined {
  const signature = asText(block['signature']);
  const data = asText(block['data']);
  if (block['type'] === 'redacted_thinking' && data !== undefined)
    return { type: 'reasoning', text: '', providerOptions: { anthropic: { redactedData: data } } };
  if (block['type'] !== 'thinking') return undefined;
  const options = signature === undefined ? undefined : { anthropic: { signature } };
  return { type: 'reasoning', text: asText(block['thinking']) ?? '', ...withOptions(options) };
}
