/** Any value that survives `JSON.stringify` and `JSON.parse` unchanged. */
export type JSONValue = null | string | number | boolean | readonly JSONValue[] | JSONObject;

/** A JSON object. `undefined` fields are allowed and are left out on the wire. */
export type JSONObject = { readonly [key: string]: JSONValue | undefined };

/** A JSON Schema (any draft the target's vendor takes; draft 7 and 2020-12 are checked here). */
export type JSONSchema = JSONObject;
