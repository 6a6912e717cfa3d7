/** A text normalized for detectors, with the offset of each character in the original. */
export interface Normalized {
  readonly text: string;
  /** Original offset of each character, and the original length last. */
  readonly offsets: Uint32Array;
  /** The start of an incomplete escape; the original length if there is none. */
  readonly cut: number;
}

/**
 * Characters that look like ASCII or are invisible, used to hide values from patterns: soft hyphens, zero-width characters,
 * fullwidth forms, Arabic-Indic digits, mathematical letters, unusual spaces and dashes.
 */
const disguised =
  /[\u00a0\u00ad\u0660-\u0669\u06f0-\u06f9\u2000-\u2015\u202f\u205f\u2060\u2212\u3000\ufeff\uff01-\uff5e\ufe6b\ufe52\ufe63]|\ud835[\udc00-\udfff]/;

const invisible = /[\u00ad\u200b-\u200f\u2060\ufeff]/;

/** Letters of Latin beyond ASCII, of Greek and of Cyrillic, which addresses may have. */
export function isEuropean(code: number): boolean {
  return code >= 0xc0 && code <= 0x52f;
}

/** Whether a part of a text has disguised characters. Most texts are ASCII, which is fast to detect. */
export function isDisguised(text: string, from: number, to: number): boolean {
  for (let index = from; index < to; index++)
    if (text.charCodeAt(index) > 0x9f) return disguised.test(text.slice(index, to));
  return false;
}

/**
 * Replaces disguised characters with their ASCII equivalents and, in JSON, escapes with their characters; `undefined` for texts
 * without any.
 */
export function normalize(text: string, isJSON = false): Normalized | undefined {
  if (!disguised.test(text) && !(isJSON && text.includes('\\'))) return undefined;
  const offsets = new Uint32Array(text.length + 1);
  let normal = '';
  let cut = text.length;
  for (let at = 0; at < text.length; ) {
    const coded = isJSON ? escapeAt(text, at) : undefined;
    if (isJSON && coded === undefined && unfinished.test(text.slice(at, at + 6))) cut = Math.min(cut, at);
    const char = coded === undefined ? charAt(text, at) : (JSON.parse(`"${coded}"`) as string);
    const plain = disguised.test(char) ? plainOf(char) : char;
    for (let index = 0; index < plain.length; index++) offsets[normal.length + index] = at;
    normal += plain;
    at += (coded ?? char).length;
  }
  offsets[normal.length] = text.length;
  return { text: normal, offsets, cut };
}

/** Whether a text has JSON escapes, like tool results and quoted objects. */
export function isEscaped(text: string): boolean {
  return text.includes('\\') && /\\(?:["\\/]|u[\da-fA-F]{4})/.test(text);
}

/** A part of a text, normalized and without its escapes. */
export function unescaped(part: string): string {
  return part.replace(/\\(?:u[\da-fA-F]{4}|["\\/bfnrt])/g, (coded) => JSON.parse(`"${coded}"`));
}

/** Where the character at a position ends. */
export function endOf(text: string, at: number, isJSON: boolean): number {
  return at + ((isJSON ? escapeAt(text, at) : undefined) ?? charAt(text, at)).length;
}

function charAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) as number);
}

const unfinished = /^\\(?:u[\da-fA-F]{0,3})?$/;

function escapeAt(text: string, at: number): string | undefined {
  if (text.charCodeAt(at) !== 92) return undefined;
  return /^\\(?:u[\da-fA-F]{4}|["\\/bfnrt])/.exec(text.slice(at, at + 6))?.[0];
}

/** At most as long as the original. */
function plainOf(char: string): string {
  if (invisible.test(char)) return '';
  const code = char.charCodeAt(0);
  if (code >= 0x2010 && code <= 0x2015) return '-';
  if (code === 0x2212) return '-';
  if (code >= 0x660 && code <= 0x669) return String(code - 0x660);
  if (code >= 0x6f0 && code <= 0x6f9) return String(code - 0x6f0);
  const composed = char.normalize('NFKC');
  return composed.length <= char.length ? composed : char;
}
