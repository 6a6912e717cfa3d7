import type { JSONObject, JSONValue } from '../../../types/request/json.ts';

/** An object without the fields that are `undefined` or `null`, which in these protocols mean the same. */
export function given<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined | null> } {
  const kept = Object.entries(object).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined | null> };
}

/** The fields that are given and not among those names. */
export function others(object: object, names: readonly string[]): JSONObject {
  const kept = Object.entries(given(object)).filter(([name]) => !names.includes(name));
  return Object.fromEntries(kept) as JSONObject;
}

/** What came as JSON, as JSON. */
export function asJSON(value: unknown): JSONValue {
  return value as JSONValue;
}

/** An object that came as JSON; an empty one is left out. */
export function unlessEmpty(object: object): JSONObject | undefined {
  return Object.keys(object).length === 0 ? undefined : (object as JSONObject);
}
