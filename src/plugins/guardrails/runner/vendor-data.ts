import type { JSONObject, JSONValue } from '../../../types/request/json.ts';
import type { ProviderOptions } from '../../../types/request/message.ts';

/** Fields that vendors compare or decrypt, and words of their protocols. */
const opaque =
  /^(?:type|id|status|phase|role|detail|ttl|account|index|version)$|(?:_id|Id|_type|Type)$|signature|encrypted|redacted/i;
/** Files and encrypted data, which no guard can read. */
const base64 = /^[A-Za-z\d+/_-]{256,}={0,2}$/;

/**
 * Replaces the texts in vendor data of a message or part: citations, and blocks that the vendor needs back, which some interfaces
 * pass on unchanged. `known`: texts that have already been replaced, and their replacements.
 */
export function mapOptions<T extends { readonly providerOptions?: ProviderOptions }>(
  owner: T,
  known: ReadonlyMap<string, string>,
  visit: (text: string) => string,
): T {
  const { providerOptions } = owner;
  if (providerOptions === undefined) return owner;
  const mapped = mapObject(providerOptions as JSONObject, (text) => known.get(text) ?? visit(text));
  return mapped === providerOptions ? owner : { ...owner, providerOptions: mapped as ProviderOptions };
}

/** Options of a request that are content: OpenAI's predicted output, and the variables of its stored prompts. */
const contents = new Set(['prediction', 'prompt']);

/** Replaces the texts of a request that are in its vendor options. Other options are settings. */
export function mapContentOptions<T extends { readonly providerOptions?: ProviderOptions }>(
  request: T,
  visit: (text: string) => string,
): T {
  const { providerOptions } = request;
  if (providerOptions === undefined) return request;
  let changed: Record<string, JSONObject> | undefined;
  for (const [vendor, own] of Object.entries(providerOptions))
    for (const [name, value] of Object.entries(own)) {
      if (value === undefined || !contents.has(name)) continue;
      const mapped = mapValue(value, visit);
      if (mapped === value) continue;
      changed ??= { ...providerOptions };
      changed[vendor] = { ...changed[vendor], [name]: mapped };
    }
  return changed === undefined ? request : { ...request, providerOptions: changed };
}

/** The same object if nothing in it changes. */
function mapObject(object: JSONObject, visit: (text: string) => string): JSONObject {
  let changed: Record<string, JSONValue> | undefined;
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined || opaque.test(key)) continue;
    const mapped = mapValue(value, visit);
    if (mapped === value) continue;
    changed ??= { ...object } as Record<string, JSONValue>;
    changed[key] = mapped;
  }
  return changed ?? object;
}

function mapValue(value: JSONValue, visit: (text: string) => string): JSONValue {
  if (typeof value === 'string') return mapText(value, visit);
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value)) return mapObject(value as JSONObject, visit);
  const mapped = value.map((each: JSONValue) => mapValue(each, visit));
  return mapped.some((each, index) => each !== value[index]) ? mapped : value;
}

function mapText(text: string, visit: (text: string) => string): string {
  if (text === '' || base64.test(text)) return text;
  const json = /^\s*[{[]/.test(text) ? parse(text) : undefined;
  if (json === undefined) return visit(text);
  // Arguments of calls are JSON in a text, so their content is escaped.
  const mapped = mapValue(json, visit);
  return mapped === json ? text : JSON.stringify(mapped);
}

function parse(text: string): JSONValue | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
