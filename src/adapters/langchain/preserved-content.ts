import type { BaseMessage } from '@langchain/core/messages';
import type { ContentPart, ToolCallPart } from '../../types/request/message.ts';
import { toBase64 } from '../../util/data-content.ts';
import { asObject, asText } from '../../util/json.ts';

/**
 * LangChain's messages cannot hold everything in an answer: signatures, vendor ids, the order of reasoning and calls. Such an
 * answer is preserved in `response_metadata.signalbox.content`, as plain JSON that survives any store.
 */

/** The content to preserve; `undefined` if the message holds all of it. */
export function toKeep(content: readonly ContentPart[]): readonly ContentPart[] | undefined {
  const plain = content.every(
    (part) =>
      part.providerOptions === undefined &&
      (part.type === 'text' || (part.type === 'tool-call' && part.providerExecuted !== true)),
  );
  return plain ? undefined : content.map(portable);
}

function portable(part: ContentPart): ContentPart {
  if (part.type !== 'file') return part;
  if (part.data instanceof Uint8Array) return { ...part, data: toBase64(part.data) };
  return part.data instanceof URL ? { ...part, data: part.data.href } : part;
}

/**
 * The preserved content, if the message's text and calls are unchanged. If the application edited them, its version counts, because
 * the vendor would refuse a signature of the original.
 */
export function keptIn(
  message: BaseMessage,
  text: string,
  calls: readonly ToolCallPart[],
): readonly ContentPart[] | undefined {
  const { content } = asObject(message.response_metadata?.['signalbox']) ?? {};
  if (!Array.isArray(content)) return undefined;
  const parts = (content as readonly unknown[]).filter(isPart);
  const original = parts.map((part) => (part.type === 'text' ? (asText(part.text) ?? '') : '')).join('');
  const called = parts.filter(
    (part): part is ToolCallPart => part.type === 'tool-call' && part.providerExecuted !== true,
  );
  const same =
    original === text &&
    called.length === calls.length &&
    called.every((call) => calls.some((other) => isSameCall(call, other)));
  return same ? parts : undefined;
}

/** Preserved content is returned unchanged, so only its type matters. */
function isPart(value: unknown): value is ContentPart {
  return asText(asObject(value)?.['type']) !== undefined;
}

function isSameCall(one: ToolCallPart, other: ToolCallPart): boolean {
  return (
    one.toolCallId === other.toolCallId &&
    one.toolName === other.toolName &&
    JSON.stringify(one.input) === JSON.stringify(other.input)
  );
}
