import { inspect } from 'node:util';

/** Everything that a caller sees, errors included. */
export async function seenBy(run: () => Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(flat(await run()));
  } catch (error) {
    return `${inspect(error, { depth: 8 })} ${JSON.stringify(error)}`;
  }
}

/** Whether a value is in a text, as it is or escaped in JSON, which may itself be escaped. */
export function contains(text: string, value: string): boolean {
  return (
    text.includes(value) ||
    (/["\\]/.test(value) && (text.includes(escaped(value)) || text.includes(escaped(escaped(value)))))
  );
}

const escaped = (value: string): string => JSON.stringify(value).slice(1, -1);

/** Fields that come in pieces. */
const pieces = new Set([
  'text',
  'delta',
  'content',
  'thinking',
  'partial_json',
  'arguments',
  'args',
  'q',
  'summary',
  'choices',
  'input',
  'function',
  'tool_calls',
  'tool_call_chunks',
  'function_call',
  'reasoning_content',
  'reasoning',
  'kwargs',
]);

/** Text in pieces counts as one text; the pieces are joined beside what came. */
function flat(value: unknown): unknown {
  const joined: string[] = [];
  const walk = (each: unknown): void => {
    if (typeof each === 'string') joined.push(each);
    else if (Array.isArray(each)) each.forEach(walk);
    else if (typeof each === 'object' && each !== null)
      for (const [key, inner] of Object.entries(each)) if (pieces.has(key)) walk(inner);
  };
  walk(value);
  return [value, joined.join('')];
}
