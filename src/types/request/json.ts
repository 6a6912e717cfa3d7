/** Any value that survives `JSON.stringify` and `JSON.parse` unchanged. */
export type JSONValue = null | string | number | boolean | readonly JSONValue[] | JSONObject;

/** A JSON object. Fields with the value `undefined` are omitted when it is sent. */
export type JSONObject = { readonly [key: string]: JSONValue | undefined };

/** A JSON Schema in any draft that the vendor accepts. The router validates draft 7 and 2020-12. */
export type JSONSchema = JSONObject;
