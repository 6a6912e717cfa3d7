import type { JSONSchema } from './json.ts';

/**
 * A schema of zod, valibot, arktype or any library that speaks Standard Schema (https://standardschema.dev).
 * To be sent to a model it must also say itself in JSON Schema: `~standard.jsonSchema` (zod ≥ 4.2, arktype, valibot's adapter).
 */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (
      value: unknown,
    ) => StandardSchemaResult<Output> | Promise<StandardSchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
    readonly jsonSchema?:
      | {
          readonly input: (options: { readonly target: string }) => Record<string, unknown>;
          readonly output: (options: { readonly target: string }) => Record<string, unknown>;
        }
      | undefined;
  };
}

export type StandardSchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardSchemaIssue[] };

export interface StandardSchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** A JSON Schema object, or a schema of any Standard Schema library. */
export type Schema<Output = unknown> = JSONSchema | StandardSchema<Output>;

/** The type that a schema validates to: `unknown` for a plain JSON Schema. */
export type InferSchema<S> = S extends StandardSchema<infer Output> ? Output : unknown;
