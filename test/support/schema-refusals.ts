import type { InterfaceName } from '../wire/interfaces.ts';

/**
 * What vendors' servers refuse in a JSON Schema, as their documentation has it: the judge of what is sent to them. Written apart
 * from the rules in `src/`, as lists of what is allowed where.
 */

type Node = Readonly<Record<string, unknown>>;

interface Judge {
  /** All keywords that may stand in a schema. */
  readonly allowed: readonly string[];
  readonly formats?: readonly string[];
  check?(node: Node, path: string): string | undefined;
  root?(schema: Node): string | undefined;
}

const always = [
  'type',
  'title',
  'description',
  'properties',
  'required',
  'items',
  'anyOf',
  'enum',
  '$ref',
  '$defs',
  'additionalProperties',
];
const openaiFormats = ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'];

const isObject = (node: Node): boolean => node['type'] === 'object' || node['properties'] !== undefined;
const closed = (node: Node, path: string): string | undefined =>
  isObject(node) && node['additionalProperties'] !== false
    ? `${path}: additionalProperties has to be false`
    : undefined;
const complete = (node: Node, path: string): string | undefined => {
  const names = Object.keys((node['properties'] ?? {}) as Node);
  const required = (node['required'] ?? []) as readonly string[];
  const same = names.length === required.length && names.every((name) => required.includes(name));
  return isObject(node) && !same ? `${path}: required has to name every property` : undefined;
};
const typed = (node: Node, path: string): string | undefined =>
  ['type', 'anyOf', 'enum', 'const', '$ref'].some((keyword) => keyword in node)
    ? undefined
    : `${path}: no type`;
const itemized = (node: Node, path: string): string | undefined =>
  node['type'] === 'array' && (typeof node['items'] !== 'object' || Array.isArray(node['items']))
    ? `${path}: items`
    : undefined;
const objectRoot = (schema: Node): string | undefined =>
  schema['type'] === 'object' && !('anyOf' in schema) ? undefined : 'the root has to be an object';
const first =
  (...checks: readonly NonNullable<Judge['check']>[]): NonNullable<Judge['check']> =>
  (node, path) => {
    for (const check of checks) {
      const fault = check(node, path);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };

/** https://platform.openai.com/docs/guides/structured-outputs#supported-schemas */
const openai: Judge = {
  allowed: [
    ...always,
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
  check: first(closed, complete, typed, itemized),
  root: objectRoot,
};

/** https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations */
const claude: Judge = {
  allowed: [...always, 'const', 'allOf', 'default', 'format', 'minItems'],
  formats: [...openaiFormats, 'uri'],
  check: first(closed, typed, (node, path) =>
    Number(node['minItems'] ?? 0) > 1 ? `${path}: minItems` : undefined,
  ),
  root: (schema) => (circular(schema) ? 'recursive' : undefined),
};

/** https://ai.google.dev/api/generate-content#FIELDS.response_json_schema */
const gemini: Judge = {
  allowed: [
    ...always,
    '$id',
    '$anchor',
    'format',
    'prefixItems',
    'minItems',
    'maxItems',
    'minimum',
    'maximum',
    'oneOf',
    'propertyOrdering',
  ],
  check: (node, path) => {
    const values = (node['enum'] ?? []) as readonly unknown[];
    if (values.some((value) => typeof value !== 'string' && typeof value !== 'number'))
      return `${path}: enum`;
    const beside = Object.keys(node).filter((keyword) => !keyword.startsWith('$'));
    return '$ref' in node && beside.length > 0 ? `${path}: ${beside[0]} beside $ref` : undefined;
  },
  root: (schema) => (circular(schema) ? 'a circle in a required property' : undefined),
};

/** https://docs.x.ai/docs/guides/structured-outputs#supported-schemas */
const xai: Judge = { ...openai, allowed: [...always, 'const'] };

const judges: Partial<Record<InterfaceName, Judge>> = {
  openai,
  'openai-responses': openai,
  compatible: openai,
  groq: openai,
  anthropic: claude,
  google: gemini,
  xai,
  azure: xai,
};

function circular(schema: Node): boolean {
  const definitions = (schema['$defs'] ?? {}) as Readonly<Record<string, Node>>;
  const reaches = (node: unknown, above: readonly string[]): boolean => {
    if (typeof node !== 'object' || node === null) return false;
    return Object.entries(node).some(([key, value]) => {
      if (key === '$defs') return false;
      if (key !== '$ref') return reaches(value, above);
      const ref = String(value);
      return (
        ref === '#' ||
        above.includes(ref) ||
        reaches(definitions[ref.replace('#/$defs/', '')], [...above, ref])
      );
    });
  };
  return reaches(schema, []) || Object.values(definitions).some((node) => reaches(node, []));
}

function fault(node: unknown, judge: Judge, path: string): string | undefined {
  if (typeof node !== 'object' || node === null)
    return typeof node === 'boolean' ? undefined : `${path}: no schema`;
  const schema = node as Node;
  for (const keyword of Object.keys(schema))
    if (!judge.allowed.includes(keyword)) return `${path}: ${keyword} is not permitted`;
  if (judge.formats !== undefined && 'format' in schema && !judge.formats.includes(String(schema['format'])))
    return `${path}: ${schema['format']} is not a valid format`;
  const own = judge.check?.(schema, path);
  if (own !== undefined) return own;
  const below: (readonly [string, unknown])[] = [
    ...Object.entries((schema['properties'] ?? {}) as Node).map(
      ([name, inner]) => [`properties.${name}`, inner] as const,
    ),
    ...Object.entries((schema['$defs'] ?? {}) as Node).map(
      ([name, inner]) => [`$defs.${name}`, inner] as const,
    ),
    ...['anyOf', 'oneOf', 'allOf', 'prefixItems'].flatMap((keyword) =>
      ((schema[keyword] ?? []) as readonly unknown[]).map(
        (inner, index) => [`${keyword}[${index}]`, inner] as const,
      ),
    ),
    ...['items', 'additionalProperties']
      .filter((keyword) => keyword in schema)
      .map((keyword) => [keyword, schema[keyword]] as const),
  ];
  for (const [step, inner] of below) {
    const found = fault(inner, judge, `${path}.${step}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Format {
  readonly schema?: Node;
  readonly strict?: boolean;
}

/** The schema in a request that its vendor's own mode is to hold to, if there is one. */
export function nativeSchema(body: unknown): Format | undefined {
  const wire = body as {
    response_format?: { json_schema?: Format };
    text?: { format?: Format };
    output_config?: { format?: Format };
    generationConfig?: { responseJsonSchema?: Node };
  };
  const gemini = wire.generationConfig?.responseJsonSchema;
  const format = wire.response_format?.json_schema ?? wire.text?.format ?? wire.output_config?.format;
  return gemini === undefined ? format : { schema: gemini };
}

/** Why a vendor refuses the schema of a request; `undefined` where it does not. */
export function schemaRefusal(name: InterfaceName, body: unknown): string | undefined {
  const format = nativeSchema(body);
  const judge = judges[name];
  if (format?.schema === undefined || judge === undefined) return undefined;
  // Without strictness only what it is one of is looked at.
  if (format.strict === false) return objectRoot(format.schema);
  return judge.root?.(format.schema) ?? fault(format.schema, judge, '$');
}
