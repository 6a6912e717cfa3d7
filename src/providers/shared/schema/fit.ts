import type { JSONObject, JSONSchema, JSONValue } from '../../../types/request/json.ts';
import { asObject, asText, type Wire } from '../../../util/json.ts';
import { merged } from './merge.ts';
import type { SchemaRules } from './rules.ts';

/** A schema adapted to a vendor's native mode, or the reason why the mode cannot express it. */
export type Fitted = { readonly schema: JSONObject } | { readonly misfit: string };

/** The state of fitting one schema. */
interface Fit {
  readonly rules: SchemaRules;
  readonly definitions: Wire;
  misfit: string | undefined;
  properties: number;
  optionalProperties: number;
  unions: number;
  enumValues: number;
  depth: number;
}

/**
 * Removes from a schema what a vendor's native mode does not support, as long as the result is no stricter:
 * every answer that the caller's schema allows remains possible, and the answer is still validated against
 * the original schema. Removed rules are added to the `description` as hints for the model.
 */
export function fitSchema(schema: JSONSchema, rules: SchemaRules): Fitted {
  const definitions = { ...asObject(schema['definitions']), ...asObject(schema['$defs']) };
  const fit: Fit = {
    rules,
    definitions,
    misfit: undefined,
    properties: 0,
    optionalProperties: 0,
    unions: 0,
    enumValues: 0,
    depth: 0,
  };
  const root = fitNode(inlined(schema, definitions), fit, 1);
  const $defs = mapped(definitions, (definition) => fitNode(definition, fit, 1));
  if (!rules.recursive && refersToItself(schema, definitions)) fail(fit, 'the schema is recursive');
  if (rules.objectRoot && root['type'] !== 'object') fail(fit, 'the root is not an object');
  for (const [what, most] of Object.entries(rules.most ?? {})) {
    if (fit[what as keyof NonNullable<SchemaRules['most']>] > most) fail(fit, `more than ${most} ${what}`);
  }
  if (fit.misfit !== undefined) return { misfit: fit.misfit };
  return { schema: Object.keys($defs).length === 0 ? root : { ...root, $defs } };
}

function fail(fit: Fit, misfit: string): void {
  fit.misfit ??= misfit;
}

/** Keywords that annotate a schema without constraining values. */
const annotations = [
  '$schema',
  '$id',
  '$comment',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
];
/** Keywords that the functions below handle. */
const structure = [
  ...[
    'title',
    'description',
    'type',
    'enum',
    'const',
    'anyOf',
    'oneOf',
    'allOf',
    '$ref',
    '$defs',
    'definitions',
  ],
  ...['properties', 'required', 'additionalProperties', 'items', 'prefixItems', 'additionalItems'],
];

function fitNode(node: unknown, fit: Fit, depth: number): JSONObject {
  fit.depth = Math.max(fit.depth, depth);
  const whole = asObject(node);
  if (whole === undefined) {
    if (fit.rules.typed || node === false) fail(fit, 'a schema that allows any value');
    return {};
  }
  const $ref = asText(whole['$ref']);
  if ($ref !== undefined) return { $ref: toRef($ref, fit) };
  const wire = merged(whole, fit.definitions);
  if (wire['allOf'] !== undefined) fail(fit, '`allOf`');
  const lost: Record<string, unknown> = {};
  const fitted: Record<string, JSONValue | undefined> = {
    ...fitType(wire, fit, depth),
    ...fitLiterals(wire, fit, lost),
    ...fitObject(wire, fit, depth, lost),
    ...fitArray(wire, fit, depth),
    ...fitKeywords(wire, fit, lost),
  };
  const kind = fitted['type'] ?? fitted['anyOf'] ?? fitted['enum'] ?? fitted['const'];
  if (fit.rules.typed && kind === undefined) fail(fit, 'a schema that allows any value');
  const description = described(asText(wire['description']), lost);
  const title = asText(wire['title']);
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...fitted,
  };
}

