import { RequestError } from '../../errors.ts';
import type { JSONSchema } from '../../types/request/json.ts';
import type { Schema, StandardSchema } from '../../types/request/schema.ts';
import { check } from './check/request-check.ts';
import { jsonSchema } from './check/schema-shape.ts';

/** Whether a schema implements Standard Schema, as opposed to plain JSON Schema. */
export function isStandardSchema(schema: Schema): schema is StandardSchema {
  return '~standard' in schema && typeof schema['~standard'] === 'object' && schema['~standard'] !== null;
}

/**
 * The JSON Schema to send to a model. A Standard Schema provides its input form; its objects are closed, because vendors' strict
 * modes require that. A plain JSON Schema is sent unchanged.
 */
export function toJSONSchema(field: string, schema: Schema): JSONSchema {
  // The schemas of some libraries are functions.
  if (
    (typeof schema !== 'object' && typeof schema !== 'function') ||
    schema === null ||
    Array.isArray(schema)
  ) {
    const got = schema === null ? 'null' : Array.isArray(schema) ? 'a list' : typeof schema;
    throw new RequestError(field, 'a JSON Schema or a Standard Schema', got);
  }
  if (!isStandardSchema(schema)) {
    check(field, jsonSchema, schema);
    return schema;
  }
  const standard = schema['~standard'];
  if (standard.jsonSchema === undefined) {
    const expected =
      'a JSON Schema, or a Standard Schema that can be converted to one (`~standard.jsonSchema`)';
    throw new RequestError(field, expected, `a schema of ${standard.vendor} without it`);
  }
  let json: unknown;
  try {
    json = standard.jsonSchema.input({ target: 'draft-7' });
  } catch {
    throw new RequestError(
      field,
      'a schema that JSON Schema can express',
      `a schema of ${standard.vendor} with other types`,
    );
  }
  return close(json) as JSONSchema;
}

function close(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(close);
  if (typeof node !== 'object' || node === null) return node;
  // A member of an intersection stays open for the other members.
  const copy = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, key === 'allOf' ? value : close(value)]),
  );
  const isObject = copy['type'] === 'object' && copy['properties'] !== undefined;
  return isObject && !('additionalProperties' in copy) ? { ...copy, additionalProperties: false } : copy;
}
