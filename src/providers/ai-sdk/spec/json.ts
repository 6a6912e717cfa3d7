/** JSON by the specification. */
export type Json = null | string | number | boolean | Json[] | { [key: string]: Json | undefined };
/** A JSON object by the specification. */
export type JsonObject = { [key: string]: Json | undefined };
/** Options or metadata, by provider. */
export type Keyed = Record<string, JsonObject>;
