/** JSON as the specification has it. */
export type Json = null | string | number | boolean | Json[] | { [key: string]: Json | undefined };
/** A JSON object as the specification has it. */
export type JsonObject = { [key: string]: Json | undefined };
/** Options or metadata, by provider. */
export type Keyed = Record<string, JsonObject>;
