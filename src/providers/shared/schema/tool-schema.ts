import type { ResolvedFunctionTool } from '../../../types/provider.ts';
import type { JSONObject, JSONSchema } from '../../../types/request/json.ts';
import type { Warning } from '../../../types/result/result.ts';
import { asObject, compact, type Wire } from '../../../util/json.ts';
import { fitSchema } from './fit.ts';
import { merged, resolved } from './merge.ts';
import type { SchemaRules } from './rules.ts';

/**
 * Converts the schema of a tool's arguments to an object with named properties, as vendors require. A union
 * at the root is flattened into one object; tools of MCP servers often have one
 * (https://modelcontextprotocol.io/specification).
 */
export function toToolSchema(schema: JSONSchema): JSONObject {
  const definitions = { ...asObject(schema['definitions']), ...asObject(schema['$defs']) };
  const root = merged(resolved(schema, definitions) ?? schema, definitions);
  const { anyOf, oneOf, allOf, $ref: _ref, ...rest } = root;
  const named = rest['type'] === 'object' && asObject(rest['properties']) !== undefined;
  if (root === schema && named && (anyOf ?? oneOf ?? allOf) === undefined) return withoutTuples(schema);
  const all = (members: unknown): readonly Wire[] =>
    (Array.isArray(members) ? members : []).map((member) => resolved(member, definitions) ?? {});
  const options = [...all(anyOf), ...all(oneOf)];
  const parts = [root, ...all(allOf)];
  const required = [...requiredIn(parts).flat(), ...inEach(requiredIn(options))];
  const { $defs, definitions: old } = schema;
  return withoutTuples({
    ...rest,
    ...compact({ $defs, definitions: old }),
    type: 'object',
    properties: unionOf([...parts, ...options]),
    ...(required.length === 0 ? {} : { required: [...new Set(required)] }),
  } as JSONObject);
}

/**
 * Merges the properties of several objects. Where definitions of a property differ, any of them is allowed.
 */
function unionOf(objects: readonly Wire[]): Wire {
  const schemasOf = new Map<string, Map<string, unknown>>();
  for (const { properties } of objects) {
    for (const [name, schema] of Object.entries(asObject(properties) ?? {})) {
      const schemas = schemasOf.get(name) ?? new Map<string, unknown>();
      schemasOf.set(name, schemas.set(JSON.stringify(schema), schema));
    }
  }
  const entries = [...schemasOf].map(([name, schemas]) => {
    const [only, ...others] = schemas.values();
    return [name, others.length === 0 ? only : { anyOf: [only, ...others] }] as const;
  });
  return Object.fromEntries(entries);
}

function requiredIn(objects: readonly Wire[]): readonly (readonly string[])[] {
  return objects.map(({ required }) => (Array.isArray(required) ? (required as string[]) : []));
}

function inEach([first = [], ...others]: readonly (readonly string[])[]): readonly string[] {
  return first.filter((name) => others.every((names) => names.includes(name)));
}

/**
 * Draft 7 expresses tuples as a list under `items`, which vendors reject, because they use 2020-12. Converts
 * a tuple to a list of any of its elements.
 */
export function withoutTuples(schema: JSONObject): JSONObject {
  if (!hasTuple(schema)) return schema;
  const { items, additionalItems: _rest, ...own } = schema;
  const inner = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(inner)
      : typeof value === 'object' && value !== null
        ? withoutTuples(value as JSONObject)
        : value;
  const fields = Object.entries(own).map(([keyword, value]) => [keyword, inner(value)]);
  const element = Array.isArray(items) ? { anyOf: inner(items) } : inner(items);
  return { ...Object.fromEntries(fields), ...(element === undefined ? {} : { items: element }) };
}

function hasTuple(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if (Array.isArray(node)) return node.some(hasTuple);
  return Object.entries(node).some(
    ([keyword, value]) => (keyword === 'items' && Array.isArray(value)) || hasTuple(value),
  );
}

/** The schema of a tool, and whether to use the vendor's strict mode, which requires that the schema fits. */
export function strictTool(
  { name, strict, inputSchema }: ResolvedFunctionTool,
  model: string,
  rules: SchemaRules | false,
  warnings: Warning[],
): { readonly schema: JSONObject; readonly strict: boolean | undefined } {
  const schema = toToolSchema(inputSchema);
  if (strict !== true || rules === false) return { schema, strict };
  const fitted =
    rules.models?.test(model) === false
      ? { misfit: 'the model has no strict mode' }
      : fitSchema(schema, rules);
  if ('schema' in fitted) return { schema: fitted.schema, strict };
  warnings.push({ type: 'unsupported', feature: `tool ${name}: strict`, details: fitted.misfit });
  return { schema, strict: false };
}
