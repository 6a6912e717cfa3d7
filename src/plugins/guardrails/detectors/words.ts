import { checkObject, refuse, show } from '../../../util/option-check.ts';
import type { Detector, Finding } from '../types.ts';

/** Options of `words`. */
export interface WordsOptions {
  /** Kind of the finding, in capitals. @default 'WORD' */
  readonly entity?: string;
  /** Whether capitals must match. @default false */
  readonly caseSensitive?: boolean;
}

interface Phrase {
  readonly text: string;
  /** The start of its first word. */
  readonly lead: number;
}

/**
 * Finds words and phrases as whole words, in a time independent of the length of the list.
 *
 * @throws ConfigError for an empty list, or entries without a letter or digit
 * @example
 * guardrails([block(words(['Project Bluebird', 'acquisition']))])
 */
export function words(list: readonly string[], options: WordsOptions = {}): Detector {
  checkObject('words', options, ['entity', 'caseSensitive']);
  if (!Array.isArray(list) || list.length === 0) refuse('words', 'a list of words', show(list));
  const { entity = 'WORD', caseSensitive = false } = options;
  const fold = (text: string): string => (caseSensitive ? text : text.toLowerCase());
  const phrases = new Map<string, Phrase[]>();
  let longest = 0;
  for (const entry of list) {
    const first = typeof entry === 'string' ? word().exec(entry) : null;
    if (first === null) refuse('words', 'entries with a letter or digit', show(entry));
    const key = fold(first[0]);
    phrases.set(key, [...(phrases.get(key) ?? []), { text: fold(entry), lead: first.index }]);
    longest = Math.max(longest, entry.length);
  }
  return {
    name: 'words',
    longest: longest + 1,
    find(text) {
      const found: Finding[] = [];
      for (const match of text.matchAll(word())) {
        for (const phrase of phrases.get(fold(match[0])) ?? []) {
          const start = match.index - phrase.lead;
          const end = start + phrase.text.length;
          if (start < 0 || fold(text.slice(start, end)) !== phrase.text) continue;
          if (endsWord(text, end)) found.push({ start, end, entity });
        }
      }
      return found;
    },
    hold(text, from) {
      const tail = text.slice(Math.max(from, text.length - longest - 1));
      const offset = text.length - tail.length;
      for (const match of tail.matchAll(word())) {
        const isLast = match.index + match[0].length === tail.length;
        const rest = fold(tail.slice(match.index));
        const grows = (phrases.get(fold(match[0])) ?? []).some(
          ({ text: phrase, lead }) =>
            phrase.slice(lead).startsWith(rest.slice(0, phrase.length - lead)) &&
            rest.length <= phrase.length - lead,
        );
        if (isLast || grows) return Math.max(from, offset + match.index - longestLead(phrases));
      }
      return text.length - longestLead(phrases) < from ? from : text.length - longestLead(phrases);
    },
  };
}

/**
 * Finds names of a list, such as customers or employees, as whole words with their capitals.
 *
 * @example
 * redact(names(['Ada Lovelace', 'Grace Hopper']), { restore: true })
 */
export function names(list: readonly string[]): Detector {
  return { ...words(list, { entity: 'NAME', caseSensitive: true }), name: 'names' };
}

/** Words of any script. A new expression per use: a global one has state. */
function word(): RegExp {
  return /[\p{L}\p{N}_\p{M}]+/gu;
}

function endsWord(text: string, end: number): boolean {
  const isWord = /[\p{L}\p{N}_]/u;
  if (!isWord.test(text.slice(end - 1, end))) return true;
  const next = text.codePointAt(end);
  return next === undefined || !isWord.test(String.fromCodePoint(next));
}

/** Punctuation before the first word of an entry, as in `.env`. */
function longestLead(phrases: ReadonlyMap<string, readonly Phrase[]>): number {
  let lead = 0;
  for (const list of phrases.values()) for (const phrase of list) lead = Math.max(lead, phrase.lead);
  return lead;
}
