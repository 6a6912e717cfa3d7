import type { JSONValue } from '../types/request/json.ts';

/**
 * Reading what a vendor sent: every field may be missing, or be something else than documented.
 */

/** A JSON object whose fields are not known. */
export type Wire = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): Wire | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Wire) : undefined;
}

/** The objects in a list; an empty list for anything else. */
export function asObjects(value: unknown): readonly Wire[] {
  if (!Array.isArray(value)) return [];
  // As it nearly always is.
  return value.every((entry) => asObject(entry) !== undefined)
    ? (value as readonly Wire[])
    : value.map(asObject).filter((entry) => entry !== undefined);
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Text that is not empty: vendors send an empty one for none. */
export function asNonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Parsed JSON as what it is. `null` counts as absent, as vendors use it. */
export function asJSON(value: unknown): JSONValue | undefined {
  return (value ?? undefined) as JSONValue | undefined;
}

/** A count of tokens: a number of at least 0. */
export function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : undefined;
}

/** An object without the fields that are undefined. */
export function compact<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const kept: Partial<Record<keyof T, T[keyof T]>> = {};
  for (const key in object) if (object[key] !== undefined) kept[key] = object[key];
  return kept as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** Sum of what is known; `undefined` where nothing is. */
export function sumKnown(...counts: readonly (number | undefined)[]): number | undefined {
  const known = counts.filter((count) => count !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, count) => sum + count, 0);
}
