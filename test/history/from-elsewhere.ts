import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { generateText, type LanguageModel, type ModelMessage, streamText, tool } from 'ai';
import OpenAI from 'openai';
import type { Message, ProviderOptions, Router } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { toChatModel } from 'signalbox/langchain';
import { toFetch } from 'signalbox/openai-fetch';
import { z } from 'zod';
import { faultServer, json } from '../support/fault-server.ts';

/**
 * Conversations as applications store them that used a vendor's SDK, or the AI SDK's provider, without signalbox; and how each
 * interface of the router takes them.
 */

export type VendorName = 'claude' | 'gpt' | 'gemini' | 'openrouter';

/** One call of one interface: the target's id, whether to stream, and where the history is from. */
export type Ask = (
  router: Router,
  target: string,
  stream: boolean,
  history?: { readonly from: string | readonly string[] },
) => Promise<unknown>;

/** The signature of each vendor's turn, and what the vendor has to get back. */
export const signed: Readonly<Record<VendorName, string>> = {
  claude: 'SIGNED-BY-CLAUDE',
  gpt: 'SIGNED-BY-GPT',
  gemini: 'SIGNED-BY-GEMINI',
  openrouter: 'SIGNED-BY-OPENROUTER',
};

const question = 'Look around';
const args = { at: 'sky' };
const details = [
  {
    type: 'reasoning.text',
    text: 'Hm',
    signature: signed.openrouter,
    format: 'anthropic-claude-v1',
    index: 0,
  },
];

const blocks = [
  { type: 'thinking', thinking: 'Hm', signature: signed.claude },
  { type: 'redacted_thinking', data: `redacted-${signed.claude}` },
  { type: 'tool_use', id: 'call_1', name: 'look', input: args },
];
const items = [
  {
    type: 'reasoning',
    id: 'rs_1',
    summary: [{ type: 'summary_text', text: 'Hm' }],
    encrypted_content: signed.gpt,
  },
  {
    type: 'function_call',
    id: 'fc_1',
    call_id: 'call_1',
    name: 'look',
    arguments: JSON.stringify(args),
    status: 'completed',
  },
];
const parts = [
  { text: 'Hm', thought: true, thoughtSignature: `thought-${signed.gemini}` },
  { functionCall: { id: 'call_1', name: 'look', args }, thoughtSignature: signed.gemini },
];

/** The vendor's answers, as the AI SDK's own providers get them. */
const answers = {
  claude: {
    id: 'm',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: blocks,
    stop_reason: 'tool_use',
    usage: { input_tokens: 1, output_tokens: 1 },
  },
  gpt: {
    id: 'r',
    created_at: 1,
    model: 'm',
    status: 'completed',
    output: items,
    error: null,
    incomplete_details: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  },
  gemini: { candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }] },
};

/** What the vendor's API has to get back. */
export const expected: Readonly<Record<VendorName, readonly unknown[]>> = {
  claude: blocks,
  gpt: items.map(({ status: _, ...item }) => item),
  gemini: parts,
  openrouter: details,
};

const look = { type: 'object' as const, properties: { at: { type: 'string' } } };

const direct =
  (reasoning: readonly ProviderOptions[], call?: ProviderOptions): Ask =>
  async (router, route, stream, history) => {
    const messages: Message[] = [
      { role: 'user', content: question },
      {
        role: 'assistant',
        content: [
          ...reasoning.map((providerOptions, index) => ({
            type: 'reasoning' as const,
            text: index === 0 ? 'Hm' : '',
            providerOptions,
          })),
          {
            type: 'tool-call',
            toolCallId: 'call_1',
            toolName: 'look',
            input: args,
            ...(call && { providerOptions: call }),
          },
        ],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'call_1',
            toolName: 'look',
            output: { type: 'text', value: 'blue' },
          },
        ],
      },
    ];
    const request = { messages, tools: [{ name: 'look', inputSchema: look }] };
    const options = { route, ...(history && { history }) };
    if (stream) await (await router.stream(request, options)).result;
    else await router.chat(request, options);
  };

/** The AI SDK's own provider answers first, and its messages are stored as JSON. */
const aiSdk =
  (vendor: 'claude' | 'gpt' | 'gemini', modelAt: (url: string) => LanguageModel): Ask =>
  async (router, target, stream, history) => {
    const server = await faultServer(json(answers[vendor]));
    const tools = { look: tool({ inputSchema: z.object({ at: z.string() }), execute: async () => 'blue' }) };
    const { responseMessages } = await generateText({
      model: modelAt(server.url),
      prompt: question,
      tools,
    }).finally(() => server.close());
    const stored = JSON.parse(JSON.stringify(responseMessages)) as ModelMessage[];
    const call = {
      model: toProvider(router)(target),
      messages: [{ role: 'user', content: question } as const, ...stored],
      tools,
      maxRetries: 0,
      ...(history && { providerOptions: { signalbox: JSON.parse(JSON.stringify({ history })) } }),
    };
    if (stream) await streamText(call).text;
    else await generateText(call);
  };

const client = (router: Router): OpenAI =>
  new OpenAI({ apiKey: 'none', baseURL: 'http://signalbox/v1', fetch: toFetch(router), maxRetries: 0 });

