import type { TargetOptions } from 'signalbox';
import { data, named, stream, type WireEntry, whole } from '../entry.ts';

type Fields = Readonly<Record<string, unknown>>;

/** US$ per million tokens, and per use. */
const target: Partial<TargetOptions> = {
  price: {
    input: 1,
    output: 10,
    cacheRead: 0.1,
    cacheWrite: 1.25,
    webSearch: 0.01,
    serviceTiers: { flex: 0.5 },
  },
};

const hello = { text: 'Hello', finishReason: 'stop' } as const;

/** A message whose stream counts at its start and at its end. */
function message(start: Fields, end: Fields): Required<Pick<WireEntry, 'chat' | 'stream'>> {
  const event = (type: string, more: Fields): string => named(type, { type, ...more });
  return {
    chat: whole({
      type: 'message',
      id: 'm',
      role: 'assistant',
      content: [{ type: 'text', text: 'Hello' }],
      stop_reason: 'end_turn',
      usage: { ...start, ...end },
    }),
    stream: stream(
      event('message_start', { message: { id: 'm', role: 'assistant', content: [], usage: start } }),
      event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
      event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Hello' } }),
      event('content_block_stop', { index: 0 }),
      event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: end }),
      event('message_stop', {}),
    ),
  };
}

const anthropic: readonly WireEntry[] = [
  {
    name: 'Anthropic: what the end counts holds what the start counted',
    source: 'https://github.com/envoyproxy/ai-gateway/pull/2236',
    over: ['anthropic'],
    target,
    ...message(
      { input_tokens: 40, cache_read_input_tokens: 60, cache_creation_input_tokens: 20, output_tokens: 1 },
      { input_tokens: 40, cache_read_input_tokens: 60, cache_creation_input_tokens: 20, output_tokens: 10 },
    ),
    gives: {
      ...hello,
      usage: { inputTokens: 120, outputTokens: 10, cacheReadTokens: 60, cacheWriteTokens: 20 },
      cost: 0.000_171,
    },
  },
  {
    name: 'Anthropic: zeros and null at the end erase no count',
    source: 'https://github.com/envoyproxy/ai-gateway/pull/1631',
    over: ['anthropic'],
    target,
    stream: message(
      { input_tokens: 15, cache_read_input_tokens: 60, output_tokens: 1 },
      { input_tokens: 0, cache_read_input_tokens: null, output_tokens: 10 },
    ).stream,
    gives: {
      ...hello,
      usage: { inputTokens: 75, outputTokens: 10, cacheReadTokens: 60 },
      cost: 0.000_121,
    },
  },
  {
    name: 'Anthropic: relays estimate at the start and count at the end',
    source: 'https://github.com/farion1231/cc-switch/pull/6655',
    over: ['anthropic'],
    target,
    ...message({ input_tokens: 3, output_tokens: 0 }, { input_tokens: 100, output_tokens: 10 }),
    gives: { ...hello, usage: { inputTokens: 100, outputTokens: 10 }, cost: 0.000_2 },
  },
  {
    name: 'Anthropic: a compaction is charged for on top of the totals',
    source: 'https://github.com/maximhq/bifrost/pull/6500',
    over: ['anthropic'],
    target,
    ...message(
      { input_tokens: 20, output_tokens: 1 },
      {
        input_tokens: 20,
        output_tokens: 10,
        iterations: [
          { type: 'compaction', input_tokens: 100, output_tokens: 5 },
          { type: 'message', input_tokens: 20, output_tokens: 10 },
        ],
      },
    ),
    gives: { ...hello, usage: { inputTokens: 120, outputTokens: 15 }, cost: 0.000_27 },
  },
  {
    name: 'Anthropic: searches are charged for by their number',
    source: 'https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool',
    over: ['anthropic'],
    target,
    ...message(
      { input_tokens: 20, output_tokens: 1 },
      { output_tokens: 10, server_tool_use: { web_search_requests: 2 } },
    ),
    gives: { ...hello, usage: { inputTokens: 20, outputTokens: 10, webSearches: 2 }, cost: 0.020_12 },
  },
];

