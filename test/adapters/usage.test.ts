import type { AIMessageChunk, UsageMetadata } from '@langchain/core/messages';
import type { Router } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { toChatModel } from 'signalbox/langchain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer } from '../support/fault-server.ts';
import { data, named, stream, type WireBytes, whole } from '../wire/entry.ts';
import type { InterfaceName } from '../wire/interfaces.ts';
import { type Mode, routerOf, serve } from '../wire/play.ts';
import { clients } from './openai-fetch/clients.ts';

/** Counts in one set of words: input and output hold all that belongs to them. */
interface Counts {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cached?: number | undefined;
  readonly written?: number | undefined;
  readonly thought?: number | undefined;
  readonly tier?: string | undefined;
}

interface Vendor extends Readonly<Record<Mode, WireBytes>> {
  readonly over: InterfaceName;
  readonly counts: Counts;
}

const chunk = (delta: object, finish_reason: string | null, more: object = {}) => ({
  choices: [{ index: 0, delta, finish_reason }],
  ...more,
});

/** xAI counts reasoning beside the completion. */
const xaiUsage = {
  prompt_tokens: 100,
  completion_tokens: 10,
  total_tokens: 140,
  prompt_tokens_details: { cached_tokens: 60 },
  completion_tokens_details: { reasoning_tokens: 30 },
};

const anthropicUsage = {
  input_tokens: 20,
  cache_read_input_tokens: 60,
  cache_creation_input_tokens: 20,
  output_tokens: 40,
  output_tokens_details: { thinking_tokens: 30 },
  service_tier: 'priority',
};

const geminiUsage = {
  promptTokenCount: 90,
  toolUsePromptTokenCount: 10,
  cachedContentTokenCount: 60,
  candidatesTokenCount: 10,
  thoughtsTokenCount: 30,
  totalTokenCount: 140,
  trafficType: 'ON_DEMAND_PRIORITY',
};
const geminiAnswer = {
  candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }],
  usageMetadata: geminiUsage,
};

const vendors: Readonly<Record<string, Vendor>> = {
  xAI: {
    over: 'xai',
    chat: whole({
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
      usage: xaiUsage,
      service_tier: 'priority',
    }),
    stream: stream(
      chunk({ content: 'Hi' }, null, { service_tier: 'priority' }),
      chunk({}, 'stop', { usage: xaiUsage }),
      { choices: [], usage: {} },
      'data: [DONE]\n\n',
    ),
    counts: { input: 100, output: 40, cached: 60, thought: 30, tier: 'priority' },
  },
  Anthropic: {
    over: 'anthropic',
    chat: whole({
      id: 'm',
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: 'Hi' }],
      stop_reason: 'end_turn',
      usage: anthropicUsage,
    }),
    stream: stream(
      ...[
        {
          type: 'message_start',
          message: {
            id: 'm',
            role: 'assistant',
            content: [],
            usage: { ...anthropicUsage, output_tokens: 1 },
          },
        },
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } },
        { type: 'content_block_stop', index: 0 },
        {
          type: 'message_delta',
          delta: { stop_reason: 'end_turn' },
          usage: { ...anthropicUsage, input_tokens: 0 },
        },
        { type: 'message_stop' },
      ].map((event) => named(event.type, event)),
    ),
    counts: { input: 100, output: 40, cached: 60, written: 20, thought: 30, tier: 'priority' },
  },
  Gemini: {
    over: 'google',
    chat: whole(geminiAnswer),
    stream: stream(data(geminiAnswer)),
    counts: { input: 100, output: 40, cached: 60, thought: 30, tier: 'priority' },
  },
};

async function collect<T>(all: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of all) items.push(item);
  return items;
}

/** Asks through another library, and gives what it says of the usage; and which of the counts its words have. */
interface Face {
  readonly ask: (router: Router, mode: Mode) => Promise<Counts>;
  readonly knows: readonly (keyof Counts)[];
}

/** What both versions of the AI SDK's specification have. */
interface SpecUsage {
  readonly inputTokens: Readonly<
    Record<'total' | 'noCache' | 'cacheRead' | 'cacheWrite', number | undefined>
  >;
  readonly outputTokens: Readonly<Record<'total' | 'text' | 'reasoning', number | undefined>>;
}

