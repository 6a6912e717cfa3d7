import type { JSONSchema } from '../../../types/request/json.ts';
import type { Schema, StandardSchema } from '../../../types/request/schema.ts';
import { refuse } from '../../../util/option-check.ts';

/** Refuses anything but a JSON Schema or a Standard Schema. */
export function checkSchema(path: string, schema: unknown): void {
  const isObject = (typeof schema === 'object' && schema !== null) || typeof schema === 'function';
  if (!isObject) refuse(path, 'a JSON Schema or a Standard Schema', String(schema));
}

/** Whether a value matches a schema. */
export async function matchesSchema(value: unknown, schema: Schema): Promise<boolean> {
  if ('~standard' in schema) {
    const result = await (schema as StandardSchema)['~standard'].validate(value);
    return result.issues === undefined;
  }
  const { Validator } = await import('@cfworker/json-schema');
  return new Validator(schema as JSONSchema as object).validate(value).valid;
}
