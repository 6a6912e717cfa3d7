import { asObject, asObjects } from '../../util/json.ts';

/**
 * Whether a JSON Schema meets the rules of OpenAI's strict mode: every object closed and all of its properties required
 * (https://platform.openai.com/docs/guides/structured-outputs, "Supported schemas"). One that does not is sent without
 * strictness rather than be refused.
 */
export function isStrict(schema: unknown): boolean {
  const node = asObject(schema);
  if (node === undefined) return true;
  const properties = asObject(node['properties']);
  if (node['type'] === 'object' || properties !== undefined) {
    if (node['additionalProperties'] !== false) return false;
    const required = Array.isArray(node['required']) ? node['required'] : [];
    if (!Object.keys(properties ?? {}).every((name) => required.includes(name))) return false;
  }
  const below = [
    ...Object.values(properties ?? {}),
    ...Object.values(asObject(node['$defs']) ?? asObject(node['definitions']) ?? {}),
    ...asObjects(node['anyOf']),
    node['items'],
  ];
  return node['oneOf'] === undefined && node['allOf'] === undefined && below.every(isStrict);
}
