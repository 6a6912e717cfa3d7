import { estimateTokens } from '../../../pricing/estimate.ts';
import type { ChatInput } from '../../answer/answer.ts';
import type { Target } from '../../targets/target.ts';
import type { Accumulator } from './accumulate.ts';

/** An answer that broke off, as a question to which the rest of it is the answer. */
export interface Continuation {
  readonly asked: ChatInput;
  /** What the reader has. */
  readonly before: string;
  /** What the target gets as the beginning of its answer: `before` without the white space at its end, which some vendors refuse. */
  readonly prefill: string;
  /** Of the text block that broke off. */
  readonly id: string | undefined;
  /** Whether it leaves the target about as many output tokens as the whole answer may have. */
  readonly leavesRoom: boolean;
}

const mostRoom = 0.9;

/**
 * What another target can go on from; `undefined` where that is not safe. Only plain text can be continued: a call of a tool or
 * JSON of a shape could be torn, and thoughts cannot be handed over. Where a tool has to be called, text is not what is missing.
 */
export function continuationOf(
  { request, ...asked }: ChatInput,
  collected: Accumulator,
): Continuation | undefined {
  // The request that is continued is another one than the one that came in.
  const { origin: _, ...asItStands } = request;
  const { messages, toolChoice = 'auto', responseFormat, reasoning, maxOutputTokens } = request;
  if (toolChoice !== 'auto' && toolChoice !== 'none') return undefined;
  if (responseFormat !== undefined || (reasoning !== undefined && reasoning !== 'none')) return undefined;
  if (messages.at(-1)?.role === 'assistant' || !collected.isPlainText()) return undefined;
  const before = collected.text();
  const prefill = before.trimEnd();
  if (prefill === '') return undefined;
  const left = maxOutputTokens === undefined ? undefined : maxOutputTokens - estimateTokens(before);
  if (left !== undefined && left < 1) return undefined;
  const leavesRoom = maxOutputTokens === undefined || (left ?? 0) >= mostRoom * maxOutputTokens;
  return {
    asked: {
      ...asked,
      request: {
        ...asItStands,
        messages: [...messages, { role: 'assistant', content: prefill }],
        ...(left === undefined ? {} : { maxOutputTokens: left }),
      },
    },
    before,
    prefill,
    id: collected.textId(),
    leavesRoom,
  };
}

export function continues({ capabilities }: Target): boolean {
  return capabilities.prefill === true || capabilities.prefill === 'echo';
}

/** Takes away from a continuation, piece by piece, what the reader has already. */
export interface Splice {
  /** What is new in the next piece. `undefined`: the target does not continue the text, but begins another one. */
  push(text: string): string | undefined;
  /** What is still held back when the text is over; `undefined` as above. */
  end(): string | undefined;
  /** What is held back, as long as it may be the beginning of the text once more. */
  readonly held: string;
}

/**
 * Any target may begin its answer again, although it was given the beginning: where that is word for word the same, it is left
 * out, and where it differs further on, it is no continuation.
 *
 * @param echoes whether the target is known to repeat what it was given
 */
export function splice({ before, prefill }: Continuation, echoes: boolean): Splice {
  const beginning = prefill.trimStart();
  let undecided = true;
  // White space at the break that the target was not given, which it will most likely write again.
  let space = before.slice(prefill.length);

  const withoutSpace = (text: string): string => {
    const repeated = commonLength(text, space);
    space = repeated < text.length ? '' : space.slice(repeated);
    return text.slice(repeated);
  };

  const decide = (over: boolean): string | undefined => {
    const { held } = self;
    const text = held.trimStart();
    const repeated = commonLength(text, beginning);
    if (repeated === text.length && repeated < beginning.length && !over) return ''; // it can be either
    undecided = false;
    self.held = '';
    if (repeated === beginning.length) {
      if (!echoes && !isTelling(beginning)) return undefined;
      return withoutSpace(text.slice(repeated));
    }
    return beginsAgain(before, held, repeated) ? undefined : withoutSpace(held);
  };

  const self = {
    held: '',
    push(text: string) {
      if (!undecided) return withoutSpace(text);
      self.held += text;
      return decide(false);
    },
    end: () => (undecided ? decide(true) : ''),
  };
  return self;
}

/** So many letters in a row are not the same by chance. */
const fewestLetters = 3;
/** The same characters at the beginning of two sentences or lines are no chance from here on. */
const fewestCharacters = 16;
/** Some languages have no spaces between words. */
const longestWord = 12;

/** Whether a repetition of the whole text shows that it is one: `1` and `10` do not. */
function isTelling(text: string): boolean {
  return (text.match(/\p{L}/gu)?.length ?? 0) >= fewestLetters;
}

/** Whether a text that begins with the same characters as an answer, and then differs, is that answer in other words. */
function beginsAgain(before: string, text: string, repeated: number): boolean {
  const beginning = before.trimStart();
  // What continues a sentence begins with a space, or within a word: never with the answer's first word, nor a paragraph.
  const isWithinSentence = /[\p{L}\p{N}]$/u.test(before) && /^(\s*\n\s*)?[\p{L}\p{N}]/u.test(text);
  if (isWithinSentence) {
    const word = Math.min(longestWord, /^\S+/.exec(beginning)?.[0].length ?? 0);
    return repeated >= Math.max(fewestLetters, word);
  }
  // Lists, tables and code have many lines that begin alike.
  return repeated >= fewestCharacters && beginning.indexOf(beginning.slice(0, repeated), 1) === -1;
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}
