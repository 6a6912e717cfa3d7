import { AIMessageChunk, type ResponseMetadata, type UsageMetadata } from '@langchain/core/messages';
import type { ContentPart, FilePart, ToolCallPart } from '../../types/request/message.ts';
import type { ChatResult, FinishReason } from '../../types/result/result.ts';
import type { Usage } from '../../types/result/usage.ts';
import { toKeep } from './preserved-content.ts';

/** A standard content block of LangChain. */
export type Block = { readonly type: string } & Record<string, unknown>;

/**
 * Converts an answer to a message. It is a chunk, because LangChain's structured-output parsers accept nothing else.
 *
 * @param asBlocks makes the content a list of standard blocks even if it is only text
 */
export function toMessage(result: ChatResult, asBlocks: boolean): AIMessageChunk {
  const blocks = result.content.flatMap((part) => toBlock(part) ?? []);
  const plain = !asBlocks && blocks.every(({ type }) => type === 'text');
  const usage = toUsage(result.usage);
  const message = new AIMessageChunk({
    content: plain ? result.text : blocks,
    tool_calls: result.toolCalls.filter(isObjectCall).map(({ toolCallId: id, toolName: name, input }) => ({
      type: 'tool_call',
      id,
      name,
      args: input as Record<string, unknown>,
    })),
    response_metadata: toMetadata(result),
    ...(usage === undefined ? {} : withUsage(usage)),
  });
  // The constructor accepts none.
  message.invalid_tool_calls = result.toolCalls
    .filter((call) => !isObjectCall(call))
    .map(({ toolCallId: id, toolName: name, input }) => ({
      type: 'invalid_tool_call',
      id,
      name,
      args: argumentsOf(input),
      error: 'the arguments are not a JSON object',
    }));
  return message;
}

function isObjectCall({ input }: ToolCallPart): boolean {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}

/** Arguments as JSON text. */
export function argumentsOf(input: ToolCallPart['input']): string {
  return typeof input === 'string' ? input : JSON.stringify(input);
}

/** Converts a part to a block. A message holds the application's tool calls separately, and sources in its metadata. */
export function toBlock(part: ContentPart): Block | undefined {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'reasoning':
      return { type: 'reasoning', reasoning: part.text };
    case 'file':
      return toData(part);
    case 'tool-call':
      if (part.providerExecuted !== true) return undefined;
      return { type: 'server_tool_call', id: part.toolCallId, name: part.toolName, args: part.input };
    case 'tool-result': {
      const { output } = part;
      const value = output.type === 'execution-denied' ? output.reason : output.value;
      const status = output.type.startsWith('error') ? 'error' : 'success';
      return { type: 'server_tool_call_result', toolCallId: part.toolCallId, status, output: { value } };
    }
    default:
      return undefined;
  }
}

function toData({ data, mediaType }: FilePart): Block {
  const kind = /^(image|audio|video)\//.exec(mediaType)?.[1] ?? 'file';
  const common = { type: kind, mimeType: mediaType };
  if (data instanceof Uint8Array) return { ...common, data };
  if (typeof data === 'object' && 'reference' in data) {
    return { ...common, fileId: Object.values(data.reference)[0] };
  }
  const text = String(data);
  return /^https?:/i.test(text) ? { ...common, url: text } : { ...common, data: text };
}

/** A message field that LangChain's types lose under `exactOptionalPropertyTypes`. */
export function withUsage(usage: UsageMetadata): { readonly usage_metadata: never } {
  return { usage_metadata: usage as never };
}

/** Usage in LangChain's form, which cannot express unknown counts: omitted if the vendor reported none. */
export function toUsage(usage: Usage): UsageMetadata | undefined {
  const { inputTokens, outputTokens } = usage;
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const input = {
    cache_read: usage.cacheReadTokens,
    cache_creation: usage.cacheWriteTokens,
    audio: usage.audioInputTokens,
  };
  const output = { reasoning: usage.reasoningTokens, audio: usage.audioOutputTokens };
  return {
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    input_token_details: known(input),
    output_token_details: known(output),
  };
}

function known<K extends string>(counts: Record<K, number | undefined>): Partial<Record<K, number>> {
  const found: Partial<Record<K, number>> = {};
  for (const name of Object.keys(counts) as K[]) {
    const count = counts[name];
    if (count !== undefined) found[name] = count;
  }
  return found;
}

/** OpenAI's finish reasons, which most LangChain models use. */
const finishReasons: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  other: 'other',
};

/** LangChain's response metadata, with the router's report under `signalbox`. */
export function toMetadata(result: ChatResult): ResponseMetadata {
  const { response, finishReason, target, cost, attempts, warnings, providerMetadata, content } = result;
  const kept = toKeep(content);
  const sources = content.filter(({ type }) => type === 'source');
  return {
    model_provider: 'signalbox',
    ...(response.model === undefined ? {} : { model_name: response.model }),
    ...(response.id === undefined ? {} : { id: response.id }),
    finish_reason: finishReasons[finishReason],
    signalbox: {
      target,
      ...(cost === undefined ? {} : { cost }),
      attempts: [...attempts],
      warnings,
      providerMetadata,
      ...(sources.length === 0 ? {} : { sources }),
      ...(kept === undefined ? {} : { content: kept }),
    },
  };
}
