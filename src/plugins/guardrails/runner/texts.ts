import type { AnyRequest } from '../../../types/plugin.ts';
import type { JSONValue } from '../../../types/request/json.ts';
import type {
  ContentPart,
  DataContent,
  FilePart,
  ImagePart,
  Message,
  TextPart,
  ToolApprovalResponsePart,
  ToolOutput,
  ToolResultPart,
} from '../../../types/request/message.ts';
import { fromBase64, toBase64 } from '../../../util/data-content.ts';
import type { GuardContext, GuardStage } from '../types.ts';
import { mapContentOptions, mapOptions } from './vendor-data.ts';

/** The place of a text. */
export interface Place {
  readonly stage: GuardStage;
  readonly role: GuardContext['role'];
  readonly part: GuardContext['part'];
  /** It precedes the last assistant message, so an earlier request contained it. */
  readonly isHistory: boolean;
}

/** Returns the replacement for a text. */
export type Visit = (text: string, place: Place) => string;

type AnyPart = ContentPart | ImagePart | ToolApprovalResponsePart;

/** A request with every text replaced by the result of `visit`, always in the same order. */
export function mapRequest<Request extends AnyRequest>(request: Request, visit: Visit): Request {
  const whole = { stage: 'input', role: 'user', part: 'text', isHistory: false } as const;
  if ('messages' in request) {
    const messages = mapMessages(request.messages, visit);
    return mapContentOptions({ ...request, messages }, (text) => visit(text, { ...whole, part: 'data' }));
  }
  if ('values' in request) return { ...request, values: request.values.map((value) => visit(value, whole)) };
  if (!('prompt' in request) || request.prompt === undefined) return request;
  return { ...request, prompt: visit(request.prompt, whole) };
}

function mapMessages(messages: readonly Message[], visit: Visit): readonly Message[] {
  const last = messages.findLastIndex(({ role }) => role === 'assistant');
  return messages.map((message, index): Message => {
    const { role, content } = message;
    const place = { stage: 'input', role, part: 'text', isHistory: index <= last } as const;
    const inOptions: Place = { ...place, part: 'data' };
    const own = mapOptions(message, new Map(), (text) => visit(text, inOptions));
    if (typeof content === 'string') return { ...own, content: visit(content, place) } as Message;
    return { ...own, content: content.map((part) => mapPart(part, place, visit)) } as Message;
  });
}

/** The same for one part of a message or an answer, with the vendor's own data in it. */
export function mapPart<Part extends AnyPart>(part: Part, place: Place, visit: Visit): Part {
  if (part.providerOptions === undefined) return mapShown(part, place, visit);
  const known = new Map<string, string>();
  const shown = mapShown(part, place, (text, at) => {
    const mapped = visit(text, at);
    known.set(text, mapped);
    return mapped;
  });
  const inOptions = { ...place, ...placeOfOptions(part) };
  return mapOptions(shown, known, (text) => visit(text, inOptions));
}

/** A vendor's block of a call that it ran itself contains the result. */
function placeOfOptions({ type }: AnyPart): Partial<Place> {
  if (type === 'tool-call' || type === 'tool-result') return { stage: 'tool-result', part: 'tool' };
  if (type === 'text' || type === 'source') return { part: 'source' };
  return { part: type === 'reasoning' ? 'reasoning' : 'data' };
}

function mapShown<Part extends AnyPart>(part: Part, place: Place, visit: Visit): Part;
function mapShown(part: AnyPart, place: Place, visit: Visit): AnyPart {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return { ...part, text: visit(part.text, { ...place, part: part.type }) };
    case 'image':
      return { ...part, image: mapData(part.image, part.mediaType, place, visit) };
    case 'file':
    case 'reasoning-file':
      return mapFile(part as FilePart, place, visit);
    case 'tool-call': {
      const inCall: Place = { ...place, stage: 'tool-call', part: 'tool' };
      return { ...part, input: mapJSON(part.input, (text) => visit(text, inCall)) };
    }
    case 'tool-result':
      return mapToolResult(part, place, visit);
    case 'source':
      return mapFields(part, ['id', 'url', 'title', 'filename'], (text) =>
        visit(text, { ...place, part: 'source' }),
      );
    case 'tool-approval-response':
      return mapFields(part, ['reason'], (text) => visit(text, place));
    default:
      return part;
  }
}

