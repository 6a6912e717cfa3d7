import type { BaseMessage } from '@langchain/core/messages';
import type { ContentPart, ToolCallPart } from '../../types/request/message.ts';
import { toBase64 } from '../../util/data-content.ts';
import { asObject, asObjects, asText } from '../../util/json.ts';

/**
 * LangChain's messages have no place for all that an answer holds: signatures, ids of vendors, the order of thoughts and calls.
 * Where there is such, the answer is kept as it was, in `response_metadata.signalbox.content`, as JSON that survives any store.
 */

/** What of an answer has to be kept beside the message; `undefined` where the message says it all. */
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
 * What was kept of an answer. Only as long as the message still says the same: where its text or its calls were changed since,
 * the application's word holds, and a signature of what was there before would be refused.
 */
export function keptIn(
  message: BaseMessage,
  text: string,
  calls: readonly ToolCallPart[],
): readonly ContentPart[] | undefined {
  const { content } = asObject(message.response_metadata?.['signalbox']) ?? {};
  if (!Array.isArray(content)) return undefined;
  const parts = asObjects(content) as unknown as readonly ContentPart[];
  const said = parts.map((part) => (part.type === 'text' ? (asText(part.text) ?? '') : '')).join('');
  const called = parts.filter(
    (part): part is ToolCallPart => part.type === 'tool-call' && part.providerExecuted !== true,
  );
  const same =
    said === text &&
    called.length === calls.length &&
    called.every((call) => calls.some((other) => isSameCall(call, other)));
  return same ? parts : undefined;
}

function isSameCall(one: ToolCallPart, other: ToolCallPart): boolean {
  return (
    one.toolCallId === other.toolCallId &&
    one.toolName === other.toolName &&
    JSON.stringify(one.input) === JSON.stringify(other.input)
  );
}
