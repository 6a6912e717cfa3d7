import type { JSONObject, JSONValue } from '../../../types/request/json.ts';
import type { ToolOutput } from '../../../types/request/message.ts';
import { asJSON } from '../../../util/json.ts';

/**
 * Parses the arguments of a tool call: `{}` for an empty text, and the text itself if it is not JSON. Some
 * models write `null` for no arguments, and some write JSON inside a JSON string.
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

/** Reads the arguments of a tool call, sent as JSON text or as a value. */
export function readToolInput(given: unknown): JSONValue {
  return typeof given === 'string' ? parseToolInput(given) : (asJSON(given) ?? {});
}

/** Reads the arguments of one tool call from pieces of JSON text. */
export interface ToolInputReader {
  /** The text received so far. */
  text(): string;
  /** Adds a piece and returns the text that can be passed on so far. */
  push(piece: string): string;
  /** The arguments, and the remaining text to pass on. */
  end(): { readonly input: JSONValue; readonly rest: string };
}

/**
 * Creates a reader for the arguments of one call. Text that does not begin as an object is held back until it
 * is complete and then passed on as parsed by `parseToolInput`, so that the joined pieces equal the
 * arguments.
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

/** Creates a reader for a tool that accepts any text. */
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

/** Prints the arguments of a tool call, for vendors that require text. */
export function printToolInput(input: JSONValue): string {
  return typeof input === 'string' ? input : JSON.stringify(input);
}

/**
 * Converts the arguments of a tool call to an object, for vendors that require one. Other values go under
 * `input`.
 */
export function toInputObject(input: JSONValue): JSONObject {
  return typeof input === 'object' && input !== null && !Array.isArray(input)
    ? (input as JSONObject)
    : { input };
}

/**
 * Prints the output of a tool, for vendors that accept only text. Parts other than text are left to the
 * caller.
 */
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
