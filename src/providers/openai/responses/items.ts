import type { JSONObject } from '../../../types/request/json.ts';
import type { ContentPart, ProviderOptions, SourcePart } from '../../../types/request/message.ts';
import { asJSON, asNonEmpty, asObject, asObjects, asText, compact, type Wire } from '../../../util/json.ts';
import { malformed, namelessCall } from '../../shared/answer/broken.ts';
import { readToolInput } from '../../shared/tools/tool-input.ts';

/** Calls of vendor tools that the application must run. */
const clientTools = new Set([
  'custom_tool_call',
  'computer_call',
  'local_shell_call',
  'shell_call',
  'apply_patch_call',
]);

/** Converts one item of an answer to parts. Items that must go back unchanged are kept in the part's options. */
export function toParts(item: Wire): readonly ContentPart[] {
  const type = typeOf(item);
  switch (type) {
    case 'message':
      return textsOf(item).flatMap((content) => textParts(item, content));
    case 'reasoning':
      return [{ type: 'reasoning', text: reasoningText(item), providerOptions: keep(item) }];
    default:
      return toWholeParts(item, type);
  }
}

/** A part that arrives complete even in a stream. */
type WholePart = Exclude<ContentPart, { readonly type: 'text' | 'reasoning' }>;

/** Converts an item that is neither a message nor reasoning. */
export function toWholeParts(item: Wire, type: string): readonly WholePart[] {
  switch (type) {
    case 'function_call':
      return [
        {
          type: 'tool-call',
          ...callOf(item),
          input: readToolInput(item['arguments']),
          providerOptions: { openai: compact({ itemId: asText(item['id']) }) },
        },
      ];
    case 'image_generation_call':
      return imageParts(item);
    case 'mcp_approval_request':
      return [...vendorParts(item, type), approvalRequest(item)];
    default:
      return clientTools.has(type) ? [clientCall(item, type)] : vendorParts(item, type);
  }
}

/** The type of an item; some servers omit it, so it may be inferred from the fields. */
export function typeOf(item: Wire): string {
  const type = asText(item['type']) ?? '';
  if (type !== '') return type;
  if (asText(item['call_id']) !== undefined && asText(item['name']) !== undefined)
    return item['input'] === undefined ? 'function_call' : 'custom_tool_call';
  return item['content'] === undefined ? '' : 'message';
}

/** The same for a complete item. */
export function knownTypeOf(item: Wire): string {
  const type = typeOf(item);
  if (type === '') throw malformed('openai', 'an item has no type');
  return type;
}

/** The id and tool name of a call. */
export function callOf(item: Wire): { readonly toolCallId: string; readonly toolName: string } {
  return {
    toolCallId: asText(item['call_id']) ?? '',
    toolName: asText(item['name']) || typeOf(item).replace(/_call$/, ''),
  };
}

/**
 * Gives the call of an item a unique id. Throws if the application would have to answer a call of an unknown tool.
 */
export function withOwnId(item: Wire, ownId: (given: unknown) => string): Wire {
  const type = knownTypeOf(item);
  if (!isClientCall(type)) return item;
  if (isNamed(type) && !asText(item['name'])) throw namelessCall('openai');
  return { ...item, call_id: ownId(asText(item['call_id']) || item['id']) };
}

/** Whether calls of this type name their tool. */
export function isNamed(type: string): boolean {
  return type === 'function_call' || type === 'custom_tool_call';
}

/** Whether the application must answer such an item with a tool result. */
export function isClientCall(type: unknown): boolean {
  return type === 'function_call' || (typeof type === 'string' && clientTools.has(type));
}

/** A piece of a message's text. */
interface Text {
  readonly index: number;
  readonly text: string;
  readonly annotations: readonly unknown[];
}

/** The texts of a message; compatible servers may send them as one string. */
export function textsOf({ content }: Wire): readonly Text[] {
  if (typeof content === 'string') return [{ index: 0, text: content, annotations: [] }];
  return (Array.isArray(content) ? content : []).flatMap((each: unknown, index): readonly Text[] => {
    const { type, text, annotations } = asObject(each) ?? {};
    // Some servers omit the type or use the name of another API.
    if (asNonEmpty(type) !== undefined && type !== 'output_text' && type !== 'text') return [];
    return [{ index, text: asText(text) ?? '', annotations: Array.isArray(annotations) ? annotations : [] }];
  });
}

