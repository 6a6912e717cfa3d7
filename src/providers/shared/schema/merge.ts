import { asObject, asText, type Wire } from '../../../util/json.ts';

const objectKeywords = ['type', 'properties', 'required', 'additionalProperties', 'title', 'description'];

/**
 * Expands `allOf` where this is unambiguous: for objects with different properties, and for a single schema.
 * Returns any other schema unchanged.
 */
export function merged(schema: Wire, definitions: Wire): Wire {
  const { allOf, ...own } = schema;
  if (!Array.isArray(allOf) || allOf.length === 0) return schema;
  const members = allOf.map((member) => resolved(member, definitions));
  if (members.some((member) => member === undefined)) return schema;
  const [only = {}, ...others] = members as Wire[];
  const ownRules = Object.keys(own).filter((keyword) => keyword !== 'title' && keyword !== 'description');
  if (others.length === 0 && ownRules.length === 0) return { ...only, ...own };
  return mergedObjects([...(members as Wire[]), ...(ownRules.length === 0 ? [] : [own])], own) ?? schema;
}

/**
 * Merges objects into one with all their properties. `undefined` if one is not an object, or if two define a
 * property differently.
 */
function mergedObjects(schemas: readonly Wire[], own: Wire): Wire | undefined {
  const properties: Record<string, unknown> = {};
  const required = new Set<string>();
  for (const schema of schemas) {
    if (!isPlainObject(schema)) return undefined;
    for (const [name, property] of Object.entries(asObject(schema['properties']) ?? {})) {
      if (name in properties && JSON.stringify(properties[name]) !== JSON.stringify(property))
        return undefined;
      properties[name] = property;
    }
    for (const name of Array.isArray(schema['required']) ? schema['required'] : [])
      required.add(String(name));
  }
  const closed = schemas.some((schema) => schema['additionalProperties'] === false);
  const { title, description } = own;
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    type: 'object',
    properties,
    required: [...required],
    ...(closed ? { additionalProperties: false } : {}),
  };
}

function isPlainObject(schema: Wire): boolean {
  const { type, properties, additionalProperties: others } = schema;
  const object =
    type === 'object' || (type === undefined && (properties ?? schema['required']) !== undefined);
  const known = Object.keys(schema).every((keyword) => objectKeywords.includes(keyword));
  return object && known && (others === undefined || typeof others === 'boolean');
}

/** Resolves a schema that refers to a definition. */
export function resolved(schema: unknown, definitions: Wire): Wire | undefined {
  const wire = asObject(schema);
  const ref = asText(wire?.['$ref']);
  if (ref === undefined) return wire;
  const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(ref)?.[1];
  return name === undefined ? undefined : asObject(definitions[name]);
}
