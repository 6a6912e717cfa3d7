import type { JSONObject, JSONValue } from '../../../types/request/json.ts';

/** Removes fields that are `undefined` or `null`; these protocols treat both as absent. */
export function given<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined | null> } {
  const kept = Object.entries(object).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined | null> };
}

/** The present fields that are not in `names`. */
export function others(object: object, names: readonly string[]): JSONObject {
  const kept = Object.entries(given(object)).filter(([name]) => !names.includes(name));
  return Object.fromEntries(kept) as JSONObject;
}

/** Types a value that was parsed from JSON. */
export function asJSON(value: unknown): JSONValue {
  return value as JSONValue;
}

/** Types an object that was parsed from JSON; `undefined` for an empty one. */
export function unlessEmpty(object: object): JSONObject | undefined {
  return Object.keys(object).length === 0 ? undefined : (object as JSONObject);
}
