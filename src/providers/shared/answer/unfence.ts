import type { ProviderCall, ProviderStreamPart } from '../../../types/provider.ts';
import type { ContentPart } from '../../../types/request/message.ts';
import type { StreamReader } from '../stream/part-stream.ts';

/**
 * Models often wrap JSON in a Markdown code fence, especially if only an instruction asks for JSON. Callers
 * that request JSON get it without the fence, unless other text surrounds it.
 */

type Asked = Pick<ProviderCall, 'responseFormat'>;

const fence = '```';
const opening = /^\s*```[ \t]*[\w-]*[ \t]*\r?\n/;
/** Text that may still become an opening fence, up to `longestBeginning` characters. */
const beginning = /^\s*(?:`{0,2}|```[ \t]*[\w-]*[ \t]*\r?)$/;
const longestBeginning = 64;
/**
 * Longest end of a text that may be a closing fence, in characters. Models sometimes pad answers with
 * whitespace.
 */
const longestEnding = 32;

/** Removes the fence from the content of a complete answer. */
export function unfencedContent(
  content: readonly ContentPart[],
  { responseFormat }: Asked,
): readonly ContentPart[] {
  if (responseFormat === undefined) return content;
  const texts = content.filter((part) => part.type === 'text');
  const [first, last] = [texts[0], texts.at(-1)];
  if (first === undefined || last === undefined || !opening.test(first.text) || !isClosed(last.text))
    return content;
  return content.map((part) => {
    if (part.type !== 'text') return part;
    const open = part === first ? part.text.replace(opening, '') : part.text;
    return { ...part, text: part === last ? withoutClosing(open) : open };
  });
}

/** Wraps a reader to remove the fence. Returns the reader unchanged if the call does not request JSON. */
export function unfencedReader(reader: StreamReader, { responseFormat }: Asked): StreamReader {
  if (responseFormat === undefined) return reader;
  const unfence = unfencer();
  return {
    ...reader,
    push: (chunk) => reader.push(chunk).flatMap(unfence),
    textIn: () => undefined, // the text may be part of a fence
    end: (marked) => reader.end(marked).flatMap(unfence),
  };
}

type TextDelta = Extract<ProviderStreamPart, { type: 'text-delta' }>;

/** Removes the fence from the parts of one stream, holding back text that may belong to it. */
function unfencer(): (part: ProviderStreamPart) => readonly ProviderStreamPart[] {
  let state: 'before' | 'fenced' | 'plain' = 'before';
  let held = '';

  const push = (part: TextDelta): readonly ProviderStreamPart[] => {
    let text = held + part.text;
    held = '';
    if (state === 'before' && text.length < longestBeginning && beginning.test(text)) {
      held = text;
      text = '';
    } else if (state === 'before') {
      state = opening.test(text) ? 'fenced' : 'plain';
      text = text.replace(opening, '');
    }
    if (state === 'fenced') {
      const end = endOfText(text);
      held = text.slice(end);
      text = text.slice(0, end);
    }
    // An empty delta from the vendor carries options.
    return text === '' && part.text !== '' ? [] : [{ ...part, text }];
  };
  const flush = (): readonly ProviderStreamPart[] => {
    const text = state === 'fenced' && isClosed(held) ? withoutClosing(held) : held;
    held = '';
    return text === '' ? [] : [{ type: 'text-delta', text }];
  };

  return (part) => {
    if (state === 'plain') return [part];
    if (part.type === 'text-delta') return push(part);
    return part.type === 'response' || part.type === 'raw' ? [part] : [...flush(), part];
  };
}

/** The index at which trailing whitespace and backticks begin. */
function endOfText(text: string): number {
  let end = text.length;
  while (end > 0 && text.length - end < longestEnding && ' \t\r\n`'.includes(text.charAt(end - 1))) end -= 1;
  return end;
}

function isClosed(text: string): boolean {
  return text.trimEnd().endsWith(fence);
}

function withoutClosing(text: string): string {
  return text.trimEnd().slice(0, -fence.length).trimEnd();
}