const gemini = (usageMetadata: Fields): Fields => ({
  candidates: [{ content: { role: 'model', parts: [{ text: 'Hello' }] }, finishReason: 'STOP' }],
  usageMetadata,
});

const google: readonly WireEntry[] = [
  {
    name: 'Gemini: thoughts and what tools put in stand beside the other counts',
    source: 'https://github.com/agentscope-ai/agentscope-java/issues/3033',
    over: ['google'],
    target,
    chat: whole(
      gemini({
        promptTokenCount: 500,
        candidatesTokenCount: 120,
        toolUsePromptTokenCount: 300,
        thoughtsTokenCount: 10,
        totalTokenCount: 930,
      }),
    ),
    stream: stream(
      {
        candidates: [{ content: { role: 'model', parts: [{ text: 'Hel' }] } }],
        usageMetadata: { promptTokenCount: 500 },
      },
      {
        candidates: [{ content: { role: 'model', parts: [{ text: 'lo' }] }, finishReason: 'STOP' }],
        usageMetadata: {
          promptTokenCount: 500,
          candidatesTokenCount: 120,
          toolUsePromptTokenCount: 300,
          thoughtsTokenCount: 10,
          totalTokenCount: 930,
        },
      },
    ),
    gives: {
      ...hello,
      usage: { inputTokens: 800, outputTokens: 130, reasoningTokens: 10 },
      cost: 0.002_1,
    },
  },
  {
    name: 'Gemini: the total says that candidates hold the thoughts',
    source: 'https://github.com/Arize-ai/openinference/issues/3177',
    over: ['google'],
    target,
    chat: whole(
      gemini({
        promptTokenCount: 500,
        candidatesTokenCount: 120,
        thoughtsTokenCount: 10,
        totalTokenCount: 620,
      }),
    ),
    gives: {
      ...hello,
      usage: { inputTokens: 500, outputTokens: 120, reasoningTokens: 10 },
      cost: 0.001_7,
    },
  },
  {
    name: 'Gemini: Vertex AI says in its usage how it served',
    source: 'https://github.com/BerriAI/litellm/pull/37724',
    over: ['google'],
    target,
    chat: whole(
      gemini({
        promptTokenCount: 7,
        candidatesTokenCount: 3,
        totalTokenCount: 10,
        trafficType: 'ON_DEMAND_FLEX',
      }),
    ),
    gives: {
      ...hello,
      usage: { inputTokens: 7, outputTokens: 3 },
      cost: 0.000_018_5,
      serviceTier: 'flex',
    },
  },
];

const response = {
  id: 'r',
  object: 'response',
  status: 'completed',
  service_tier: 'default',
  output: [
    {
      type: 'message',
      id: 'm',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'Hello', annotations: [] }],
    },
  ],
  usage: {
    input_tokens: 100,
    output_tokens: 10,
    total_tokens: 110,
    input_tokens_details: { cached_tokens: 60, cache_write_tokens: 20 },
    output_tokens_details: { reasoning_tokens: 4 },
  },
};

const responses: readonly WireEntry[] = [
  {
    name: 'Responses: the tier that served counts, at the end of a stream as well',
    source: 'https://github.com/BerriAI/litellm/issues/31837',
    over: ['openai-responses'],
    target,
    chat: whole({ ...response, service_tier: 'flex' }),
    stream: stream(
      data({
        type: 'response.created',
        response: { id: 'r', status: 'in_progress', service_tier: 'auto', output: [] },
      }),
      data({
        type: 'response.output_text.delta',
        item_id: 'm',
        output_index: 0,
        content_index: 0,
        delta: 'Hello',
      }),
      data({ type: 'response.completed', response: { ...response, service_tier: 'flex' } }),
    ),
    gives: {
      ...hello,
      usage: {
        inputTokens: 100,
        outputTokens: 10,
        cacheReadTokens: 60,
        cacheWriteTokens: 20,
        reasoningTokens: 4,
      },
      cost: 0.000_075_5,
      serviceTier: 'flex',
    },
  },
];

/** How other vendors than those of Chat Completions count tokens and money. */
export const vendorsUsage: readonly WireEntry[] = [...anthropic, ...google, ...responses];
