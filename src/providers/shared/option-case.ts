import type { JSONObject } from '../../types/request/json.ts';

/** The `origin` of requests that came in through the AI SDK. */
export const aiSdkFormat = 'ai-sdk';

/** Options that contain data, whose keys must not be changed. */
const data = new Set([
  'metadata',
  'headers',
  'logitBias',
  'input_schema',
  'inputSchema',
  'schema',
  'extraBody',
  'reasoning_details',
  'annotations',
]);

/** Options whose wire name is not their snake_case spelling, and those of content, where only these names change. */
export const renamed: Readonly<Record<string, string>> = {
  textVerbosity: 'verbosity',
  imageDetail: 'detail',
  promptCacheBreakpoint: 'prompt_cache_breakpoint',
};

/** The AI SDK's spelling of options in their vendors' names; others stay as they are. */
export function camelKeys(options: JSONObject): JSONObject {
  const entries = Object.entries(options);
  return Object.fromEntries(
    entries.map(([name, value]) => [name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()), value]),
  );
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Converts option names to snake_case, as most vendors spell them, recursively except within data. */
export function snakeDeep(value: unknown, key = ''): unknown {
  if (data.has(key) || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((entry) => snakeDeep(entry));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [renamed[name] ?? snake(name), snakeDeep(inner, name)]),
  );
}
