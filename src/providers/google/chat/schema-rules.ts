import type { SchemaRules } from '../../shared/schema/rules.ts';

/**
 * `responseJsonSchema` and `parametersJsonSchema`, https://ai.google.dev/api/generate-content#FIELDS.response_json_schema. Gemini
 * treats `oneOf` as `anyOf`, so `anyOf` is sent; it accepts recursive references only for optional properties, so none are sent.
 */
export const geminiRules: SchemaRules = {
  keywords: ['format', 'prefixItems', 'minItems', 'maxItems', 'minimum', 'maximum', 'propertyOrdering'],
  enumTypes: ['string', 'number'],
  closed: false,
  allRequired: false,
  objectRoot: false,
  typed: false,
  recursive: false,
  typeLists: true,
};
