/**
 * What a vendor's own mode for structured output takes of JSON Schema, by its documentation: data, which `fitSchema` applies. What
 * is not in it is taken out of the schema before it is sent; the answer is still checked by the schema as the caller gave it.
 */
export interface SchemaRules {
  /** Keywords beside those of structure: `type`, `properties`, `required`, `items`, `anyOf`, `enum`, `$ref`, `title`, `description`. */
  readonly keywords: readonly string[];
  /** Formats of strings. Only with `format` among the keywords. */
  readonly formats?: readonly string[];
  /** Types that the values of an `enum` may have. */
  readonly enumTypes: readonly ('string' | 'number' | 'boolean' | 'null')[];
  /** Objects hold the properties that they name and no others. */
  readonly closed: boolean;
  /** Objects hold all properties that they name. */
  readonly allRequired: boolean;
  /** The schema as a whole is one of an object. */
  readonly objectRoot: boolean;
  /** Every schema inside says what it is: there is none for any value. */
  readonly typed: boolean;
  /** A schema may refer to itself. */
  readonly recursive: boolean;
  /** `type` may be a list. */
  readonly typeLists: boolean;
  /** The largest `minItems`. Default: any. */
  readonly mostMinItems?: number;
  /** Models that have the mode, where not all do. */
  readonly models?: RegExp;
  /** How large a schema may be in all. */
  readonly most?: {
    readonly properties?: number;
    readonly depth?: number;
    readonly enumValues?: number;
    readonly optionalProperties?: number;
    readonly unions?: number;
  };
}

/** https://platform.openai.com/docs/guides/structured-outputs#supported-schemas */
export const openaiRules: SchemaRules = {
  keywords: [
    'const',
    'pattern',
    'format',
    'multipleOf',
    'minimum',
    'maximum',
    'exclusiveMinimum',
    'exclusiveMaximum',
    'minItems',
    'maxItems',
  ],
  formats: ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'],
  enumTypes: ['string', 'number', 'boolean', 'null'],
  closed: true,
  allRequired: true,
  objectRoot: true,
  typed: true,
  recursive: true,
  typeLists: true,
  most: { properties: 5_000, depth: 10, enumValues: 1_000 },
};

/**
 * Claude, https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations, and Amazon Bedrock,
 * https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html. Patterns are left out as Anthropic's own SDK does:
 * only simple ones are taken.
 */
export const claudeRules: SchemaRules = {
  keywords: ['const', 'format', 'default', 'minItems'],
  formats: [...(openaiRules.formats ?? []), 'uri'],
  enumTypes: ['string', 'number', 'boolean', 'null'],
  closed: true,
  allRequired: false,
  objectRoot: false,
  typed: true,
  recursive: false,
  typeLists: true,
  mostMinItems: 1,
  most: { optionalProperties: 24, unions: 16 },
};
