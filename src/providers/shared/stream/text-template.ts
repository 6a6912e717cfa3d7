import type { ProviderStreamPart } from '../../../types/provider.ts';
import { asObject, asText } from '../../../util/json.ts';

/** A part that is only the next piece of a text. */
export type TextPart = Extract<ProviderStreamPart, { readonly type: 'text-delta' | 'reasoning-delta' }>;

/** What a template needs of the reader of its stream. */
export interface TextReader {
  /**
   * The only part of a chunk that has just been pushed, if another chunk with another text in its place would
   * give just that part too, and change nothing else in the reader.
   */
  textIn?(chunk: unknown): TextPart | undefined;
}

/** OpenAI's random text that hides the length of an event: https://platform.openai.com/docs/api-reference/chat/create. */
const padding = '"obfuscation":"';
/** After so many templates in a row that no event matched, a stream gets no more of them. */
const mostUnused = 4;
/** Maximum length of an event to learn from, in characters: learning parses it once more. */
const longestEvent = 4_096;

/**
 * Recognizes events whose JSON is that of an earlier one but for its text, as nearly all of a stream are, and
 * takes the text out without parsing the rest. An event that differs anywhere else, or is not certain to be
 * JSON, does not match.
 */
export class TextTemplate {
  /** The JSON up to the text, from there to the padding, and from there to the end. */
  declare private before: string;
  declare private after: string;
  declare private end: string | undefined;
  declare private type: TextPart['type'];
  /** Templates in a row that no event has matched. */
  declare private unused: number;

  constructor() {
    this.before = '';
    this.after = '';
    this.end = undefined;
    this.type = 'text-delta';
    this.unused = 0;
  }

  /**
   * Learns from an event, once its chunk has been pushed to the reader. Returns whether there is a template now.
   *
   * @param part the only part of the chunk
   */
  learn(data: string, chunk: unknown, { type, text }: TextPart, reader: TextReader): boolean {
    if (this.unused >= mostUnused || data.length > longestEvent) return false;
    if (reader.textIn?.(chunk)?.text !== text || !isPlain(text)) return false;
    const at = data.indexOf(`"${text}"`) + 1;
    if (at < 1 || !/:\s?$/.test(data.slice(Math.max(0, at - 3), at - 1))) return false;
    const before = data.slice(0, at);
    const after = data.slice(at + text.length);
    this.unused += 1;
    if (!isThere(before, text, after, reader)) return false;
    const pad = after.indexOf(padding) + padding.length;
    const hasPadding =
      pad >= padding.length && isPadding(before + text + after.slice(0, pad), after.slice(pad));
    this.before = before;
    this.after = hasPadding ? after.slice(0, pad) : after;
    this.end = hasPadding ? after.slice(after.indexOf('"', pad)) : undefined;
    this.type = type;
    return true;
  }

  /** The part of an event that matches. */
  match(data: string): TextPart | undefined {
    const before = this.before;
    // Comparing slices is several times as fast as `startsWith`.
    if (data.slice(0, before.length) !== before) return undefined;
    const from = before.length;
    const to = endOfString(data, from);
    // An empty text gives no part.
    if (to <= from) return undefined;
    const after = this.after;
    if (this.end === undefined) {
      if (data.slice(to) !== after) return undefined;
    } else if (!this.#matchesPadding(data, to)) return undefined;
    const text = textBetween(data, from, to);
    if (text === undefined) return undefined;
    this.unused = 0;
    return { type: this.type, text };
  }

  #matchesPadding(data: string, to: number): boolean {
    const after = this.after;
    const from = to + after.length;
    if (data.slice(to, from) !== after) return false;
    const end = data.indexOf('"', from);
    return end >= 0 && data.slice(end) === this.end && isPlain(data.slice(from, end));
  }
}

const quote = 34;
const backslash = 92;
/** V8 copies slices shorter than this. Longer ones would keep the whole packet in memory, see `textBetween`. */
const shortest = 13;

/** Whether a text is in JSON as it is. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 32 || code === quote || code === backslash) return false;
  }
  return true;
}

/** The index of the quote that ends the string whose content begins here, or -1. */
function endOfString(data: string, from: number): number {
  for (let end = data.indexOf('"', from); end >= 0; end = data.indexOf('"', end + 1)) {
    let begin = end;
    while (begin > from && data.charCodeAt(begin - 1) === backslash) begin -= 1;
    if ((end - begin) % 2 === 0) return end;
  }
  return -1;
}

/** The value of the string between two quotes; `undefined` if it is not valid. */
function textBetween(data: string, from: number, to: number): string | undefined {
  if (to - from < shortest) {
    const text = data.slice(from, to);
    if (isPlain(text)) return text;
  }
  return asText(tryParse(data.slice(from - 1, to + 1)));
}

/** Whether the text of a chunk is at this place: another one there must be the text of the chunk. */
function isThere(before: string, text: string, after: string, reader: TextReader): boolean {
  return reader.textIn?.(tryParse(`${before}${text}x${after}`))?.text === `${text}x`;
}

/** The same for the padding, which must be a field of the event itself. */
function isPadding(before: string, after: string): boolean {
  const wire = asObject(tryParse(`${before}x${after}`));
  return wire?.['obfuscation'] === `x${after.slice(0, after.indexOf('"'))}`;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
