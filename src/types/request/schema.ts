import type { JSONSchema } from './json.ts';

/**
 * A schema from zod, valibot, arktype or any other library that implements Standard Schema
 * (https://standardschema.dev). To be sent to a model, it must also provide JSON Schema through
 * `~standard.jsonSchema` (zod ≥ 4.2, arktype, valibot's adapter).
 */
export interface StandardSchema<Output = unknown> {
  /** The interface that the standard defines. */
  readonly '~standard': {
    /** Version of the standard. */
    readonly version: 1;
    /** Name of the library, such as `zod`. */
    readonly vendor: string;
    /** Checks a value. Returns the validated value, or what is wrong with it. */
    readonly validate: (
      value: unknown,
    ) => StandardSchemaResult<Output> | Promise<StandardSchemaResult<Output>>;
    /** Types of values before and after validation. Exists at compile time only. */
    readonly types?:
      | {
          /** The type before validation. */
          readonly input: unknown;
          /** The type after validation. */
          readonly output: Output;
        }
      | undefined;
    /** Conversion to JSON Schema. `undefined` if the library has none. */
    readonly jsonSchema?:
      | {
          /** The schema of values before validation. `target` is a version, such as `draft-2020-12`. */
          readonly input: (options: { readonly target: string }) => Record<string, unknown>;
          /** The schema of values after validation. `target` is a version, such as `draft-2020-12`. */
          readonly output: (options: { readonly target: string }) => Record<string, unknown>;
        }
      | undefined;
  };
}

/** The result of a validation: the value, or the issues. */
export type StandardSchemaResult<Output> =
  | {
      /** The validated value, with the schema's conversions and defaults. */
      readonly value: Output;
      /** `undefined` if the value is valid. */
      readonly issues?: undefined;
    }
  | {
      /** What is wrong with the value, at least one. */
      readonly issues: readonly StandardSchemaIssue[];
    };

/** One thing that is wrong with a value. */
export interface StandardSchemaIssue {
  /** What is wrong, in words. */
  readonly message: string;
  /** Where in the value: the keys from the outside in. `undefined` for the value itself. */
  readonly path?:
    | readonly (
        | PropertyKey
        | {
            /** The property's name or the index. */
            readonly key: PropertyKey;
          }
      )[]
    | undefined;
}

/** A JSON Schema object or a Standard Schema. */
export type Schema<Output = unknown> = JSONSchema | StandardSchema<Output>;

/** The output type of a schema: `unknown` for a plain JSON Schema. */
export type InferSchema<S> = S extends StandardSchema<infer Output> ? Output : unknown;