/** Converts a reference to a definition to the newer keyword, `$defs`. */
function toRef(ref: string, fit: Fit): string {
  const name = definitionIn(ref);
  if (ref === '#' || (name !== undefined && name in fit.definitions))
    return ref.replace('#/definitions/', '#/$defs/');
  fail(fit, 'a reference to something other than a definition');
  return ref;
}

function definitionIn(ref: string): string | undefined {
  return /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(ref)?.[1];
}

/** Converts types and unions: `oneOf` becomes `anyOf`, which is less strict. */
function fitType(wire: Wire, fit: Fit, depth: number): Record<string, JSONValue> {
  const { type } = wire;
  const options = [wire['anyOf'], wire['oneOf']].filter(Array.isArray);
  if (options.length > 1) fail(fit, '`anyOf` next to `oneOf`');
  if (options.length > 0) fit.unions += 1;
  const anyOf = options[0]?.map((option) => fitNode(option, fit, depth)) ?? [];
  if (Array.isArray(type)) {
    fit.unions += 1;
    if (!fit.rules.typeLists && anyOf.length === 0)
      return { anyOf: type.map((each) => ({ type: each as string })) };
  }
  return {
    ...(type === undefined ? {} : { type: type as JSONValue }),
    ...(anyOf.length === 0 ? {} : { anyOf }),
  };
}

/** Converts `enum` and `const`. If a value has an unsupported type, only the schema's type remains. */
function fitLiterals(wire: Wire, fit: Fit, lost: Record<string, unknown>): Record<string, JSONValue> {
  const only = wire['const'];
  const keepsConst = only !== undefined && fit.rules.keywords.includes('const');
  const values = Array.isArray(wire['enum']) ? wire['enum'] : only === undefined || keepsConst ? [] : [only];
  fit.enumValues += values.length;
  const types: readonly string[] = fit.rules.enumTypes;
  const expressible = [...values, ...(keepsConst ? [only] : [])].every((value) =>
    types.includes(value === null ? 'null' : typeof value),
  );
  if (expressible) {
    return {
      ...(values.length === 0 ? {} : { enum: values as JSONValue }),
      ...(keepsConst ? { const: only as JSONValue } : {}),
    };
  }
  lost['enum'] = wire['enum'] ?? [only];
  return {};
}

function fitObject(
  wire: Wire,
  fit: Fit,
  depth: number,
  lost: Record<string, unknown>,
): Record<string, JSONValue> {
  const { rules } = fit;
  const given = asObject(wire['properties']);
  if (wire['type'] !== 'object' && given === undefined) return {};
  const properties = mapped(given ?? {}, (property) => fitNode(property, fit, depth + 1));
  const names = Object.keys(properties);
  const required = Array.isArray(wire['required'])
    ? wire['required'].filter((each) => typeof each === 'string')
    : [];
  fit.properties += names.length;
  fit.optionalProperties += names.filter((each) => !required.includes(each)).length;
  if (rules.allRequired && !names.every((each) => required.includes(each))) fail(fit, 'optional properties');
  const others = wire['additionalProperties'];
  if (rules.closed) {
    // An object that names properties, without mentioning others, allows what a closed one does.
    const open = (others ?? names.length === 0) !== false || wire['patternProperties'] !== undefined;
    if (open || !required.every((each) => names.includes(each)))
      fail(fit, 'an object with unnamed properties');
  }
  if (wire['patternProperties'] !== undefined) lost['patternProperties'] = wire['patternProperties'];
  return {
    properties,
    ...(required.length === 0 ? {} : { required }),
    ...(rules.closed ? { additionalProperties: false } : {}),
    ...(rules.closed || others === undefined
      ? {}
      : { additionalProperties: typeof others === 'boolean' ? others : fitNode(others, fit, depth + 1) }),
  };
}

