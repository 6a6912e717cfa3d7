import type { JSONObject, JSONValue } from '../../types/request/json.ts';
import type { ToolOutput } from '../../types/request/message.ts';
import { asJSON } from '../../util/json.ts';

/**
 * The arguments of a tool call: parsed, `{}` where there are none, and the text itself where it is not JSON. Some models write
 * `null` for no arguments, and some write JSON inside a JSON string.
 */
export function parseToolInput(text: string): JSONValue {
  if (text.trim() === '') return {};
  const value = parse(text);
  if (value === undefined) return text;
  if (value === null) return {};
  if (typeof value !== 'string') return value;
  const inside = parseToolInput(value);
  return typeof inside === 'object' ? inside : value;
}

function parse(text: string): JSONValue | undefined {
  try {
    return JSON.parse(text) as JSONValue;
  } catch {
    return undefined;
  }
}

/** The arguments of a tool call from a vendor that sends them as JSON text, as a value, or either. */
export function readToolInput(given: unknown): JSONValue {
  return typeof given === 'string' ? parseToolInput(given) : (asJSON(given) ?? {});
}

/** The arguments of one tool call, as JSON text that comes in pieces. */
export interface ToolInputReader {
  /** All text so far. */
  text(): string;
  /** Takes a piece, and gives the text that can be passed on by now. */
  push(piece: string): string;
  /** The arguments, and the text that is left to pass on. */
  end(): { readonly input: JSONValue; readonly rest: string };
}

/**
 * A reader for the arguments of one call. Text that does not begin as an object is held back until it is whole: what is passed
 * on then is what `parseToolInput` makes of it, so that whoever joins the pieces has the same arguments.
 */
export function toolInputReader(): ToolInputReader {
  let text = '';
  let passing = false;
  return {
    text: () => text,
    push(piece) {
      text += piece;
      if (passing) return piece;
      passing = /^\s*\{/.test(text);
      return passing ? text : '';
    },
    end() {
      const input = parseToolInput(text);
      return { input, rest: passing || text.trim() === '' ? '' : printToolInput(input) };
    },
  };
}

/** The same for a tool that takes any text. */
export function textReader(): ToolInputReader {
  let text = '';
  return {
    text: () => text,
    push(piece) {
      text += piece;
      return piece;
    },
    end: () => ({ input: text, rest: '' }),
  };
}

/** The arguments of a tool call as text, for vendors that want them so. */
export function printToolInput(input: JSONValue): string {
  return typeof input === 'string' ? input : JSON.stringify(input);
}

/** The arguments of a tool call as an object, for vendors that take nothing else; what is no object stands under `input`. */
export function toInputObject(input: JSONValue): JSONObject {
  return typeof input === 'object' && input !== null && !Array.isArray(input)
    ? (input as JSONObject)
    : { input };
}

/** What a tool gave back as text, for vendors that take nothing else. Parts that are no text are left to the caller. */
export function printToolOutput(output: ToolOutput): string {
  switch (output.type) {
    case 'text':
    case 'error-text':
      return output.value;
    case 'json':
    case 'error-json':
      return JSON.stringify(output.value);
    case 'execution-denied':
      return output.reason ?? 'The call of this tool was not allowed.';
    case 'content':
      return output.value.map((part) => (part.type === 'text' ? part.text : '')).join('');
  }
}