const call = { prompt: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi' }] }] };

function fromAiSDK({ inputTokens, outputTokens }: SpecUsage): Counts {
  const { total: input = 0, cacheRead = 0, cacheWrite = 0 } = inputTokens;
  const { total: output = 0, reasoning = 0 } = outputTokens;
  expect(inputTokens.noCache).toBe(input - cacheRead - cacheWrite);
  expect(outputTokens.text).toBe(output - reasoning);
  return {
    input: inputTokens.total,
    output: outputTokens.total,
    cached: inputTokens.cacheRead,
    written: inputTokens.cacheWrite,
    thought: outputTokens.reasoning,
  };
}

async function finishOf(stream: ReadableStream<unknown>): Promise<SpecUsage> {
  const parts = await collect(stream as unknown as AsyncIterable<{ type: string; usage?: SpecUsage }>);
  return parts.find(({ type }) => type === 'finish')?.usage as SpecUsage;
}

const faces: Readonly<Record<string, Face>> = {
  'the AI SDK (v4)': {
    async ask(router, mode) {
      const model = toProvider(router, { specificationVersion: 'v4' }).languageModel('default');
      return fromAiSDK(
        mode === 'chat'
          ? (await model.doGenerate(call)).usage
          : await finishOf((await model.doStream(call)).stream),
      );
    },
    knows: ['input', 'output', 'cached', 'written', 'thought'],
  },
  'the AI SDK (v3)': {
    async ask(router, mode) {
      const model = toProvider(router, { specificationVersion: 'v3' }).languageModel('default');
      return fromAiSDK(
        mode === 'chat'
          ? (await model.doGenerate(call)).usage
          : await finishOf((await model.doStream(call)).stream),
      );
    },
    knows: ['input', 'output', 'cached', 'written', 'thought'],
  },
  'OpenAI’s Chat Completions': {
    async ask(router, mode) {
      const { completions } = clients(router).openai.chat;
      const body = { model: 'target', messages: [{ role: 'user' as const, content: 'Hi' }] };
      const { usage, service_tier } =
        mode === 'chat'
          ? await completions.create(body)
          : await completions
              .stream({ ...body, stream_options: { include_usage: true } })
              .finalChatCompletion();
      expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0));
      return {
        input: usage?.prompt_tokens,
        output: usage?.completion_tokens,
        cached: usage?.prompt_tokens_details?.cached_tokens,
        thought: usage?.completion_tokens_details?.reasoning_tokens,
        tier: service_tier ?? undefined,
      };
    },
    knows: ['input', 'output', 'cached', 'thought', 'tier'],
  },
  'OpenAI’s Responses': {
    async ask(router, mode) {
      const { responses } = clients(router).openai;
      const body = { model: 'target', input: 'Hi' };
      const { usage, service_tier } =
        mode === 'chat' ? await responses.create(body) : await responses.stream(body).finalResponse();
      expect(usage?.total_tokens).toBe((usage?.input_tokens ?? 0) + (usage?.output_tokens ?? 0));
      return {
        input: usage?.input_tokens,
        output: usage?.output_tokens,
        cached: usage?.input_tokens_details.cached_tokens,
        thought: usage?.output_tokens_details.reasoning_tokens,
        tier: service_tier ?? undefined,
      };
    },
    knows: ['input', 'output', 'cached', 'thought', 'tier'],
  },
  'Anthropic’s Messages': {
    async ask(router, mode) {
      const { messages } = clients(router).anthropic;
      const body = { model: 'target', max_tokens: 9, messages: [{ role: 'user' as const, content: 'Hi' }] };
      const { usage } =
        mode === 'chat' ? await messages.create(body) : await messages.stream(body).finalMessage();
      const [cached, written] = [usage.cache_read_input_tokens, usage.cache_creation_input_tokens];
      return {
        input: usage.input_tokens + (cached ?? 0) + (written ?? 0),
        output: usage.output_tokens,
        cached: cached ?? undefined,
        written: written ?? undefined,
      };
    },
    knows: ['input', 'output', 'cached', 'written'],
  },
  LangChain: {
    async ask(router, mode) {
      const model = toChatModel(router);
      const answer: AIMessageChunk =
        mode === 'chat'
          ? await model.invoke('Hi')
          : (await collect<AIMessageChunk>(await model.stream('Hi'))).reduce((sum, piece) =>
              sum.concat(piece),
            );
      const usage = answer.usage_metadata as UsageMetadata | undefined;
      expect(usage?.total_tokens).toBe((usage?.input_tokens ?? 0) + (usage?.output_tokens ?? 0));
      return {
        input: usage?.input_tokens,
        output: usage?.output_tokens,
        cached: usage?.input_token_details?.cache_read,
        written: usage?.input_token_details?.cache_creation,
        thought: usage?.output_token_details?.reasoning,
      };
    },
    knows: ['input', 'output', 'cached', 'written', 'thought'],
  },
};

describe.each(Object.entries(faces))('usage through %s', (_, { ask, knows }) => {
  let server: FaultServer;
  beforeAll(async () => {
    server = await faultServer();
  });
  afterAll(() => server.close());

  it.each(
    Object.entries(vendors).flatMap(([name, vendor]) =>
      (['chat', 'stream'] as const).map((mode) => ({ name, mode, vendor })),
    ),
  )('is that of $name ($mode)', async ({ mode, vendor: { over, counts, ...bytes } }) => {
    server.behave(serve(bytes[mode]));
    const router = routerOf({ name: '', source: '', over: [over] }, over, { baseURL: `${server.url}/v1` });
    const known = Object.fromEntries(knows.map((name) => [name, counts[name]]));
    expect(await ask(router, mode)).toEqual(known);
  });
});
