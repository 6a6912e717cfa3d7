import { openaiRules, type SchemaRules } from '../shared/schema/rules.ts';

/** Chat Completions vendors that support less than OpenAI, or support strict mode only for some models. */

/** https://learn.microsoft.com/en-us/azure/ai-services/openai/how-to/structured-outputs, "JSON Schema support and limitations" */
export const azureRules: SchemaRules = {
  ...openaiRules,
  keywords: ['const'],
  most: { properties: 100, depth: 5, enumValues: 500 },
};

/** https://docs.x.ai/docs/guides/structured-outputs#supported-schemas; bounds of numbers and patterns are not on that page. */
export const xaiRules: SchemaRules = { ...openaiRules, keywords: ['const'] };

/** https://inference-docs.cerebras.ai/capabilities/structured-outputs */
export const cerebrasRules: SchemaRules = {
  ...openaiRules,
  keywords: [],
  recursive: false,
  typeLists: false,
  most: { properties: 500, depth: 10, enumValues: 500 },
};

/** https://docs.fireworks.ai/structured-responses/structured-response-formatting#json-schema-support */
export const fireworksRules: SchemaRules = {
  ...openaiRules,
  keywords: ['const'],
  closed: false,
  allRequired: false,
  objectRoot: false,
  typed: false,
};

/** https://console.groq.com/docs/structured-outputs#supported-models */
export const groqRules: SchemaRules = { ...openaiRules, models: /gpt-oss-(20b|120b)/ };
