/**
 * The subset of JSON Schema that a vendor's structured output supports, according to its documentation.
 * `fitSchema` removes everything else before sending; the answer is still validated against the caller's
 * schema.
 */
export interface SchemaRules {
  /**
   * Keywords in addition to the structural ones: `type`, `properties`, `required`, `items`, `anyOf`, `enum`,
   * `$ref`, `title`, `description`.
   */
  readonly keywords: readonly string[];
  /** Supported string formats, if `format` is among the keywords. */
  readonly formats?: readonly string[];
  /** Types allowed for `enum` values. */
  readonly enumTypes: readonly ('string' | 'number' | 'boolean' | 'null')[];
  /** Objects allow only named properties. */
  readonly closed: boolean;
  /** All named properties are required. */
  readonly allRequired: boolean;
  /** The root is an object. */
  readonly objectRoot: boolean;
  /** Every subschema declares its type; none allows any value. */
  readonly typed: boolean;
  /** Recursive schemas are allowed. */
  readonly recursive: boolean;
  /** `type` may be a list. */
  readonly typeLists: boolean;
  /**
   * Largest `minItems`.
   *
   * @default no limit
   */
  readonly mostMinItems?: number;
  /**
   * Models that have the mode.
   *
   * @default all
   */
  readonly models?: RegExp;
  /** Size limits for the whole schema. */
  readonly most?: {
    /** Properties of all objects together. */
    readonly properties?: number;
    /** Levels of nesting. */
    readonly depth?: number;
    /** Values of all enums together. */
    readonly enumValues?: number;
    /** Properties of all objects that are not required. */
    readonly optionalProperties?: number;
    /** Subschemas with alternatives. */
    readonly unions?: number;
  };
}

const openaiFormats: readonly string[] = [
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
];

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
  formats: openaiFormats,
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
 * Claude, https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations,
 * and Amazon Bedrock, https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html. Patterns
 * are removed, as in Anthropic's SDK, because only simple ones are supported.
 */
export const claudeRules: SchemaRules = {
  keywords: ['const', 'format', 'default', 'minItems'],
  formats: /* @__PURE__ */ openaiFormats.concat('uri'),
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
