import {
  type Flaw,
  is,
  isObject,
  listOf,
  oneOf,
  type Shape,
  step,
  text,
  wrong,
} from '../../../util/shape.ts';
import { deepest, json } from './json.ts';
import { finite } from './request-check.ts';

/**
 * The shape of a plain JSON Schema, by the keywords of draft 7 and 2020-12
 * (https://json-schema.org/specification).
 */

const size = is('a whole number of at least 0', (value) => Number.isInteger(value) && Number(value) >= 0);
const texts = listOf(text, 'string');
const typeName = oneOf('string', 'number', 'integer', 'boolean', 'object', 'array', 'null');
const types = listOf(typeName, 'type', 1);
const typeOrTypes: Shape = (value) => (Array.isArray(value) ? types(value) : typeName(value));
// A number since draft 6, before that a flag.
const bound = is(
  'a number',
  (value) => typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)),
);
const values = is('a list of at least one value', (value) => Array.isArray(value) && value.length > 0);

type Keyword = 'schema' | 'schemas' | 'named schemas' | 'schema or schemas' | Shape;

const keywords = new Map<string, Keyword>([
  ['type', typeOrTypes],
  ['enum', (value) => values(value) ?? json(value)],
  ...['title', 'description', 'format', 'pattern', '$ref', '$schema', '$id', '$comment'].map(
    (keyword): [string, Keyword] => [keyword, text],
  ),
  ...['minimum', 'maximum', 'multipleOf'].map((keyword): [string, Keyword] => [keyword, finite]),
  ...['exclusiveMinimum', 'exclusiveMaximum'].map((keyword): [string, Keyword] => [keyword, bound]),
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'].map(
    (keyword): [string, Keyword] => [keyword, size],
  ),
  ['required', texts],
  ...['properties', 'patternProperties', 'definitions', '$defs', 'dependentSchemas'].map(
    (keyword): [string, Keyword] => [keyword, 'named schemas'],
  ),
  ...['anyOf', 'oneOf', 'allOf', 'prefixItems'].map((keyword): [string, Keyword] => [keyword, 'schemas']),
  ...[
    'additionalProperties',
    'additionalItems',
    'unevaluatedProperties',
    'unevaluatedItems',
    'propertyNames',
    'contains',
    'not',
    'if',
    'then',
    'else',
  ].map((keyword): [string, Keyword] => [keyword, 'schema']),
  ['items', 'schema or schemas'],
]);

const expected = 'a JSON Schema: an object, or true or false';

/** A JSON Schema. Keywords that are not known are annotations and may hold any JSON. */
export const jsonSchema: Shape = (value) => flawInSchema(value, 0);

function flawInSchema(value: unknown, depth: number): Flaw | undefined {
  if (typeof value === 'boolean' && depth > 0) return undefined;
  if (!isObject(value)) return wrong(expected, value);
  if (depth > deepest)
    return { path: '', expected: `a schema of at most ${deepest} levels`, got: 'more levels, or a cycle' };
  for (const keyword in value) {
    const inner = value[keyword];
    if (inner === undefined) continue;
    const flaw = flawInKeyword(keywords.get(keyword) ?? json, inner, depth + 1);
    if (flaw !== undefined) return { ...flaw, path: `${step(keyword)}${flaw.path}` };
  }
  return undefined;
}

function flawInKeyword(kind: Keyword, value: unknown, depth: number): Flaw | undefined {
  if (typeof kind === 'function') return kind(value);
  if (kind === 'schema' || (kind === 'schema or schemas' && !Array.isArray(value)))
    return flawInSchema(value, depth);
  if (kind !== 'named schemas') return listOf((each) => flawInSchema(each, depth), 'schema', 1)(value);
  if (!isObject(value)) return wrong('an object of schemas by name', value);
  for (const name in value) {
    const flaw = value[name] === undefined ? undefined : flawInSchema(value[name], depth);
    if (flaw !== undefined) return { ...flaw, path: `${step(name)}${flaw.path}` };
  }
  return undefined;
}