/** Converts lists and tuples. A tuple becomes a list of any of its elements if tuples are not supported. */
function fitArray(wire: Wire, fit: Fit, depth: number): Record<string, JSONValue> {
  if (wire['type'] !== 'array' && wire['items'] === undefined) return {};
  const { items, prefixItems = Array.isArray(items) ? items : undefined } = wire;
  const rest = Array.isArray(items) ? wire['additionalItems'] : items;
  const elements = Array.isArray(prefixItems) ? prefixItems.map((item) => fitNode(item, fit, depth + 1)) : [];
  const more = typeof rest === 'object' && rest !== null ? [fitNode(rest, fit, depth + 1)] : [];
  if (elements.length > 0 && fit.rules.keywords.includes('prefixItems'))
    return { prefixItems: elements, ...(more[0] === undefined ? {} : { items: more[0] }) };
  const [only, ...others] = distinct([...elements, ...more]);
  if (only !== undefined) return { items: others.length === 0 ? only : { anyOf: [only, ...others] } };
  if (fit.rules.typed) fail(fit, 'a list without an element schema');
  return {};
}

function distinct(schemas: readonly JSONObject[]): readonly JSONObject[] {
  return [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
}

function fitKeywords(wire: Wire, { rules }: Fit, lost: Record<string, unknown>): Record<string, JSONValue> {
  const kept: Record<string, JSONValue> = {};
  for (const [keyword, value] of Object.entries(wire)) {
    if (structure.includes(keyword) || keyword === 'patternProperties') continue;
    if (takes(rules, keyword, value)) kept[keyword] = value as JSONValue;
    else if (!annotations.includes(keyword)) lost[keyword] = value;
  }
  return kept;
}

/** Lookaround, which grammar-constrained decoding does not support. */
const lookaround = /\(\?<?[=!]/;

function takes(rules: SchemaRules, keyword: string, value: unknown): boolean {
  if (!rules.keywords.includes(keyword)) return false;
  if (keyword === 'format') return rules.formats === undefined || rules.formats.includes(String(value));
  if (keyword === 'pattern') return !lookaround.test(String(value));
  return keyword !== 'minItems' || Number(value) <= (rules.mostMinItems ?? Number.POSITIVE_INFINITY);
}

/**
 * Adds the removed rules to the description, except long ones and the bounds that every safe integer meets.
 */
function described(
  description: string | undefined,
  lost: Readonly<Record<string, unknown>>,
): string | undefined {
  const rules = Object.entries(lost)
    .filter(([, value]) => Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER)
    .map(([keyword, value]) => `${keyword}: ${JSON.stringify(value)}`)
    .filter((rule) => rule.length <= 120);
  if (rules.length === 0) return description;
  return `${description === undefined ? '' : `${description} `}(${rules.join(', ')})`;
}

/** Resolves a schema that consists of a reference. */
function inlined(schema: JSONSchema, definitions: Wire): unknown {
  const name = definitionIn(asText(schema['$ref']) ?? '');
  return (name === undefined ? undefined : definitions[name]) ?? schema;
}

function refersToItself(schema: JSONSchema, definitions: Wire): boolean {
  const open = new Set<string>();
  const done = new Set<string>();
  const reaches = (node: unknown): boolean => {
    if (typeof node !== 'object' || node === null) return false;
    return Object.entries(node).some(([key, value]) => {
      if (key === '$defs' || key === 'definitions') return false;
      return key === '$ref' && typeof value === 'string' ? follows(value) : reaches(value);
    });
  };
  const follows = (ref: string): boolean => {
    if (ref === '#' || open.has(ref)) return true;
    if (done.has(ref)) return false;
    open.add(ref);
    const found = reaches(definitions[definitionIn(ref) ?? '']);
    open.delete(ref);
    done.add(ref);
    return found;
  };
  return reaches(schema);
}

function mapped(object: Wire, map: (value: unknown) => JSONObject): Record<string, JSONObject> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}
