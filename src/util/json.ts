import type { JSONValue } from '../types/request/json.ts';

/** Readers for vendor JSON, in which any field may be missing or differ from the documentation. */

/** A JSON object with unknown fields. */
export type Wire = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): Wire | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Wire) : undefined;
}

/** The objects in a list; an empty list for any other value. */
export function asObjects(value: unknown): readonly Wire[] {
  if (!Array.isArray(value)) return [];
  for (const entry of value) {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
      return value.map(asObject).filter((each) => each !== undefined);
  }
  return value; // the usual case
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Non-empty text: vendors send an empty string for none. */
export function asNonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A parsed JSON value. `null` counts as absent, as vendors use it. */
export function asJSON(value: unknown): JSONValue | undefined {
  return (value ?? undefined) as JSONValue | undefined;
}

/** A token count: a number of at least 0. */
export function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : undefined;
}

/** An object without its undefined fields. */
export function compact<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const kept: Partial<Record<keyof T, T[keyof T]>> = {};
  for (const key in object) if (object[key] !== undefined) kept[key] = object[key];
  return kept as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** The sum of known counts; `undefined` if all are unknown. */
export function sumKnown(...counts: readonly (number | undefined)[]): number | undefined {
  const known = counts.filter((count) => count !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, count) => sum + count, 0);
}