function mapToolResult(part: ToolResultPart, place: Place, visit: Visit): ToolResultPart {
  const inResult: Place = { ...place, stage: 'tool-result', part: 'tool' };
  return { ...part, output: mapOutput(part.output, inResult, visit) };
}

function mapOutput(output: ToolOutput, place: Place, visit: Visit): ToolOutput {
  switch (output.type) {
    case 'text':
    case 'error-text':
      return { ...output, value: visit(output.value, place) };
    case 'json':
    case 'error-json':
      return { ...output, value: mapJSON(output.value, (text) => visit(text, place)) };
    case 'execution-denied':
      return mapFields(output, ['reason'], (text) => visit(text, place));
    default:
      return {
        ...output,
        value: output.value.map((part): TextPart | ImagePart | FilePart =>
          part.type === 'text' ? { ...part, text: visit(part.text, place) } : mapPart(part, place, visit),
        ),
      };
  }
}

function mapFile(part: FilePart, place: Place, visit: Visit): FilePart {
  const { filename } = part;
  return {
    ...part,
    data: mapData(part.data, part.mediaType, place, visit),
    ...(filename === undefined ? {} : { filename: visit(filename, { ...place, part: 'file-name' }) }),
  };
}

const textual =
  /^(?:text\/|application\/(?:json|xml|yaml|x-yaml|javascript|sql|x-ndjson|toml)|[\w.-]+\/[\w.-]+\+(?:json|xml))/i;

/** The text of text files, and URLs; other data stays unchanged. */
function mapData(data: DataContent, mediaType: string | undefined, place: Place, visit: Visit): DataContent {
  const inData: Place = { ...place, part: 'data' };
  if (data instanceof Uint8Array) {
    if (mediaType === undefined || !textual.test(mediaType)) return data;
    const text = new TextDecoder().decode(data);
    const mapped = visit(text, inData);
    return mapped === text ? data : new TextEncoder().encode(mapped);
  }
  if (typeof data === 'object' && !(data instanceof URL)) return data;
  const source = String(data);
  const inline = /^data:([^;,]*)[^,]*,/i.exec(source);
  if (inline === null && /^https?:\/\//i.test(source)) return visit(source, inData);
  if (!textual.test(mediaType ?? inline?.[1] ?? '')) return data;
  const isBase64 = inline === null || /;base64,$/i.test(inline[0]);
  const payload = source.slice(inline?.[0].length ?? 0);
  const text = isBase64 ? new TextDecoder().decode(fromBase64(payload)) : decodeURIComponent(payload);
  const mapped = visit(text, inData);
  if (mapped === text) return data;
  const encoded = isBase64 ? toBase64(new TextEncoder().encode(mapped)) : encodeURIComponent(mapped);
  return `${inline?.[0] ?? ''}${encoded}`;
}

/** JSON with its strings and keys replaced, and numbers as long as a phone number's. */
export function mapJSON(value: JSONValue, visit: (text: string) => string): JSONValue {
  if (typeof value === 'string') return visit(value);
  if (typeof value === 'number') {
    const text = String(value);
    if (text.length < 7) return value;
    const mapped = visit(text);
    return mapped === text ? value : mapped;
  }
  if (Array.isArray(value)) return value.map((each) => mapJSON(each, visit));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [visit(key), mapJSON(each as JSONValue, visit)]),
  );
}

function mapFields<T extends object>(
  object: T,
  fields: readonly (keyof T)[],
  visit: (text: string) => string,
): T {
  const mapped = { ...object };
  for (const field of fields) {
    const text = object[field];
    if (typeof text === 'string') mapped[field] = visit(text) as T[keyof T];
  }
  return mapped;
}
