import type { JSONValue } from '../types/request/json.ts';
import { fromBase64, toBase64 } from './data-content.ts';

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

const bytesKey = '$bytes';
const urlKey = '$url';

/** A value as text for a store. Bytes and addresses keep their types; functions are left out. */
export function toStored(value: unknown): string {
  return JSON.stringify(storable(value));
}

export function fromStored(text: string): unknown {
  return JSON.parse(text, revive);
}

function storable(value: unknown): unknown {
  if (value instanceof Uint8Array) return { [bytesKey]: toBase64(value) };
  if (value instanceof URL) return { [urlKey]: value.href };
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  if (isLibrarySchema(value)) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, storable(each)]));
}

/**
 * Whether a value is a schema of a library, which is an object of functions; its caller restores it. A JSON Schema made by Zod is
 * not one, although it has the same mark: hidden, on a plain object (https://zod.dev/json-schema).
 */
function isLibrarySchema(value: object): boolean {
  if (!('~standard' in value)) return false;
  const isPlain = Object.getPrototypeOf(value) === Object.prototype;
  return !isPlain || Object.prototype.propertyIsEnumerable.call(value, '~standard');
}

function revive(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { [bytesKey]: bytes, [urlKey]: url } = value as Wire;
  if (typeof bytes === 'string') return fromBase64(bytes);
  return typeof url === 'string' ? new URL(url) : value;
}
