import type { JSONObject, JSONValue } from '../../types/request/json.ts';
import type { ToolOutput } from '../../types/request/message.ts';

/** The arguments of a tool call: parsed, `{}` where there are none, and the text itself where it is not JSON. */
export function parseToolInput(text: string): JSONValue {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) as JSONValue;
  } catch {
    return text;
  }
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
