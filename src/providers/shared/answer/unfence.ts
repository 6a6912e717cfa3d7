import type { ProviderCall, ProviderStreamPart } from '../../../types/provider.ts';
import type { ContentPart } from '../../../types/request/message.ts';
import type { StreamReader } from '../stream/part-stream.ts';

/**
 * JSON often comes in a code fence of Markdown, most of all where only an instruction asks for it. A caller that asks for JSON
 * gets it without the fence, where nothing else stands around it.
 */

type Asked = Pick<ProviderCall, 'responseFormat'>;

const fence = '```';
const opening = /^\s*```[ \t]*[\w-]*[ \t]*\r?\n/;
/** What may yet become an opening, as long as it is this short. */
const beginning = /^\s*(?:`{0,2}|```[ \t]*[\w-]*[ \t]*\r?)$/;
const longestBeginning = 64;
/** The longest end of a text that may be a closing: models also fill an answer with blanks. */
const longestEnding = 32;

/** The content of a complete answer without its fence. */
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

/** A reader of a stream that gives out no fence. Nothing is changed where no JSON is asked for. */
export function unfencedReader(reader: StreamReader, { responseFormat }: Asked): StreamReader {
  if (responseFormat === undefined) return reader;
  const unfence = unfencer();
  return {
    ...reader,
    push: (chunk) => reader.push(chunk).flatMap(unfence),
    end: (marked) => reader.end(marked).flatMap(unfence),
  };
}

type TextDelta = Extract<ProviderStreamPart, { type: 'text-delta' }>;

/** Gives out the parts of one stream, each after what was held back before it. */
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
    // An empty delta of the vendor's carries options.
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

/** Where the blanks and back quotes begin that a text ends with. */
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
