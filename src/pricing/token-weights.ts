/**
 * How many tokens each character of a text adds, by its kind and the kind of the one before it: a word costs one token where it
 * begins, digits a third each, and text that alternates between cases and digits, such as base64, almost one a character. Least
 * squares over 1,500 characters at a time of prose in twelve languages, source code, JSON, CSV, markup, logs and encoded data against
 * `o200k_base` (https://github.com/openai/tiktoken), the tokenizer of OpenAI's models; each kind of text counts the same.
 */

const lower = 0;
const upper = 1;
const digit = 2;
const space = 3;
const newline = 4;
const punctuation = 5;

/** Kinds of ASCII characters. */
const kinds = /* @__PURE__ */ Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[a-z]/.test(character)) return lower;
  if (/[A-Z]/.test(character)) return upper;
  if (/[0-9]/.test(character)) return digit;
  if (/[\n\r]/.test(character)) return newline;
  return /\s/.test(character) ? space : punctuation;
});

/** In hundredths of a token. Rows: the character before; columns: the character. */
const columns = 6;
const weights = /* @__PURE__ */ Uint8Array.of(
  ...[0, 55, 135, 0, 185, 65],
  ...[95, 25, 65, 10, 0, 30],
  ...[60, 200, 35, 0, 125, 80],
  ...[100, 0, 165, 0, 25, 145],
  ...[0, 80, 25, 50, 55, 80],
  ...[100, 55, 90, 0, 0, 20],
);

/** Letters after this many in a row make no word of a language, and cost `longWord` each. */
const longestWord = 16;
const longWord = 40;

/** Weights of other characters, whatever is before them, by the code unit at which a range ends. */
const others: readonly (readonly [end: number, weight: number])[] = [
  [0x0370, 185], // Latin with accents
  [0x0590, 25], // Greek, Cyrillic, Armenian
  [0x0900, 35], // Hebrew, Arabic
  [0x1100, 40], // scripts of India, Thai, Lao
  [0x1e00, 70],
  [0x2000, 185], // Latin with accents
  [0x2070, 200], // typographic punctuation
  [0x3000, 70],
  [0x3040, 200], // East Asian punctuation
  [0x3100, 65], // kana
  [0x3400, 70],
  [0xa000, 60], // Chinese characters
  [0xff00, 70], // Hangul; halves of emoji and rare characters
  [0xfff0, 200], // fullwidth punctuation
  [0x10000, 70],
];

/** The same for each sixteen code units. */
const otherWeights = /* @__PURE__ */ others.reduceRight(
  (filled, [end, weight]) => filled.fill(weight, 0, end >> 4),
  new Uint8Array(4096),
);

/** Estimated tokens from `start` to `end`, in code units. */
export function weigh(text: string, start: number, end: number): number {
  let hundredths = 0;
  // What follows other characters follows them as it does letters.
  const first = start === 0 ? 32 : text.charCodeAt(start - 1);
  let row = first < 128 ? (kinds[first] as number) * columns : lower;
  let letters = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code >= 128) {
      hundredths += otherWeights[code >> 4] as number;
      row = lower;
      letters = 0;
      continue;
    }
    const kind = kinds[code] as number;
    hundredths += weights[row + kind] as number;
    row = kind * columns;
    letters = kind === lower ? letters + 1 : 0;
    if (letters > longestWord) hundredths += longWord;
  }
  return hundredths / 100;
}
