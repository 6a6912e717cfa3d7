/** The `origin` of requests that came in through the AI SDK. */
export const aiSdkFormat = 'ai-sdk';

/** What stands in an option is data, and its keys are not ours to change. */
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

/** Options with another name, or another place, than their spelling says. */
export const renamed: Readonly<Record<string, string>> = {
  textVerbosity: 'verbosity',
  imageDetail: 'detail',
};

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Options in snake_case, as most vendors spell them, with all that is inside but data. */
export function snakeDeep(value: unknown, key = ''): unknown {
  if (data.has(key) || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((entry) => snakeDeep(entry));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [renamed[name] ?? snake(name), snakeDeep(inner, name)]),
  );
}
