import type { Finding } from '../types.ts';

/** A pattern for one kind of value. The pattern must be global and must not backtrack over long texts. */
export interface Rule {
  readonly entity: string;
  readonly pattern: RegExp;
  /** Whether a match is a value. */
  accept?(match: string, text: string, at: number): boolean;
  /** Index of the group that is the value. @default the whole match */
  readonly group?: number;
}

/** All matches of a rule. `matchAll` would copy the pattern, which takes longer than a search in a short text. */
export function matches({ entity, pattern, accept, group = 0 }: Rule, text: string, into: Finding[]): void {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [whole] = match;
    const value = match[group] ?? whole;
    const start = group === 0 ? match.index : match.index + whole.lastIndexOf(value);
    if (accept?.(value, text, start) === false) continue;
    into.push({ start, end: start + value.length, entity });
  }
}

/** Whether one of the words occurs within the forty characters before a match. */
export function isLabeled(text: string, at: number, label: RegExp): boolean {
  return label.test(text.slice(Math.max(0, at - 40), at));
}
