import type { JSONObject, JSONSchema } from '../../../types/request/json.ts';
import { fitSchema } from './fit.ts';
import type { SchemaRules } from './rules.ts';
import { withoutTuples } from './tool-schema.ts';

/**
 * A schema for OpenAI's `json_schema`: strict if it fits the strict mode, otherwise unchanged. `undefined` if
 * its root is not an object, which neither mode accepts.
 */
export function strictFormat(
  schema: JSONSchema,
  model: string,
  rules: SchemaRules | false,
): { readonly schema: JSONObject; readonly strict: boolean } | undefined {
  if (rules === false) return { schema, strict: true };
  if (rules.models?.test(model) !== false) {
    const fitted = fitSchema(schema, rules);
    if ('schema' in fitted) return { schema: fitted.schema, strict: true };
  }
  if (rules.objectRoot && schema['type'] !== 'object') return undefined;
  return { schema: withoutTuples(schema), strict: false };
}
