import type { RequestContent } from '../../../health/unclear-refusal.ts';
import type { AnyRequest } from '../../../types/plugin.ts';
import type { ContentPart, Message, UserPart } from '../../../types/request/message.ts';
import { fingerprint } from '../../../util/fingerprint.ts';

/** The content of a request, to compare rejections by. */
export function contentOf(request: AnyRequest): RequestContent {
  const words: string[] = [];
  const things = new Set<string>();
  const add = (thing: unknown): void => {
    if (thing !== undefined) things.add(fingerprint(asText(thing)));
  };
  add(request.providerOptions);
  if ('values' in request) words.push(...request.values);
  else if ('messages' in request) {
    for (const message of request.messages) addMessage(message, words, add);
    for (const tool of request.tools ?? []) if (tool.type === 'provider') add(tool);
  } else {
    words.push(request.prompt ?? '');
    for (const image of [...(request.images ?? []), request.mask]) add(image);
  }
  return { words: fingerprint(words.join('\n')), things };
}

function addMessage(
  { content, providerOptions }: Message,
  words: string[],
  add: (thing: unknown) => void,
): void {
  add(providerOptions);
  if (typeof content === 'string') {
    words.push(content);
    return;
  }
  for (const part of content as readonly (UserPart | ContentPart)[]) {
    if (part.type !== 'text') add(part);
    else {
      words.push(part.text);
      add(part.providerOptions);
    }
  }
}

/** A comparable form of a value. Values that cannot be distinguished compare equal by type. */
function asText(thing: unknown): string {
  try {
    return JSON.stringify(thing, bytesAsText);
  } catch {
    return typeof thing; // a cycle, or a number JSON cannot represent
  }
}

/** Bytes that are enough to distinguish files. */
const mostBytes = 1_024;

function bytesAsText(_: string, value: unknown): unknown {
  if (value instanceof ArrayBuffer) return bytesAsText(_, new Uint8Array(value));
  if (!ArrayBuffer.isView(value)) return value;
  const bytes = new Uint8Array(value.buffer, value.byteOffset, Math.min(value.byteLength, mostBytes));
  return `${value.byteLength} ${bytes.join()}`;
}
