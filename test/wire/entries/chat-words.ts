/** The words of Chat Completions, as short as an entry needs them. */
type Fields = Readonly<Record<string, unknown>>;

/** A chunk with one choice. */
export function chunk(delta: Fields, finish_reason: string | null = null, more: Fields = {}): Fields {
  return { choices: [{ index: 0, delta, finish_reason }], ...more };
}

/** A whole answer with one choice. */
export function completion(
  message: Fields,
  finish_reason: string | null = 'stop',
  more: Fields = {},
): Fields {
  return { choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason }], ...more };
}

/** A call of a tool, or a piece of one. */
export function call(name: string | undefined, args: unknown, more: Fields = {}): Fields {
  return {
    type: 'function',
    function: { ...(name === undefined ? {} : { name }), arguments: args },
    ...more,
  };
}

/** A delta with pieces of calls. */
export function calls(...tool_calls: readonly Fields[]): Fields {
  return { tool_calls };
}
