import type { SchemaRules } from '../../shared/schema/rules.ts';

/**
 * `responseJsonSchema` and `parametersJsonSchema`, https://ai.google.dev/api/generate-content#FIELDS.response_json_schema. It
 * takes `oneOf` for `anyOf`, so that is what it gets; and a reference to itself only where the property may be left out, so
 * it gets none.
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
