import type { JSONSchema } from '../../types/request/json.ts';
import type { Warning } from '../../types/result/result.ts';

/** For models that take no schema by themselves: what they are told instead, with a warning. */
export function schemaInstruction(schema: JSONSchema | undefined, warnings: Warning[]): string {
  if (schema === undefined) {
    warnings.push({
      type: 'changed',
      feature: 'responseFormat',
      details: 'this model is told to answer in JSON',
    });
    return 'Answer with one JSON object only.';
  }
  const details = 'this model is told the schema in an instruction';
  warnings.push({ type: 'changed', feature: 'schema', details });
  return `Answer with JSON only, and hold it to this JSON Schema: ${JSON.stringify(schema)}`;
}
