import type { JSONObject, JSONSchema, JSONValue } from '../../../types/request/json.ts';
import { asObject, asText, type Wire } from '../../../util/json.ts';
import { merged } from './merge.ts';
import type { SchemaRules } from './rules.ts';

/** A schema as a vendor's own mode takes it, or why that mode cannot express it. */
export type Fitted = { readonly schema: JSONObject } | { readonly misfit: string };

/** What one schema comes to. */
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
 * Takes out of a schema what a vendor's mode does not take, where what is left asks for no less: any answer that the caller's
 * schema allows is still possible, and its check is the caller's schema as it was. Rules that are taken out stand in the
 * `description`, for the model to read.
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
  if (!rules.recursive && refersToItself(schema, definitions)) fail(fit, 'it refers to itself');
  if (rules.objectRoot && root['type'] !== 'object') fail(fit, 'it is not one of an object');
  for (const [what, most] of Object.entries(rules.most ?? {})) {
    if (fit[what as keyof NonNullable<SchemaRules['most']>] > most) fail(fit, `more than ${most} ${what}`);
  }
  if (fit.misfit !== undefined) return { misfit: fit.misfit };
  return { schema: Object.keys($defs).length === 0 ? root : { ...root, $defs } };
}

function fail(fit: Fit, misfit: string): void {
  fit.misfit ??= misfit;
}

/** What only says something about a schema, and rules nothing. */
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
/** What the functions below look at. */
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
    if (fit.rules.typed || node === false) fail(fit, 'a schema of any value');
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
  const says = fitted['type'] ?? fitted['anyOf'] ?? fitted['enum'] ?? fitted['const'];
  if (fit.rules.typed && says === undefined) fail(fit, 'a schema of any value');
  const description = described(asText(wire['description']), lost);
  const title = asText(wire['title']);
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...fitted,
  };
}

/** References are to definitions, under the newer of their two names. */
function toRef(ref: string, fit: Fit): string {
  const name = definitionIn(ref);
  if (ref === '#' || (name !== undefined && name in fit.definitions))
    return ref.replace('#/definitions/', '#/$defs/');
  fail(fit, 'a reference to something else than a definition');
  return ref;
}

function definitionIn(ref: string): string | undefined {
  return /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(ref)?.[1];
}

/** Types, and unions: `oneOf` is said as `anyOf`, which asks for less. */
function fitType(wire: Wire, fit: Fit, depth: number): Record<string, JSONValue> {
  const { type } = wire;
  const options = [wire['anyOf'], wire['oneOf']].filter(Array.isArray);
  if (options.length > 1) fail(fit, '`anyOf` beside `oneOf`');
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

/** Where no value of an `enum` is of a kind that can be said, the type alone has to do. */
function fitLiterals(wire: Wire, fit: Fit, lost: Record<string, unknown>): Record<string, JSONValue> {
  const only = wire['const'];
  const keepsConst = only !== undefined && fit.rules.keywords.includes('const');
  const values = Array.isArray(wire['enum']) ? wire['enum'] : only === undefined || keepsConst ? [] : [only];
  fit.enumValues += values.length;
  const types: readonly string[] = fit.rules.enumTypes;
  const sayable = [...values, ...(keepsConst ? [only] : [])].every((value) =>
    types.includes(value === null ? 'null' : typeof value),
  );
  if (sayable) {
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
  if (rules.allRequired && !names.every((each) => required.includes(each)))
    fail(fit, 'properties that can be left out');
  const others = wire['additionalProperties'];
  if (rules.closed) {
    // One that says nothing of further properties, and names some, allows what a closed one does.
    const open = (others ?? names.length === 0) !== false || wire['patternProperties'] !== undefined;
    if (open || !required.every((each) => names.includes(each)))
      fail(fit, 'an object with properties that it does not name');
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

/** A tuple is said as one where it can be, and else as a list of any of its elements. */
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
  if (fit.rules.typed) fail(fit, 'a list of anything');
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

/** Looking ahead or back is beyond the machines that hold a model to a pattern. */
const lookaround = /\(\?<?[=!]/;

function takes(rules: SchemaRules, keyword: string, value: unknown): boolean {
  if (!rules.keywords.includes(keyword)) return false;
  if (keyword === 'format') return rules.formats === undefined || rules.formats.includes(String(value));
  if (keyword === 'pattern') return !lookaround.test(String(value));
  return keyword !== 'minItems' || Number(value) <= (rules.mostMinItems ?? Number.POSITIVE_INFINITY);
}

/** What a model is to read rather than be held to: short rules, and none that every integer meets. */
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

/** A schema that is only a reference, as what it refers to. */
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
