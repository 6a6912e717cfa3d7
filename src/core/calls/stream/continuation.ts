import { estimateTokens } from '../../../pricing/estimate.ts';
import type { Warning } from '../../../types/result/result.ts';
import type { StreamContent } from '../../../types/result/stream-part.ts';
import type { ChatInput } from '../../answer/answer.ts';
import type { Target } from '../../targets/target.ts';
import type { Accumulator } from './accumulate.ts';

/** An interrupted answer as a request for the rest of it. */
export interface Continuation {
  readonly asked: ChatInput;
  /** What the reader has received. */
  readonly before: string;
  /**
   * The start of the answer sent to the target: `before` without trailing white space, which some vendors
   * reject.
   */
  readonly prefill: string;
  /** Id of the text block that was interrupted. */
  readonly id: string | undefined;
  /** Whether the target has about as many output tokens left as the whole answer may use. */
  readonly leavesRoom: boolean;
}

const mostRoom = 0.9;

/**
 * Builds what another target can continue from; `undefined` if that is not safe. Only plain text can be
 * continued: a tool call or structured JSON could be torn apart, reasoning cannot be handed over, and a
 * required tool call is not missing text.
 */
export function continuationOf(
  { request, ...asked }: ChatInput,
  collected: Accumulator,
): Continuation | undefined {
  // The continued request is no longer the one that came in.
  const { origin: _, ...current } = request;
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
        ...current,
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

/** Removes from a continuation, piece by piece, what the reader already has. */
export interface Splice {
  /**
   * The new text in the next piece. `undefined`: the target starts a different text instead of continuing.
   */
  push(text: string): string | undefined;
  /** The text still buffered at the end; `undefined` as above. */
  end(): string | undefined;
  /** Text buffered as long as it may be a repetition of the beginning. */
  readonly held: string;
}

/**
 * Handles targets that start over although they were given the beginning: a repetition of all of it is dropped, and
 * one that diverges earlier is not a continuation. Case and the kind of white space do not count.
 *
 * @param echoes whether the target is known to repeat its prefill
 */
export function splice({ before, prefill }: Continuation, echoes: boolean): Splice {
  const beginning = prefill.trimStart();
  let undecided = true;
  // White space at the break that was not sent to the target and that it most likely writes again.
  let space = before.slice(prefill.length);

  const withoutSpace = (text: string): string => {
    const repeated = commonLength(text, space);
    space = repeated < text.length ? '' : space.slice(repeated);
    return text.slice(repeated);
  };

  const decide = (over: boolean): string | undefined => {
    const { held } = self;
    const text = held.trimStart();
    const { read, repeated } = compare(text, beginning);
    if (read === text.length && repeated < beginning.length && !over) return ''; // undecided so far
    undecided = false;
    self.held = '';
    if (repeated === beginning.length) {
      const isExact = text.startsWith(beginning);
      // `Very` and ` very good` are one sentence.
      const isWord = !isExact && text !== held && !/\s/.test(beginning);
      if (isWord) return withoutSpace(held);
      if (!(echoes && isExact) && !isTelling(beginning)) return undefined;
      return withoutSpace(text.slice(read));
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

/** This many matching letters in a row are not a coincidence. */
const fewestLetters = 3;
/** From this many matching characters on, two sentences or lines do not match by coincidence. */
const fewestCharacters = 16;
/** Upper bound for a word; some languages have no spaces between words. */
const longestWord = 12;

/** Whether a repetition of the whole text is conclusive: `1` followed by `10` is not. */
function isTelling(text: string): boolean {
  return (text.match(/\p{L}/gu)?.length ?? 0) >= fewestLetters;
}

/** Whether a text that starts like an answer and then diverges is that answer rephrased. */
function beginsAgain(before: string, text: string, repeated: number): boolean {
  const beginning = before.trimStart();
  // A continuation starts with a space or within a word, never with the answer's first word or a paragraph.
  const isWithinSentence = /[\p{L}\p{N}]$/u.test(before) && /^(\s*\n\s*)?[\p{L}\p{N}]/u.test(text);
  if (isWithinSentence) {
    const word = Math.min(longestWord, /^\S+/.exec(beginning)?.[0].length ?? 0);
    return repeated >= Math.max(fewestLetters, word);
  }
  // Lists, tables, and code have many lines that start alike.
  return repeated >= fewestCharacters && beginning.indexOf(beginning.slice(0, repeated), 1) === -1;
}

/** How much of a text repeats the beginning of another, in characters of each. */
function compare(text: string, beginning: string): { readonly read: number; readonly repeated: number } {
  let [read, repeated] = [0, 0];
  while (read < text.length && repeated < beginning.length) {
    const [a, b] = [text.charAt(read), beginning.charAt(repeated)];
    if (isSpace(a) && isSpace(b)) {
      while (isSpace(text.charAt(read))) read += 1;
      while (isSpace(beginning.charAt(repeated))) repeated += 1;
    } else if (a === b || a.toLowerCase() === b.toLowerCase()) {
      read += 1;
      repeated += 1;
    } else break;
  }
  return { read, repeated };
}

function isSpace(character: string): boolean {
  return character !== '' && character.trim() === '';
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

export function toText(
  text: string,
  id: string | undefined,
): StreamContent & { readonly type: 'text-delta' } {
  return { type: 'text-delta', text, ...(id === undefined ? {} : { id }) };
}

/** The warning that another target wrote the rest. */
export function continuedBy(target: string): Warning {
  return { type: 'other', feature: 'interrupted', details: `the rest of the answer comes from ${target}` };
}
