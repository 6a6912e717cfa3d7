/** A text as detectors read it, with the offset of each character in the original. */
export interface Normalized {
  readonly text: string;
  /** Original offset of each character, and the original length last. */
  readonly offsets: Uint32Array;
}

/**
 * Characters that look like ASCII or like nothing, used to slip values past patterns: soft hyphens, zero-width
 * characters, fullwidth forms, Arabic-Indic digits, mathematical letters, unusual spaces and dashes.
 */
const disguised =
  /[\u00a0\u00ad\u0660-\u0669\u06f0-\u06f9\u2000-\u2015\u202f\u205f\u2060\u2212\u3000\ufeff\uff01-\uff5e\ufe6b\ufe52\ufe63]|\ud835[\udc00-\udfff]/;

const invisible = /[\u00ad\u200b-\u200f\u2060\ufeff]/;

/** Whether a part of a text has disguised characters. Most texts are ASCII, which is fast to see. */
export function isDisguised(text: string, from: number, to: number): boolean {
  for (let index = from; index < to; index++)
    if (text.charCodeAt(index) > 0x9f) return disguised.test(text.slice(index, to));
  return false;
}

/** Replaces disguised characters with the ASCII ones they stand for; `undefined` for texts without any. */
export function normalize(text: string): Normalized | undefined {
  if (!disguised.test(text)) return undefined;
  const offsets = new Uint32Array(text.length + 1);
  let normal = '';
  for (let at = 0; at < text.length; ) {
    const char = String.fromCodePoint(text.codePointAt(at) as number);
    const plain = disguised.test(char) ? plainOf(char) : char;
    for (let index = 0; index < plain.length; index++) offsets[normal.length + index] = at;
    normal += plain;
    at += char.length;
  }
  offsets[normal.length] = text.length;
  return { text: normal, offsets };
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
