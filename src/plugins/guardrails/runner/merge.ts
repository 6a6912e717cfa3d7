import type { Replacement } from '../types.ts';

/** A replacement and the guard that demands it. */
export interface Owned extends Replacement {
  readonly guard: string;
}

/**
 * Replacements in order and without overlaps: of two that overlap, the longer one counts, then the earlier one, then the first
 * guard's.
 */
export function merge(all: readonly Owned[]): readonly Owned[] {
  if (all.length < 2) return all;
  const order = [...all].sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start);
  const kept: Owned[] = [];
  for (const each of order)
    if (kept.every(({ start, end }) => each.end <= start || each.start >= end)) kept.push(each);
  return kept.sort((a, b) => a.start - b.start);
}

/** The text with its replacements, which are merged. */
export function replaceAll(
  text: string,
  replacements: readonly Owned[],
  toText: (replacement: Owned, value: string) => string,
): string {
  if (replacements.length === 0) return text;
  let done = '';
  let at = 0;
  for (const each of replacements) {
    done += text.slice(at, each.start) + toText(each, text.slice(each.start, each.end));
    at = each.end;
  }
  return done + text.slice(at);
}
