import type { Json, JsonObject, Keyed, WholePart } from '../../providers/ai-sdk/spec.ts';
import type {
  ContentPart,
  DataContent,
  FilePart,
  ProviderOptions,
  SourcePart,
  ToolCallPart,
  ToolResultPart,
} from '../../types/request/message.ts';
import type { ToolNames } from './option-case.ts';
import { anthropicCall, anthropicResult, type CallFields, openaiCall } from './vendor/tools.ts';

/** Parts that arrive complete. */
export type Whole = Exclude<ContentPart, { readonly type: 'text' | 'reasoning' }>;

/** Converts the parts of one answer. They refer to each other, so it keeps state. */
export type PartWriter = (part: Whole) => readonly WholePart[];

/** @param declared names of the tools that the application declares */
export function partTeller(names: ToolNames, declared: ReadonlySet<string>): PartWriter {
  /** Ids and names, by the vendor's call ids. */
  const calls = new Map<string, { readonly toolCallId: string; readonly toolName: string }>();
  /** Calls whose items include their result. */
  const settled = new Set<string>();

  const call = (part: ToolCallPart): readonly WholePart[] => {
    const { providerExecuted } = part;
    const item = asObject(part.providerOptions?.['openai']?.['item']);
    // A tool list is not a call, but the vendor needs it back.
    if (item?.['type'] === 'mcp_list_tools')
      return [{ type: 'custom', kind: 'openai.mcp_list_tools', ...meta(part) }];
    const fields = fieldsOf(part);
    const toolName =
      fields === undefined && providerExecuted !== true
        ? part.toolName
        : names(fields?.toolName ?? part.toolName);
    const toolCallId = idOf(part);
    calls.set(part.toolCallId, { toolCallId, toolName });
    const input = fields?.input === undefined ? printed(part.input) : JSON.stringify(fields.input);
    const whose = { ...executed(providerExecuted), ...dynamic(toolName, providerExecuted, fields) };
    const asked: WholePart = { type: 'tool-call', toolCallId, toolName, input, ...whose, ...meta(part) };
    if (fields?.result === undefined) return [asked];
    settled.add(part.toolCallId);
    const { dynamic: unknown } = whose;
    const came = { type: 'tool-result', toolCallId, toolName, result: fields.result } as const;
    return [asked, { ...came, ...(unknown === undefined ? {} : { dynamic: unknown }) }];
  };

  const result = (part: ToolResultPart): readonly WholePart[] => {
    if (settled.has(part.toolCallId)) return [];
    const block = asObject(part.providerOptions?.['anthropic']?.['block']);
    const of = calls.get(part.toolCallId);
    const toolCallId = of?.toolCallId ?? part.toolCallId;
    const toolName = of?.toolName ?? names(part.toolName);
    const { output } = part;
    const came = (block === undefined ? undefined : anthropicResult(block)) ?? {
      result: ('value' in output ? (output.value as Json) : output.reason) ?? '',
      ...(output.type === 'error-json' || output.type === 'error-text' ? { isError: true } : {}),
    };
    const fields = block?.['type'] === 'mcp_tool_result' ? { dynamic: true as const } : undefined;
    return [
      {
        type: 'tool-result',
        toolCallId,
        toolName,
        ...came,
        ...dynamic(toolName, true, fields),
        ...meta(part),
      },
    ];
  };

  /** The AI SDK accepts an undeclared tool only from a vendor, and only if it is marked `dynamic`. */
  const dynamic = (
    toolName: string,
    byVendor: boolean | undefined,
    fields: Pick<CallFields, 'dynamic'> | undefined,
  ): { dynamic?: true } =>
    fields?.dynamic === true || (byVendor === true && !declared.has(toolName)) ? { dynamic: true } : {};

  return (part) => {
    switch (part.type) {
      case 'tool-call':
        return call(part);
      case 'tool-result':
        return result(part);
      case 'file':
        return picture(part, names, declared) ?? [madeFile(part)];
      case 'reasoning-file':
        return [madeFile(part)];
      case 'tool-approval-request':
        return [{ type: part.type, approvalId: part.approvalId, toolCallId: part.toolCallId, ...meta(part) }];
      case 'custom':
        return [{ type: part.type, kind: part.kind, ...meta(part) }];
      case 'source':
        return [source(part)];
    }
  };
}

/** The AI SDK's fields for calls of vendor tools. */
function fieldsOf({ providerOptions }: ToolCallPart): CallFields | undefined {
  const item = asObject(providerOptions?.['openai']?.['item']);
  if (item !== undefined) return openaiCall(item);
  const block = asObject(providerOptions?.['anthropic']?.['block']);
  return block === undefined ? undefined : anthropicCall(block);
}

/** A call keeps the id of its approval request; Gemini's own calls have no id. */
function idOf({ toolCallId, providerOptions }: ToolCallPart): string {
  const asked = asObject(providerOptions?.['openai']?.['item'])?.['approval_request_id'];
  if (typeof asked === 'string') return asked;
  const gemini = providerOptions?.['google']?.['part'] !== undefined;
  return gemini && toolCallId === 'code_execution' ? crypto.randomUUID() : toolCallId;
}

/**
 * An image made by OpenAI's tool. The AI SDK represents it as the tool's result. If the application did not declare the tool, it
 * does not read its results, so the image is a file.
 */
function picture(
  part: FilePart,
  names: ToolNames,
  declared: ReadonlySet<string>,
): readonly WholePart[] | undefined {
  const item = asObject(part.providerOptions?.['openai']?.['item']);
  const toolName = names('image_generation');
  const drawn = item?.['type'] === 'image_generation_call' && declared.has(toolName);
  if (!drawn || typeof part.data !== 'string') return undefined;
  const toolCallId = String(item['id'] ?? crypto.randomUUID());
  return [
    { type: 'tool-call', toolCallId, toolName, input: '{}', providerExecuted: true, ...meta(part) },
    { type: 'tool-result', toolCallId, toolName, result: { result: part.data } },
  ];
}

function source(part: SourcePart): WholePart {
  const { id, url, title, mediaType, filename } = part;
  if (url !== undefined) {
    const named = title === undefined ? {} : { title };
    return { type: 'source', sourceType: 'url', id, url, ...named, ...meta(part) };
  }
  return {
    type: 'source',
    sourceType: 'document',
    id,
    mediaType: mediaType ?? 'application/octet-stream',
    title: title ?? id,
    ...(filename === undefined ? {} : { filename }),
    ...meta(part),
  };
}

function madeFile(part: Extract<Whole, { readonly type: 'file' | 'reasoning-file' }>): WholePart {
  return { type: part.type, mediaType: part.mediaType, data: toMadeData(part.data), ...meta(part) };
}

function toMadeData(data: DataContent): Extract<WholePart, { type: 'file' }>['data'] {
  if (data instanceof URL) return { type: 'url', url: data };
  if (typeof data === 'string' && /^https?:/i.test(data)) return { type: 'url', url: new URL(data) };
  return { type: 'data', data: data as Exclude<FilePart['data'], URL | { readonly type: 'reference' }> };
}

/** A part's options become metadata; the AI SDK sends them back as options. */
export function meta({ providerOptions }: { readonly providerOptions?: ProviderOptions }): {
  providerMetadata?: Keyed;
} {
  return providerOptions === undefined ? {} : { providerMetadata: providerOptions as Keyed };
}

function printed(input: ToolCallPart['input']): string {
  return typeof input === 'string' ? input : JSON.stringify(input);
}

function executed(byVendor: boolean | undefined): { providerExecuted?: boolean } {
  return byVendor === undefined ? {} : { providerExecuted: byVendor };
}

function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}
