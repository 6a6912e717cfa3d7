import type { DataContent, Message, ToolOutput } from '../../../types/request/message.ts';
import { toBase64 } from '../../../util/data-content.ts';

/**
 * The same content, in a view that keeps its base64 text for all attempts. It lasts as long as the request: an application may put
 * other bytes in the same place later.
 */
export function requestBytes<T extends DataContent>(data: T): T | Uint8Array {
  if (!isOthers(data)) return data;
  const view = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let text: string | undefined;
  const base64Text = (): string => {
    text ??= toBase64(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return text;
  };
  return Object.defineProperty(view, 'base64Text', { value: base64Text });
}

/** The same messages, with bytes that are encoded once. */
export function withRequestBytes(messages: readonly Message[]): readonly Message[] {
  if (!messages.some(holdsBytes)) return messages;
  return messages.map((message) => {
    const { content } = message;
    if (typeof content === 'string' || !holdsBytes(message)) return message;
    return { ...message, content: content.map(partWithBytes) } as Message;
  });
}

function holdsBytes({ content }: Message): boolean {
  return typeof content !== 'string' && content.some(hasBytes);
}

/** Bytes that do not keep their text yet. */
function isOthers(data: unknown): data is Uint8Array {
  return data instanceof Uint8Array && !('base64Text' in data);
}

interface Part {
  readonly type: string;
  readonly image?: DataContent;
  readonly data?: unknown;
  readonly output?: ToolOutput;
}

function hasBytes({ image, data, output }: Part): boolean {
  if (output !== undefined) return output.type === 'content' && output.value.some(hasBytes);
  return isOthers(image) || isOthers(data);
}

function partWithBytes<T extends Part>(part: T): T {
  const { image, data, output } = part;
  if (isOthers(image)) return { ...part, image: requestBytes(image) };
  if (isOthers(data)) return { ...part, data: requestBytes(data) };
  if (output?.type !== 'content' || !output.value.some(hasBytes)) return part;
  return { ...part, output: { ...output, value: output.value.map(partWithBytes) } };
}
