import { generateText, streamText } from 'ai';
import type { Router } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { toChatModel } from 'signalbox/langchain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { clients } from '../adapters/openai-fetch/clients.ts';
import { type RecordingVendor, recordingVendor } from '../support/recording-vendor.ts';
import type { InterfaceName } from '../wire/interfaces.ts';

let vendor: RecordingVendor;
beforeAll(async () => {
  vendor = await recordingVendor();
});
beforeEach(() => vendor.forget());
afterAll(() => vendor.close());

/** What is asked for, in a form that every face has words for. */
interface Wanted {
  readonly temperature?: number;
  readonly topP?: number;
  readonly reasoning?: 'medium' | 'high';
  readonly forced?: boolean;
}

const parameters = { type: 'object' as const, properties: {} };
const model = 'default';
const user = { role: 'user' as const, content: 'Hi' };

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

function ofOpenAI({ temperature, topP, reasoning, forced }: Wanted) {
  return {
    model,
    messages: [user],
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(reasoning === undefined ? {} : { reasoning_effort: reasoning }),
    ...(forced === true
      ? {
          tools: [{ type: 'function' as const, function: { name: 'look', parameters } }],
          tool_choice: 'required' as const,
        }
      : {}),
  };
}

function ofResponses({ temperature, topP, reasoning, forced }: Wanted) {
  return {
    model,
    input: 'Hi',
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(reasoning === undefined ? {} : { reasoning: { effort: reasoning } }),
    ...(forced === true
      ? {
          tools: [{ type: 'function' as const, name: 'look', parameters, strict: false }],
          tool_choice: 'required' as const,
        }
      : {}),
  };
}

function ofAnthropic({ temperature, topP, reasoning, forced }: Wanted) {
  const budget_tokens = reasoning === 'medium' ? 8_000 : 16_000;
  return {
    model,
    max_tokens: 20_000,
    messages: [user],
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(reasoning === undefined ? {} : { thinking: { type: 'enabled' as const, budget_tokens } }),
    ...(forced === true
      ? { tools: [{ name: 'look', input_schema: parameters }], tool_choice: { type: 'any' as const } }
      : {}),
  };
}

function ofAiSdk(router: Router, { forced, ...settings }: Wanted) {
  return {
    model: toProvider(router).languageModel(model),
    prompt: 'Hi',
    maxRetries: 0,
    ...settings,
    ...(forced === true
      ? { tools: { look: { inputSchema: z.object({}) } }, toolChoice: 'required' as const }
      : {}),
  };
}

function ofLangChain(router: Router, { forced, ...settings }: Wanted) {
  const chat = toChatModel(router, settings);
  return forced === true
    ? chat.bindTools([{ name: 'look', inputSchema: parameters }], { tool_choice: 'any' })
    : chat;
}

const faces: Readonly<Record<string, (router: Router, wanted: Wanted, stream: boolean) => Promise<unknown>>> =
  {
    'the AI SDK': (router, wanted, stream) =>
      stream ? drain(streamText(ofAiSdk(router, wanted)).fullStream) : generateText(ofAiSdk(router, wanted)),
    'OpenAI’s Chat Completions': async (router, wanted, stream) => {
      const { chat } = clients(router).openai;
      const body = ofOpenAI(wanted);
      return stream
        ? drain(await chat.completions.create({ ...body, stream: true }))
        : chat.completions.create(body);
    },
    'OpenAI’s Responses': async (router, wanted, stream) => {
      const { responses } = clients(router).openai;
      const body = ofResponses(wanted);
      return stream ? drain(await responses.create({ ...body, stream: true })) : responses.create(body);
    },
    'Anthropic’s Messages': async (router, wanted, stream) => {
      const { messages } = clients(router).anthropic;
      const body = ofAnthropic(wanted);
      return stream ? drain(await messages.create({ ...body, stream: true })) : messages.create(body);
    },
    LangChain: async (router, wanted, stream) => {
      const chat = ofLangChain(router, wanted);
      return stream ? drain(await chat.stream('Hi')) : chat.invoke('Hi');
    },
  };

const members: readonly (readonly [
  name: InterfaceName,
  model: string,
  wanted: Wanted,
  has: object,
  hasNot: readonly string[],
])[] = [
  [
    'anthropic',
    'claude-opus-4-6',
    { reasoning: 'high', forced: true },
    { tool_choice: { type: 'any' } },
    ['thinking'],
  ],
  ['anthropic', 'claude-haiku-4-5', { temperature: 0.2, topP: 0.5 }, { temperature: 0.2 }, ['top_p']],
  ['openai', 'gpt-5-mini', { temperature: 0.2 }, {}, ['temperature']],
  ['openai-responses', 'o3', { topP: 0.5 }, {}, ['top_p']],
  [
    'google',
    'gemini-3-pro-preview',
    { reasoning: 'medium' },
    { generationConfig: { thinkingConfig: { thinkingLevel: 'LOW' } } },
    [],
  ],
  ['qwen', 'qwen-plus', { reasoning: 'high', forced: true }, { enable_thinking: false }, []],
  ['groq', 'llama-3.3-70b-versatile', { reasoning: 'high' }, {}, ['reasoning_effort']],
];

describe.each(Object.entries(faces))('through %s', (_, face) => {
  it.each(members)('%s %s is not sent what it refuses: %j', async (name, id, wanted, has, hasNot) => {
    for (const stream of [false, true]) {
      vendor.forget();
      // The vendor here answers with text where a call is forced, which not every library accepts.
      await Promise.allSettled([face(vendor.routerOver(name, id), wanted, stream)]);
      expect(vendor.received()).toHaveLength(1);
      const body = vendor.received()[0]?.body as object;
      expect(body).toMatchObject(has);
      expect(Object.keys(body).filter((field) => hasNot.includes(field))).toEqual([]);
    }
  });
});