async function drained(answer: unknown): Promise<void> {
  if (typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer)
    for await (const _ of answer as AsyncIterable<unknown>);
}

const chatCompletions =
  (message: object, call: object = {}): Ask =>
  async (router, model, stream, history) => {
    const body = {
      model,
      stream,
      messages: [
        { role: 'user', content: question },
        {
          role: 'assistant',
          content: null,
          ...message,
          tool_calls: [
            {
              id: 'call_1',
              type: 'function',
              function: { name: 'look', arguments: JSON.stringify(args) },
              ...call,
            },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'blue' },
      ],
      tools: [{ type: 'function', function: { name: 'look', parameters: look } }],
      ...(history && { signalbox: { history } }),
    };
    await drained(await client(router).chat.completions.create(body as never));
  };

const responses: Ask = async (router, model, stream, history) => {
  const output = { type: 'function_call_output', call_id: 'call_1', output: 'blue' };
  const body = {
    model,
    stream,
    input: [{ role: 'user', content: question }, ...items, output],
    tools: [{ type: 'function', name: 'look', parameters: look, strict: false }],
    ...(history && { signalbox: { history } }),
  };
  await drained(await client(router).responses.create(body as never));
};

const messages: Ask = async (router, model, stream, history) => {
  const anthropic = new Anthropic({
    apiKey: 'none',
    baseURL: 'http://signalbox',
    fetch: toFetch(router),
    maxRetries: 0,
  });
  const body = {
    model,
    stream,
    max_tokens: 100,
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: blocks },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: 'blue' }] },
    ],
    tools: [{ name: 'look', input_schema: look }],
    ...(history && { signalbox: { history } }),
  };
  await drained(await anthropic.messages.create(body as never));
};

const langchain =
  (fields: object): Ask =>
  async (router, route, stream, history) => {
    const thread = [
      new HumanMessage(question),
      new AIMessage({ ...fields, tool_calls: [{ id: 'call_1', name: 'look', args }] } as never),
      new ToolMessage({ tool_call_id: 'call_1', content: 'blue' }),
    ];
    const model = toChatModel(router, { route, ...(history && { history }) });
    if (stream) for await (const _ of await model.stream(thread));
    else await model.invoke(thread);
  };

const apiKey = 'elsewhere';

/** An interface with a conversation that it can hold. */
interface Cell {
  readonly face: string;
  readonly vendor: VendorName;
  readonly ask: Ask;
  /** What of the vendor's turn the interface can hold; by default all. */
  readonly parts?: readonly unknown[];
}

export const cells: readonly Cell[] = [
  {
    face: 'router.chat',
    vendor: 'claude',
    ask: direct([
      { anthropic: { signature: signed.claude } },
      { anthropic: { redactedData: `redacted-${signed.claude}` } },
    ]),
  },
  {
    face: 'router.chat',
    vendor: 'gpt',
    ask: direct([{ openai: { itemId: 'rs_1', reasoningEncryptedContent: signed.gpt } }], {
      openai: { itemId: 'fc_1' },
    }),
  },
  {
    face: 'router.chat',
    vendor: 'gemini',
    ask: direct([{ google: { thoughtSignature: `thought-${signed.gemini}` } }], {
      google: { thoughtSignature: signed.gemini },
    }),
  },
  {
    face: 'router.chat',
    vendor: 'openrouter',
    ask: direct([{ openrouter: { reasoning_details: details } }]),
  },
  {
    face: 'the AI SDK',
    vendor: 'claude',
    ask: aiSdk('claude', (url) => createAnthropic({ baseURL: `${url}/v1`, apiKey })('claude-haiku-4-5')),
  },
  {
    face: 'the AI SDK',
    vendor: 'gpt',
    ask: aiSdk('gpt', (url) => createOpenAI({ baseURL: `${url}/v1`, apiKey }).responses('gpt-5-mini')),
  },
  {
    face: 'the AI SDK',
    vendor: 'gemini',
    ask: aiSdk('gemini', (url) => createGoogle({ baseURL: `${url}/v1beta`, apiKey })('gemini-2.5-flash')),
  },
  {
    face: 'Chat Completions',
    vendor: 'openrouter',
    ask: chatCompletions({ reasoning: 'Hm', reasoning_details: details }),
  },
  {
    face: 'Chat Completions',
    vendor: 'claude',
    ask: chatCompletions({ reasoning_content: 'Hm', thinking_blocks: blocks.slice(0, 2) }),
  },
  {
    face: 'Chat Completions',
    vendor: 'gemini',
    ask: chatCompletions({}, { extra_content: { google: { thought_signature: signed.gemini } } }),
    parts: parts.slice(1),
  },
  { face: 'Responses', vendor: 'gpt', ask: responses },
  { face: 'Messages', vendor: 'claude', ask: messages },
  { face: 'LangChain', vendor: 'claude', ask: langchain({ content: blocks.slice(0, 2) }) },
  {
    face: 'LangChain',
    vendor: 'gpt',
    ask: langchain({ content: '', additional_kwargs: { reasoning: items[0] } }),
  },
];
