import { printToolInput } from '../../../providers/shared/tools/tool-input.ts';
import type {
  FilePart,
  ProviderOptions,
  ReasoningPart,
  SourcePart,
  TextPart,
  ToolCallPart,
} from '../../../types/request/message.ts';
import { toBase64 } from '../../../util/data-content.ts';
import { asObject, asText, type Wire } from '../../../util/json.ts';
import { carry, seal } from '../shared/opaque-metadata.ts';

const own = 'signalbox_';

/** Creates an item id. Vendors do not know such ids, so they are never sent to one. */
export function newId(kind: 'msg' | 'rs' | 'fc' | 'ctc' | 'ig'): string {
  return `${kind}_${own}${crypto.randomUUID().replaceAll('-', '')}`;
}

export function isOwnId(id: unknown): boolean {
  return typeof id === 'string' && id.includes(`_${own}`);
}

/** The vendor's id of a part, if any. */
export function idOf(options: ProviderOptions | undefined): string | undefined {
  const openai = options?.['openai'];
  return asText(openai?.['itemId']) ?? asText(asObject(openai?.['item'])?.['id']);
}

export function messageItem(
  id: string,
  { text, providerOptions }: TextPart,
  sources: readonly SourcePart[],
  logprobs: readonly unknown[] = [],
): object {
  const openai = providerOptions?.['openai'];
  const phase = asText(openai?.['phase']);
  const annotations = openai?.['annotations'] ?? sources.flatMap((source) => toAnnotation(source) ?? []);
  return {
    id,
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text, annotations, logprobs }],
    ...(phase === undefined ? {} : { phase }),
    ...carry(providerOptions),
  };
}

/** A refusal as a message item. */
export function refusalItem(id: string, refusal: string): object {
  const content = [{ type: 'refusal', refusal }];
  return { id, type: 'message', role: 'assistant', status: 'completed', content };
}

// Not every vendor reports the position in the text.
function toAnnotation({ url, title }: SourcePart): object | undefined {
  if (url === undefined) return undefined;
  return { type: 'url_citation', url, title: title ?? url, start_index: 0, end_index: 0 };
}

/** Reasoning. Metadata that its vendor needs back goes into `encrypted_content`. */
export function reasoningItem(id: string, { text, providerOptions }: ReasoningPart): object {
  return {
    id,
    type: 'reasoning',
    summary: text === '' ? [] : [{ type: 'summary_text', text }],
    encrypted_content: seal(providerOptions) || null,
    status: 'completed',
  };
}

export function callItem(id: string, part: ToolCallPart): object {
  const { toolCallId: call_id, toolName: name, input, providerOptions } = part;
  const call = {
    id,
    type: 'function_call',
    call_id,
    name,
    arguments: printToolInput(input),
    status: 'completed',
  };
  return { ...call, ...carry(providerOptions) };
}

export function customCallItem(id: string, part: ToolCallPart): object {
  const { toolCallId: call_id, toolName: name, input, providerOptions } = part;
  return {
    id,
    type: 'custom_tool_call',
    call_id,
    name,
    input: printToolInput(input),
    ...carry(providerOptions),
  };
}

/** An item of OpenAI's own tools, unchanged; `undefined` for another vendor's tools, which this protocol cannot express. */
export function vendorItem({ providerOptions, ...part }: ToolCallPart | FilePart): object | undefined {
  const openai = providerOptions?.['openai'];
  const item = asObject(openai?.['item']);
  // The item holds everything else.
  const { account } = openai ?? {};
  const mark =
    item === undefined ? carry(providerOptions) : account === undefined ? {} : carry({ openai: { account } });
  if (part.type === 'tool-call') return item === undefined ? undefined : { ...item, ...mark };
  const image = imageOf(part);
  if (image === undefined) return undefined;
  const made: Wire = item ?? { id: newId('ig'), type: 'image_generation_call', status: 'completed' };
  return { ...made, result: image, ...mark };
}

function imageOf({ data, mediaType }: Omit<FilePart, 'providerOptions'>): string | undefined {
  if (!mediaType.startsWith('image/')) return undefined;
  if (data instanceof Uint8Array) return toBase64(data);
  return typeof data === 'string' ? data.replace(/^data:[^,]*,/, '') : undefined;
}