function textParts(item: Wire, { text, annotations }: Text): readonly ContentPart[] {
  if (text === '' && annotations.length === 0) return [];
  return [
    { type: 'text', text, providerOptions: messageOptions(item, annotations) },
    ...sourcesIn(annotations),
  ];
}

/** Metadata that must go back with a message: id, phase, and citations. */
export function messageOptions(item: Wire, annotations: readonly unknown[]): ProviderOptions {
  const own = compact({
    itemId: asText(item['id']),
    phase: asText(item['phase']),
    annotations: annotations.length === 0 ? undefined : asJSON(annotations),
  });
  return { openai: own as JSONObject };
}

/** The reasoning summary, or the reasoning itself if the model exposes it. */
export function reasoningText(item: Wire): string {
  const summary = asObjects(item['summary']);
  const texts = summary.length > 0 ? summary : asObjects(item['content']);
  return texts.map(({ text }) => asText(text) ?? '').join('\n\n');
}

// The image is the part's data; the rest of the item is kept to reassemble it.
function imageParts(item: Wire): readonly WholePart[] {
  const { result, ...rest } = item;
  const data = asText(result) ?? '';
  if (data === '') return vendorParts(item, 'image_generation_call');
  const mediaType = `image/${asText(item['output_format']) ?? 'png'}`;
  return [{ type: 'file', data, mediaType, providerOptions: keep(rest) }];
}

function clientCall(item: Wire, type: string): WholePart {
  const given = type === 'custom_tool_call' ? item['input'] : (item['action'] ?? item['operation']);
  return {
    type: 'tool-call',
    ...callOf(item),
    input: asJSON(given) ?? {},
    providerOptions: keep(item),
  };
}

/** A call that the vendor ran itself, with its result if the item includes it. */
function vendorParts(item: Wire, type: string): readonly WholePart[] {
  const toolCallId = asText(item['id']) ?? crypto.randomUUID();
  const toolName = asText(item['name']) ?? type.replace(/_call$/, '');
  const asked = item['arguments'] ?? item['action'] ?? item['queries'] ?? item['code'];
  const input = readToolInput(asked);
  const call: WholePart = {
    type: 'tool-call',
    toolCallId,
    toolName,
    input,
    providerExecuted: true,
    providerOptions: keep(item),
  };
  const found = asJSON(item['output'] ?? item['outputs'] ?? item['results'] ?? item['error']);
  const sources = [...sourcesIn(asObject(item['action'])?.['sources']), ...sourcesIn(item['results'])];
  if (found === undefined) return [call, ...sources];
  const output = { type: 'json', value: found } as const;
  return [call, { type: 'tool-result', toolCallId, toolName, output, providerExecuted: true }, ...sources];
}

/** The approval request is the call's item itself; the response refers to its id. */
function approvalRequest(item: Wire): WholePart {
  const approvalId = asText(item['id']) ?? '';
  return { type: 'tool-approval-request', approvalId, toolCallId: approvalId };
}

export function keep(item: Wire): ProviderOptions {
  return { openai: { item: asJSON(item) } };
}

/** The pages and files that a text cites. */
export function sourcesIn(annotations: unknown): readonly SourcePart[] {
  return asObjects(annotations).flatMap((annotation): readonly SourcePart[] => {
    const url = asText(annotation['url']);
    const title = asText(annotation['title']) ?? asText(annotation['filename']);
    const named = title === undefined ? {} : { title };
    if (url !== undefined) return [{ type: 'source', sourceType: 'url', id: url, url, ...named }];
    const id = asText(annotation['file_id']);
    const filename = asText(annotation['filename']);
    const document = filename === undefined ? named : { ...named, mediaType: 'text/plain', filename };
    return id === undefined ? [] : [{ type: 'source', sourceType: 'document', id, ...document }];
  });
}
