import { toInputObject } from '../../../providers/shared/tools/tool-input.ts';
import type {
  ContentPart,
  ProviderOptions,
  ReasoningPart,
  TextPart,
  ToolCallPart,
} from '../../../types/request/message.ts';
import type { ChatResult, FinishReason, ServedAs } from '../../../types/result/result.ts';
import type { Usage } from '../../../types/result/usage.ts';
import { asObject, asText } from '../../../util/json.ts';
import { refusalOf } from '../chat-completions/response.ts';
import { carry, seal } from '../shared/opaque-metadata.ts';
import { type AnswerInfo, answerId, summary } from '../shared/protocol.ts';

/** Converts an answer to a message (https://platform.claude.com/docs/en/api/messages). */
export function toMessage(result: ChatResult, info: AnswerInfo): object {
  const { content, providerMetadata, usage } = result;
  const blocks = content.flatMap((part) => toBlock(part) ?? []);
  const refusal = refusalOf(providerMetadata);
  return {
    ...frame(info),
    content: refusal === undefined ? blocks : [...blocks, textBlock({ type: 'text', text: refusal })],
    ...ending(result),
    usage: toUsage(usage, providerMetadata, result.response),
    signalbox: summary(result),
  };
}

/** The fields of a message that are known before the answer. */
export function frame(info: AnswerInfo): object {
  return {
    id: answerId(info, 'msg_'),
    type: 'message',
    role: 'assistant',
    model: info.model,
    content: [],
    container: null,
    diagnostics: null,
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    usage: toUsage({}, {}),
  };
}

/** The stop reason; Anthropic's own value if Anthropic answered. */
export function ending({ finishReason, providerMetadata }: ChatResult): object {
  const own = providerMetadata['anthropic'];
  const word = asText(own?.['stopReason']);
  return {
    // Ignores a value that contradicts the answer, or one of another vendor behind a gateway.
    stop_reason: word !== undefined && stopReasons[word] === finishReason ? word : toStopReason(finishReason),
    stop_sequence: asText(own?.['stopSequence']) ?? null,
    stop_details: own?.['stopDetails'] ?? null,
    container: own?.['container'] ?? null,
  };
}

/** https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons */
const stopReasons: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'content-filter',
  pause_turn: 'other',
};

function toStopReason(reason: FinishReason): string {
  switch (reason) {
    case 'length':
      return 'max_tokens';
    case 'tool-calls':
      return 'tool_use';
    case 'content-filter':
      return 'refusal';
    default:
      return 'end_turn';
  }
}

/** Converts one part to a block; `undefined` if the protocol has none for it. */
function toBlock(part: ContentPart): object | undefined {
  switch (part.type) {
    case 'text':
      return textBlock(part);
    case 'reasoning':
      return thinkingBlock(part);
    case 'tool-call':
      return (
        vendorBlock(part.providerOptions) ?? (part.providerExecuted === true ? undefined : toolBlock(part))
      );
    case 'tool-result':
      return vendorBlock(part.providerOptions);
    default:
      return undefined; // sources are in the citations; Claude returns files through its tools
  }
}

export function textBlock({ text, providerOptions }: TextPart): object {
  const citations = providerOptions?.['anthropic']?.['citations'] ?? null;
  const { anthropic: _own, ...others } = providerOptions ?? {};
  return { type: 'text', text, citations, ...carry(others) };
}

/** Reasoning. Metadata that its vendor needs back goes into the signature. */
export function thinkingBlock({ text, providerOptions }: ReasoningPart): object {
  const redacted = providerOptions?.['anthropic']?.['redactedData'] !== undefined;
  if (redacted) return { type: 'redacted_thinking', data: seal(providerOptions) };
  return { type: 'thinking', thinking: text, signature: seal(providerOptions) };
}

export function toolBlock({ toolCallId: id, toolName: name, input, providerOptions }: ToolCallPart): object {
  return {
    type: 'tool_use',
    id,
    name,
    input: toInputObject(input),
    caller: { type: 'direct' },
    ...carry(providerOptions),
  };
}

/** A block of Anthropic's own tools, unchanged. */
export function vendorBlock(options: ProviderOptions | undefined): object | undefined {
  const block = asObject(options?.['anthropic']?.['block']);
  if (block === undefined) return undefined;
  // The block holds everything else.
  const account = options?.['anthropic']?.['account'];
  return { ...block, ...(account === undefined ? {} : carry({ anthropic: { account } })) };
}

/** Usage as Anthropic counts it: cached tokens are separate, and every field is a number. */
export function toUsage(usage: Usage, metadata: ProviderOptions, served: ServedAs = {}): object {
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens: read, cacheWriteTokens: written } = usage;
  const long = usage.cacheWrite1hTokens ?? 0;
  const { reasoningTokens, webSearches } = usage;
  const { serviceTier: tier, region } = served;
  return {
    cache_creation:
      written === undefined
        ? null
        : { ephemeral_5m_input_tokens: written - long, ephemeral_1h_input_tokens: long },
    cache_creation_input_tokens: written ?? null,
    cache_read_input_tokens: read ?? null,
    inference_geo: region ?? null,
    input_tokens: Math.max(0, inputTokens - (read ?? 0) - (written ?? 0)),
    output_tokens: outputTokens,
    output_tokens_details: reasoningTokens === undefined ? null : { thinking_tokens: reasoningTokens },
    server_tool_use:
      webSearches === undefined ? null : { web_search_requests: webSearches, web_fetch_requests: 0 },
    service_tier: tier !== undefined && tiers.includes(tier) ? tier : null,
    speed: tier === 'fast' ? tier : null,
    // Anthropic's own usage stays unchanged.
    ...asObject(metadata['anthropic']?.['usage']),
  };
}

/** Only Anthropic's tiers. */
const tiers = ['standard', 'priority', 'batch'];

const lastly = [
  'cache_creation_input_tokens',
  'cache_read_input_tokens',
  'input_tokens',
  'output_tokens',
  'output_tokens_details',
  'server_tool_use',
];

/** The usage at the end of a stream, which has fewer fields. */
export function toLastUsage(usage: Usage, metadata: ProviderOptions): object {
  const all = Object.entries(toUsage(usage, metadata));
  return Object.fromEntries(all.filter(([name]) => lastly.includes(name)));
}
