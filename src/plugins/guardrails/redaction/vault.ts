/** Longest entity, bracket and number of a placeholder. */
export const longestPlaceholder = 80;

/**
 * Variants of `[EMAIL_1]` that models write: other brackets, spaces, a hyphen, Markdown escapes; without brackets, only with an
 * underscore or hyphen.
 */
const written =
  /\\?[[{⟦【]{1,2}\s?([A-Za-z][A-Za-z_]{0,40}?)(?:\\?[_ -]){0,2}#?(\d{1,6})\s?\\?[\]}⟧】]{1,2}|(?<![\p{L}\p{N}_])([A-Za-z][A-Za-z_]{0,40}?)\\?_(\d{1,6})(?![\p{L}\p{N}_])/gu;

/** The beginning of such a form at the end of a text. */
const unfinished =
  /(?:\\?[[{⟦【]{1,2}\s?(?:[A-Za-z][A-Za-z_]{0,40})?(?:\\?[_ -]){0,2}#?\d{0,6}\s?\\?[\]}⟧】]?|(?<![\p{L}\p{N}_])[A-Za-z][A-Za-z_\\]{0,42}\d{0,6}|\\)$/u;

interface Kept {
  readonly value: string;
  readonly restore: boolean;
}

/** The placeholders of one request or one session, and the values behind them. */
export class Vault {
  readonly #placeholders = new Map<string, string>();
  readonly #values = new Map<string, Kept>();
  readonly #counts = new Map<string, number>();
  /** Placeholders in the caller's own text, which stay unchanged. */
  readonly #taken = new Set<string>();

  /** Whether there is something to restore. */
  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  /** Reserves numbers that the caller's text already contains. */
  reserve(text: string): void {
    if (!/\d/.test(text)) return;
    for (const match of text.matchAll(written)) this.#taken.add(keyOf(match));
  }

  /** The placeholder of a value: the same for the same value. */
  placeholder(entity: string, value: string, restore: boolean): string {
    const name = entity.toUpperCase();
    const known = this.#placeholders.get(`${name} ${value}`);
    if (known !== undefined) return known;
    let number = this.#counts.get(name) ?? 0;
    do number += 1;
    while (this.#taken.has(`${name}_${number}`));
    this.#counts.set(name, number);
    const placeholder = `[${name}_${number}]`;
    this.#placeholders.set(`${name} ${value}`, placeholder);
    if (restore) this.#values.set(`${name}_${number}`, { value, restore });
    return placeholder;
  }

  /** The text with the values of its placeholders; unknown ones stay. `isJSON`: within a JSON string. */
  restore(text: string, isJSON: boolean): string {
    if (this.#values.size === 0 || !/\d/.test(text)) return text;
    return text.replace(written, (whole: string, ...groups: (string | undefined)[]) => {
      const kept = this.#values.get(keyOf([whole, ...groups.slice(0, 4)]));
      if (kept === undefined) return whole;
      return isJSON ? JSON.stringify(kept.value).slice(1, -1) : kept.value;
    });
  }

  /** The start of a possibly incomplete placeholder at the end of the text; the text's length if there is none. */
  holdFrom(text: string): number {
    if (this.#values.size === 0) return text.length;
    const tail = text.slice(-longestPlaceholder);
    const match = unfinished.exec(tail);
    return match === null ? text.length : text.length - tail.length + match.index;
  }

  /** Drops all values. */
  clear(): void {
    this.#placeholders.clear();
    this.#values.clear();
    this.#counts.clear();
    this.#taken.clear();
  }
}

function keyOf([, bracketed, first, joined, second]: readonly (string | undefined)[]): string {
  const name = (bracketed ?? joined ?? '').replace(/[_ -]+$/, '');
  return `${name.toUpperCase()}_${Number(first ?? second)}`;
}
