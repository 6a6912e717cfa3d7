import type { JSONObject } from '../../../types/request/json.ts';
import type { ContentPart, ReasoningPart } from '../../../types/request/message.ts';
import { asObject, asText, compact } from '../../../util/json.ts';

/**
 * Reasoning as the AI SDK's own OpenAI provider stores it: a part for each summary, with the id of its item and, if the vendor does
 * not store the item, its encrypted content
 * (https://ai-sdk.dev/providers/ai-sdk-providers/openai#responses-models). Becomes one part for each item.
 *
 * @param isStored whether an item without its content may be referred to by id
 */
export function withReasoningItems(
  content: readonly ContentPart[],
  isStored: boolean,
): readonly ContentPart[] {
  const itemless = content.filter((part) => part.type === 'reasoning').filter(isItemless);
  if (itemless.length === 0) return content;
  const known = new Set<string>();
  return content.flatMap((part): ContentPart | readonly ContentPart[] => {
    if (part.type !== 'reasoning' || !isItemless(part)) return [part];
    const id = idOf(part);
    if (id !== undefined && known.has(id)) return [];
    if (id !== undefined) known.add(id);
    const parts = id === undefined ? [part] : itemless.filter((other) => idOf(other) === id);
    const item = toItem(parts, id, isStored);
    return item === undefined ? part : { ...part, providerOptions: { openai: { item } } };
  });
}

function toItem(
  parts: readonly ReasoningPart[],
  id: string | undefined,
  isStored: boolean,
): JSONObject | undefined {
  const encrypted = parts.map(encryptedOf).findLast((text) => text !== undefined);
  if (encrypted === undefined)
    return id !== undefined && isStored ? { type: 'item_reference', id } : undefined;
  const texts = parts.map(({ text }) => text).filter((text) => text !== '');
  const summary = texts.map((text) => ({ type: 'summary_text', text }));
  return compact({ type: 'reasoning', id, summary, encrypted_content: encrypted });
}

function isItemless(part: ReasoningPart): boolean {
  const own = part.providerOptions?.['openai'];
  return asObject(own?.['item']) === undefined && (idOf(part) ?? encryptedOf(part)) !== undefined;
}

function idOf({ providerOptions }: ReasoningPart): string | undefined {
  return asText(providerOptions?.['openai']?.['itemId']);
}

function encryptedOf({ providerOptions }: ReasoningPart): string | undefined {
  return asText(providerOptions?.['openai']?.['reasoningEncryptedContent']);
}
