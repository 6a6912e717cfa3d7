import type { Detector } from '../types.ts';
import { isEuropean, type Normalized } from './normalize.ts';

/** Longest group of numbers with spaces, such as an IBAN or a card. */
const longestGroup = 64;

/**
 * ASCII without spaces, characters that `normalize` converts to it, and letters of European scripts. Other scripts end a value.
 */
function isRun(code: number): boolean {
  if ((code > 32 && code < 127) || isEuropean(code)) return true;
  if (code < 0xad) return false;
  return (
    code === 0xad ||
    (code >= 0x660 && code <= 0x669) ||
    (code >= 0x6f0 && code <= 0x6f9) ||
    (code >= 0x200b && code <= 0x2015) ||
    code === 0x2060 ||
    code === 0x2212 ||
    (code >= 0xd800 && code <= 0xdfff) ||
    code === 0xfe6b ||
    code === 0xfe52 ||
    code === 0xfe63 ||
    code === 0xfeff ||
    (code >= 0xff01 && code <= 0xff5e)
  );
}

function isSpace(code: number): boolean {
  return (
    code === 32 || code === 0xa0 || (code >= 0x2000 && code <= 0x200a) || code === 0x202f || code === 0x3000
  );
}

/** Tokens of values with spaces: digits, or up to four capitals before or between them. */
const inGroup = /\d|^[(+]*[A-Z]{1,4}$|^[(+]+$/;
/** The same while the token is still growing. */
const mayJoin = /^[(+]*[A-Z]{0,4}$|\d/;

/**
 * The start of the last run of characters without spaces, extended over preceding groups of numbers: no value
 * of the built-in detectors that is complete before it can grow, and none that may grow begins before it.
 */
export function holdRun(text: string, from: number): number {
  const { length } = text;
  let start = length;
  let isWord = true;
  for (; start > from; start--) {
    const code = text.charCodeAt(start - 1);
    if (!isRun(code)) break;
    if (code < 58 || (code > 127 && !isEuropean(code))) isWord = false;
  }
  // The usual case: a word, which no number continues.
  if (isWord && start < length && text.charCodeAt(start) > 96) return start;
  const last = text.slice(start);
  if (last !== '' && last.length <= longestGroup && !mayJoin.test(plainDigits(last))) return start;
  const limit = Math.max(from, length - longestGroup);
  for (;;) {
    let end = start;
    while (end > limit && start - end < 2 && isSpace(text.charCodeAt(end - 1))) end--;
    if (end === start || end <= limit) return start;
    let before = end;
    while (before > from && isRun(text.charCodeAt(before - 1))) before--;
    if (before === end || !inGroup.test(plainDigits(text.slice(before, end)))) return start;
    start = before;
  }
}

/** Disguised digits count as digits here. */
function plainDigits(token: string): string {
  return /^[\x21-\x7e]*$/.test(token)
    ? token
    : token.normalize('NFKC').replace(/[\u0660-\u0669\u06f0-\u06f9]/g, '0');
}

/** The default: everything except as many characters as the longest match. */
function holdLongest(text: string, from: number, longest: number): number {
  const at = Math.max(from, text.length - longest);
  const code = text.charCodeAt(at);
  // Never between the two halves of a character.
  return at > from && code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}

/** The position from which a detector's text is not final. */
export function holdOf({ hold, longest }: Detector, text: string, from: number): number {
  return Math.max(hold?.(text, from) ?? holdLongest(text, from, longest), text.length - longest);
}

/** The same in a text of JSON, whose escapes count as the characters that they encode. */
export function holdEscaped(detector: Detector, { text, offsets, cut }: Normalized, from: number): number {
  const indexOf = (offset: number): number => {
    let index = 0;
    while (index < text.length && (offsets[index] as number) < offset) index++;
    return index;
  };
  // An unfinished escape can become any character, so it belongs to the text before it.
  const end = indexOf(cut);
  const held = holdOf(detector, text.slice(0, end), indexOf(from));
  return held >= end ? cut : (offsets[held] as number);
}
