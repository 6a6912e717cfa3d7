import type { ProviderCall } from '../../types/provider.ts';
import type { Warning } from '../../types/result/result.ts';
import { compact, type Wire } from '../../util/json.ts';
import { jsonInstruction, schemaInstruction } from '../shared/schema/instruction.ts';
import { strictFormat } from '../shared/schema/response-format.ts';
import { openaiRules } from '../shared/schema/rules.ts';
import type { Quirks } from './quirks.ts';

/** Requests JSON by the vendor's own mode, by an instruction, or by both. */
export function toFormat(
  call: ProviderCall,
  { jsonSchema = 'json_schema', schema: rules = openaiRules }: Quirks,
  warnings: Warning[],
): { readonly responseFormat?: Wire; readonly instruction?: string } {
  const { responseFormat, model } = call;
  if (responseFormat === undefined) return {};
  const { name, description, schema } = responseFormat;
  const anyObject = { type: 'json_object' };
  if (schema === undefined && jsonSchema !== 'instruction')
    return { responseFormat: anyObject, ...jsonInstruction(call) };
  if (schema === undefined || jsonSchema !== 'json_schema') {
    const instruction = schemaInstruction(schema, warnings);
    return jsonSchema === 'json_object' ? { responseFormat: anyObject, instruction } : { instruction };
  }
  const format = strictFormat(schema, model, rules);
  if (format === undefined) return { instruction: schemaInstruction(schema, warnings) };
  return { responseFormat: { type: 'json_schema', json_schema: compact({ name, description, ...format }) } };
}
