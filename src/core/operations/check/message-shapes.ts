import {
  anything,
  type Flaw,
  fields,
  flag,
  is,
  isObject,
  listOf,
  oneOf,
  optional,
  recordOf,
  type Shape,
  text,
  wrong,
} from '../../../util/shape.ts';
import { json, jsonObject } from './json.ts';
import { name, variants } from './request-check.ts';

/** The shape of a message and its parts. An invalid one is refused here rather than by each vendor in turn. */

export const providerOptions = optional(recordOf(optional(jsonObject)));

const expectedData =
  'bytes (a Uint8Array), base64 text, an http(s) or data URL, or a reference to an uploaded file';

/** The data of a picture or file. */
export const dataContent: Shape = (value) => {
  if (typeof value === 'string' || value instanceof URL) return flawInText(String(value));
  if (value instanceof Uint8Array)
    return value.length > 0 ? undefined : { path: '', expected: expectedData, got: 'none of them' };
  if (isObject(value) && 'reference' in value) return reference(value);
  return { path: '', expected: expectedData, got: isObject(value) ? 'another object' : kindOf(value) };
};

const reference = fields({ type: oneOf('reference'), reference: recordOf(name) });

/** Only the beginning of base64 is checked, because the rest can be megabytes. */
function flawInText(value: string): Flaw | undefined {
  if (value === '') return { path: '', expected: expectedData, got: 'an empty text' };
  if (/^https?:\/\//i.test(value)) return undefined;
  if (!/^data:/i.test(value))
    return /^[\w+/=\s-]+$/.test(value.slice(0, 64)) ? undefined : notData('another text');
  const comma = value.indexOf(',');
  if (comma < 0 || comma === value.length - 1) return notData('a data URL without data');
  return /;base64$/i.test(value.slice(0, comma)) || decodes(value.slice(comma + 1))
    ? undefined
    : notData('a data URL that cannot be decoded');
}

function notData(got: string): Flaw {
  return { path: '', expected: expectedData, got };
}

function decodes(payload: string): boolean {
  try {
    decodeURIComponent(payload);
    return true;
  } catch {
    return false;
  }
}

// A value in place of data may be anything, and is not shown.
function kindOf(value: unknown): string {
  return value === null || value === undefined ? String(value) : `a ${typeof value}`;
}

const textPart = fields({ text, providerOptions });
const imagePart = fields({ image: dataContent, mediaType: optional(name), providerOptions });
const filePart = fields({ data: dataContent, mediaType: name, filename: optional(text), providerOptions });

const output = variants('type', {
  text: fields({ value: text }),
  json: fields({ value: json }),
  'error-text': fields({ value: text }),
  'error-json': fields({ value: json }),
  'execution-denied': fields({ reason: optional(text) }),
  content: fields({
    value: listOf(variants('type', { text: textPart, image: imagePart, file: filePart }), 'part'),
  }),
});

const toolResult = fields({ toolCallId: name, toolName: text, output, providerOptions });

const userPart = variants('type', { text: textPart, image: imagePart, file: filePart });
const assistantPart = variants('type', {
  text: textPart,
  reasoning: textPart,
  'tool-call': fields({
    toolCallId: name,
    toolName: text,
    input: json,
    providerExecuted: optional(flag),
    providerOptions,
  }),
  'tool-result': toolResult,
  file: filePart,
  source: fields({
    sourceType: oneOf('url', 'document'),
    id: text,
    url: optional(text),
    title: optional(text),
    mediaType: optional(text),
    filename: optional(text),
    providerOptions,
  }),
  'tool-approval-request': fields({ approvalId: name, toolCallId: text, providerOptions }),
  'reasoning-file': fields({ data: dataContent, mediaType: name, providerOptions }),
  custom: fields({
    kind: is('a kind of the form provider.kind', (value) => typeof value === 'string' && value.includes('.')),
    providerOptions,
  }),
});
const toolPart = variants('type', {
  'tool-result': toolResult,
  'tool-approval-response': fields({
    approvalId: name,
    approved: flag,
    reason: optional(text),
    providerOptions,
  }),
});

/** A string, or a list of parts. */
function textOr(parts: Shape): Shape {
  const expected = 'a string or a list of parts';
  return (value) => {
    if (typeof value === 'string') return undefined;
    return Array.isArray(value) ? parts(value) : wrong(expected, value);
  };
}

const message = variants('role', {
  system: fields({ content: text, providerOptions }),
  user: fields({ content: textOr(listOf(userPart, 'part')), providerOptions }),
  assistant: fields({ content: textOr(listOf(assistantPart, 'part')), providerOptions }),
  tool: fields({ content: listOf(toolPart, 'tool result'), providerOptions }),
});

/** The messages of a request. */
export const messages = listOf(message, 'message', 1);

/** A request in the format of another interface, which only its provider reads. */
export const origin = optional(fields({ format: name, request: anything }));
