import type { ProviderCall } from '../../../types/provider.ts';
import type { JSONSchema } from '../../../types/request/json.ts';
import type { Warning } from '../../../types/result/result.ts';

const anyJSON = 'Answer with one JSON object only.';

/** Creates an instruction, with a warning, for models without native schema support. */
export function schemaInstruction(schema: JSONSchema | undefined, warnings: Warning[]): string {
  if (schema === undefined) {
    const details = 'JSON is requested through an instruction';
    warnings.push({ type: 'changed', feature: 'responseFormat', details });
    return anyJSON;
  }
  const details = 'the schema is sent as an instruction';
  warnings.push({ type: 'changed', feature: 'schema', details });
  return `Answer with JSON only, and hold it to this JSON Schema: ${JSON.stringify(schema)}`;
}

/**
 * Creates an instruction if the messages do not mention JSON, which the JSON mode of OpenAI and others
 * requires (https://platform.openai.com/docs/guides/structured-outputs#json-mode).
 */
export function jsonInstruction({ messages }: ProviderCall): { readonly instruction?: string } {
  const mentions = messages.some(({ content }) =>
    typeof content === 'string'
      ? /json/i.test(content)
      : content.some((part) => part.type === 'text' && /json/i.test(part.text)),
  );
  return mentions ? {} : { instruction: anyJSON };
}
