import { asked, modals, opening, phrasing, plain, relations, synonyms } from './phrasing.ts';

/** The features that two questions must have in common to share an answer. */
export interface Lexicon {
  /** The question word, the tense, and the quotes, numbers and symbols in their order, as one text. */
  readonly marks: string;
  /** All words but those that only phrase the question, in their order. */
  readonly words: readonly string[];
  /** Whether the order of the words counts, whatever phrases the question. */
  readonly isOrdered: boolean;
  /** The words that phrase it, sorted. */
  readonly phrase: string;
  /** Whether it consists only of phrasing, such as "What is it?", so that nothing can be compared. */
  readonly isEmpty: boolean;
}

/**
 * Embeddings hardly notice a number, a name or a "not", though each turns a question into another one, and in lower case a name
 * looks like any word. So two questions share an answer only if they agree in all words but those that merely phrase a question
 * (`phrasing.ts`), up to inflection and a few synonyms; in what they ask for (why, when, how …); and in the order of numbers,
 * quoted strings, and of what stands around words such as "from" and "than". The guard errs on the side of a miss: words of other
 * languages have to be the same.
 */
export function agree(one: Lexicon, other: Lexicon): boolean {
  if (one.isEmpty || one.marks !== other.marks || one.isOrdered !== other.isOrdered) return false;
  // With the same phrasing, another order is another question: who attacks whom.
  if (one.isOrdered || one.phrase === other.phrase)
    return (
      one.words.length === other.words.length &&
      one.words.every((word, index) => isSameWord(word, other.words[index] ?? ''))
    );
  const isIn = (word: string, words: readonly string[]): boolean =>
    words.some((each) => isSameWord(word, each));
  return (
    one.words.every((word) => isIn(word, other.words)) && other.words.every((word) => isIn(word, one.words))
  );
}

export function lexiconOf(text: string): Lexicon {
  const marks: string[] = [];
  // Typographic quotes and apostrophes are the same as plain ones.
  let rest = text
    .normalize('NFKC')
    .replace(/[’‘]/g, "'")
    .replace(/[“”„«»]/g, '"');
  rest = rest.replace(quoted, (_all, own: string) => {
    marks.push(`quote ${own.replace(/^["'`]|["'`]$/g, '')}`);
    return ' ';
  });
  const isPast = /\b(?:was|were|did|had)\b/i.test(rest);
  const { kinds, without } = askedFor(rest);
  const words: string[] = [];
  const phrase: string[] = [];
  let isOrdered = false;
  for (const token of without.match(tokens) ?? []) {
    const word = synonymOf(token.toLowerCase());
    // `GB` and `Gb`.
    if (/^[kmgtp]i?b(?:ps)?$/i.test(token)) marks.push(token.replace(/^./, (letter) => letter.toLowerCase()));
    if (/\p{N}/u.test(word) || /^[^\p{L}\p{N}]$/u.test(word))
      marks.push(word.replace(/(?<=\d),(?=\d{3}\b)/g, ''));
    else if (!phrasing.has(word) || isAcronym(token)) {
      words.push(word);
    } else phrase.push(word);
    // `F in C` is not `C in F`.
    if (relations.has(word) || (word.length === 1 && words.at(-1) === word)) isOrdered = true;
  }
  return {
    marks: JSON.stringify([kinds, isPast, ...marks]),
    words,
    isOrdered,
    phrase: phrase.sort(byCodeUnit).join(' '),
    isEmpty: words.length === 0 && marks.length === 0,
  };
}

const quoted = /("[^"]*"|`[^`]*`|(?<![\p{L}\p{N}])'[^']+'(?![\p{L}\p{N}]))/gu;
/**
 * Numbers with signs, separators and percent; words with inner apostrophes, digits and dots; symbols; and punctuation that stands alone
 * before a word. In any script.
 */
const tokens =
  /[-+]?[$€£¥]?\p{N}+(?:[.,:/-]\p{N}+)*[\p{L}\p{M}]*|[\p{L}_][\p{L}\p{M}\p{N}_]*(?:['.+#/-]+[\p{L}\p{M}\p{N}_]+)*[+#]*|\p{S}\p{M}*|[%*/&#@\\{}[\]-]|(?<=\s)\p{P}+(?=\s+\S)/gu;

/** What a question asks for, and its text without the words that express it. */
function askedFor(text: string): { readonly kinds: readonly string[]; readonly without: string } {
  const kinds: string[] = [];
  const opened = opening.exec(text)?.[0] ?? '';
  const inner = text.slice(opened.length);
  let without = inner.replace(plain, ' ');
  for (const [name, phrase] of asked) {
    const left: string = without.replace(phrase, ' ');
    if (left !== without) kinds.push(name);
    without = left;
  }
  const isOpen = /\b(?:what|what's|which)\b/i.test(inner) || /\w/.test(opened.replace(polite, ''));
  if (kinds.length > 0 || isOpen || without.length < inner.length) return { kinds, without };
  const modal = modals.find(([, phrase]) => phrase.test(text))?.[0] ?? 'is';
  return { kinds: [modal], without };
}

/** `US` is not `us`. */
function isAcronym(token: string): boolean {
  return /^\p{Lu}{2,}$/u.test(token);
}

/** Words that do not change a yes-or-no question. */
const polite = /\b(?:hi|hello|hey|thanks|please)\b/gi;

function synonymOf(word: string): string {
  if (word.endsWith("n't")) return 'not';
  const own = word.replace(/'s$/, '');
  return synonyms.get(own) ?? own;
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether two words are forms of one: `close`, `closes`, `closed`, `closing`. */
function isSameWord(one: string, other: string): boolean {
  return one === other || basesOf(one).some((base) => basesOf(other).includes(base));
}

/** The possible base forms of a word, by the rules of English. */
function basesOf(word: string): readonly string[] {
  const bases = [word];
  const add = (pattern: RegExp, ...endings: readonly string[]): void => {
    const stem = word.replace(pattern, '');
    if (stem === word || stem.length < 3) return;
    for (const ending of endings) bases.push(stem + ending);
    // `planned` comes from `plan`.
    if (pattern !== plural && /([bdfgklmnprt])\1$/.test(stem)) bases.push(stem.slice(0, -1));
  };
  add(plural, '');
  add(/(?<=(?:s|x|z|ch|sh|o))es$/, '');
  add(/ies$/, 'y');
  add(/ied$/, 'y');
  add(/ed$/, '', 'e');
  add(/ing$/, '', 'e');
  return bases.map((base) => synonyms.get(base) ?? base);
}

const plural = /(?<=[^su])s$/;
