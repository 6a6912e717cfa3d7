import type { JSONSchema } from './json.ts';

/**
 * A schema from zod, valibot, arktype or any other library that implements Standard Schema
 * (https://standardschema.dev). To be sent to a model, it must also provide JSON Schema through
 * `~standard.jsonSchema` (zod ≥ 4.2, arktype, valibot's adapter).
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

/** A JSON Schema object or a Standard Schema. */
export type Schema<Output = unknown> = JSONSchema | StandardSchema<Output>;

/** The output type of a schema: `unknown` for a plain JSON Schema. */
export type InferSchema<S> = S extends StandardSchema<infer Output> ? Output : unknown;
