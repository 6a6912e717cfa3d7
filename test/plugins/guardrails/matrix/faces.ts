import { inspect } from 'node:util';
import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { Agent, type Model, run, setTracingDisabled, tool } from '@openai/agents';
import { aisdk } from '@openai/agents-extensions/ai-sdk';
import {
  tool as aiTool,
  embed,
  generateObject,
  generateText,
  type ModelMessage,
  Output,
  streamText,
  type ToolSet,
} from 'ai';
import type OpenAI from 'openai';
import type { JSONSchema, Message, Router } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { toChatModel, toEmbeddings } from 'signalbox/langchain';
import { z } from 'zod';
import { clients } from '../../../adapters/openai-fetch/clients.ts';

/** Where a value is planted. */
export const places = [
  'text',
  'reasoning',
  'tool arguments',
  'tool results',
  'structured output',
  'file names',
  'embeddings',
] as const;
export type Place = (typeof places)[number];

/** Where an answer has a value. Tool results are those of tools that the vendor runs; file names are in citations. */
export const answerPlaces = [
  'text',
  'reasoning',
  'tool arguments',
  'tool results',
  'structured output',
  'file names',
] as const;
export type AnswerPlace = (typeof answerPlaces)[number];

/** A conversation whose last question is about a value. */
export interface Ask {
  readonly text: string;
  readonly reasoning?: string;
  readonly toolArguments?: string;
  readonly toolResult?: string;
  readonly fileName?: string;
  /** Requests an object; the value is a field of the previous one. */
  readonly object?: string;
}

/** One interface: everything that its caller sees, as JSON; `undefined` where it has no such place. */
export interface Face {
  readonly name: string;
  /** Places of the request that the interface has. */
  readonly places: readonly Place[];
  /** Places of answers that it shows to its caller. */
  readonly shows: readonly AnswerPlace[];
  chat(router: Router, ask: Ask): Promise<unknown>;
  stream(router: Router, ask: Ask): Promise<unknown>;
  embed?(router: Router, text: string): Promise<unknown>;
}

const pdf = 'JVBERi0xLjQKJSVFT0YK';
const schema = { type: 'object', properties: { q: { type: 'string' } } } as const;
const format = { ...schema, required: ['q'], additionalProperties: false } as const;
const zodFormat = z.object({ q: z.string() });
/** The previous answer. */
const before = ({ object }: Ask): string => (object === undefined ? 'Hello' : JSON.stringify({ q: object }));
const hasTool = ({ toolArguments, toolResult }: Ask): boolean =>
  toolArguments !== undefined || toolResult !== undefined;

function messages(ask: Ask): readonly Message[] {
  const { text, reasoning, toolArguments = 'x', toolResult = 'y', fileName } = ask;
  const call = {
    type: 'tool-call',
    toolCallId: 'c1',
    toolName: 'lookup',
    input: { q: toolArguments },
  } as const;
  const output = { type: 'text', value: toolResult } as const;
  const earlier: Message[] = [
    { role: 'user', content: 'Hi' },
    {
      role: 'assistant',
      content: [
        ...(reasoning === undefined ? [] : [{ type: 'reasoning', text: reasoning } as const]),
        hasTool(ask) ? call : { type: 'text', text: before(ask) },
      ],
    },
    ...(hasTool(ask)
      ? [
          {
            role: 'tool',
            content: [{ type: 'tool-result', toolCallId: 'c1', toolName: 'lookup', output }],
          } as const,
        ]
      : []),
  ];
  const file = {
    type: 'file',
    data: pdf,
    mediaType: 'application/pdf',
    filename: fileName ?? 'a.pdf',
  } as const;
  return [
    ...earlier,
    { role: 'user', content: fileName === undefined ? text : [{ type: 'text', text }, file] },
  ];
}

async function collect(parts: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for await (const part of parts) all.push(part);
  return all;
}

const tools = [{ name: 'lookup', inputSchema: schema }] as const;

const directRequest = (ask: Ask) =>
  ask.object === undefined
    ? { messages: messages(ask), tools }
    : { messages: messages(ask), schema: format as JSONSchema };
const direct: Face = {
  name: 'direct',
  places,
  shows: answerPlaces,
  chat: (router, ask) => router.chat(directRequest(ask)),
  async stream(router, ask) {
    const stream = await router.stream(directRequest(ask));
    return [await collect(stream), await stream.result];
  },
  embed: (router, text) => router.embed({ values: [text] }, { route: 'embeddings' }),
};

const sdkTools = {
  lookup: aiTool({ description: 'x', inputSchema: z.object({ q: z.string() }) }),
} as ToolSet;
const aiRequest = (router: Router, ask: Ask) => ({
  model: toProvider(router)(),
  messages: messages(ask) as ModelMessage[],
  maxRetries: 0,
});
const output = Output.object({ schema: zodFormat });
const aiSdkFace: Face = {
  name: 'AI SDK',
  places,
  shows: answerPlaces,
  async chat(router, ask) {
    const request = aiRequest(router, ask);
    if (ask.object !== undefined) {
      const both = await Promise.allSettled([
        generateObject({ ...request, schema: zodFormat }).then(({ object }) => object),
        generateText({ ...request, output }).then(({ output: made, content }) => [made, content]),
      ]);
      const failures = both.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
      if (failures.length > 0) throw new AggregateError(failures, inspect(failures, { depth: 8 }));
      return both;
    }
    const { content, text, reasoningText, toolCalls, finishReason, response } = await generateText({
      ...request,
      tools: sdkTools,
    });
    return { content, text, reasoningText, toolCalls, finishReason, messages: response.messages };
  },
  async stream(router, ask) {
    const request = aiRequest(router, ask);
    let failure: unknown;
    const onError = ({ error }: { readonly error: unknown }): void => {
      failure = error;
    };
    if (ask.object !== undefined) {
      const stream = streamText({ ...request, output, onError });
      const partial = await collect(stream.partialOutputStream);
      if (failure !== undefined) throw failure;
      return [partial, await stream.output];
    }
    const parts = await collect(streamText({ ...request, tools: sdkTools, onError }).fullStream);
    if (failure !== undefined) throw failure;
    return parts;
  },
  embed: (router, text) =>
    embed({ model: toProvider(router).embeddingModel('embeddings'), value: text, maxRetries: 0 }),
};

const chatCompletions = (router: Router, ask: Ask, stream: boolean) => {
  const { text, toolArguments = 'x', toolResult = 'y', fileName } = ask;
  const file = {
    type: 'file',
    file: { filename: fileName ?? 'a.pdf', file_data: `data:application/pdf;base64,${pdf}` },
  } as const;
  const call = {
    id: 'c1',
    type: 'function',
    function: { name: 'lookup', arguments: JSON.stringify({ q: toolArguments }) },
  } as const;
  const called: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'c1', content: toolResult },
  ];
  const tool = { type: 'function', function: { name: 'lookup', parameters: { ...schema } } } as const;
  const json_schema = { name: 'answer', schema: { ...format }, strict: true };
  return clients(router).openai.chat.completions.create({
    model: 'default',
    stream,
    ...(ask.object === undefined
      ? { tools: [tool] }
      : { response_format: { type: 'json_schema', json_schema } }),
    messages: [
      { role: 'user', content: 'Hi' },
      ...(hasTool(ask) ? called : [{ role: 'assistant', content: before(ask) } as const]),
      { role: 'user', content: fileName === undefined ? text : [{ type: 'text', text }, file] },
    ],
  });
};
const openaiChat: Face = {
  name: 'OpenAI Chat Completions',
  places: ['text', 'tool arguments', 'tool results', 'structured output', 'file names', 'embeddings'],
  shows: answerPlaces,
  chat: (router, ask) => chatCompletions(router, ask, false),
  stream: async (router, ask) =>
    collect((await chatCompletions(router, ask, true)) as AsyncIterable<unknown>),
  embed: (router, text) => clients(router).openai.embeddings.create({ model: 'embeddings', input: text }),
};

const responses = (router: Router, ask: Ask, stream: boolean) => {
  const { text, reasoning, toolArguments = 'x', toolResult = 'y', fileName } = ask;
  const file = {
    type: 'input_file',
    filename: fileName ?? 'a.pdf',
    file_data: `data:application/pdf;base64,${pdf}`,
  } as const;
  type Item = OpenAI.Responses.ResponseInputItem;
  const thought: Item = {
    type: 'reasoning',
    id: 'rs_1',
    summary: [{ type: 'summary_text', text: reasoning ?? '' }],
  };
  const hello: Item = { role: 'assistant', content: before(ask) };
  const called: Item[] = [
    { type: 'function_call', call_id: 'c1', name: 'lookup', arguments: JSON.stringify({ q: toolArguments }) },
    { type: 'function_call_output', call_id: 'c1', output: toolResult },
  ];
  const question: Item = {
    role: 'user',
    content: fileName === undefined ? text : [{ type: 'input_text', text }, file],
  };
  return clients(router).openai.responses.create({
    model: 'default',
    stream,
    ...(ask.object === undefined
      ? { tools: [{ type: 'function', name: 'lookup', parameters: schema, strict: null }] }
      : { text: { format: { type: 'json_schema', name: 'answer', schema: format, strict: true } } }),
    input: [
      { role: 'user', content: 'Hi' },
      ...(reasoning === undefined ? [] : [thought]),
      ...(hasTool(ask) ? called : [hello]),
      question,
    ],
  });
};
const openaiResponses: Face = {
  name: 'OpenAI Responses',
  places: ['text', 'reasoning', 'tool arguments', 'tool results', 'structured output', 'file names'],
  shows: answerPlaces,
  chat: (router, ask) => responses(router, ask, false),
  stream: async (router, ask) => collect((await responses(router, ask, true)) as AsyncIterable<unknown>),
};

const anthropicMessages = (ask: Ask) => {
  const { text, reasoning, toolArguments = 'x', toolResult = 'y', fileName } = ask;
  const source = { type: 'base64', media_type: 'application/pdf', data: pdf } as const;
  const thinking = { type: 'thinking', thinking: reasoning ?? '', signature: 'sig' } as const;
  const call = { type: 'tool_use', id: 'c1', name: 'lookup', input: { q: toolArguments } } as const;
  return {
    model: 'default',
    max_tokens: 100,
    ...(ask.object === undefined
      ? { tools: [{ name: 'lookup', input_schema: { ...schema } }] }
      : { output_config: { format: { type: 'json_schema' as const, schema: { ...format } } } }),
    messages: [
      { role: 'user' as const, content: 'Hi' },
      {
        role: 'assistant' as const,
        content: [
          ...(reasoning === undefined ? [] : [thinking]),
          hasTool(ask) ? call : ({ type: 'text', text: before(ask) } as const),
        ],
      },
      {
        role: 'user' as const,
        content: [
          ...(hasTool(ask) ? [{ type: 'tool_result', tool_use_id: 'c1', content: toolResult } as const] : []),
          ...(fileName === undefined ? [] : [{ type: 'document', source, title: fileName } as const]),
          { type: 'text', text } as const,
        ],
      },
    ],
  };
};
const anthropicFace: Face = {
  name: 'Anthropic Messages',
  places: ['text', 'reasoning', 'tool arguments', 'tool results', 'structured output', 'file names'],
  shows: answerPlaces,
  chat: (router, ask) => clients(router).anthropic.messages.create(anthropicMessages(ask)),
  stream: (router, ask) => collect(clients(router).anthropic.messages.stream(anthropicMessages(ask))),
};

const langchainMessages = (ask: Ask) => {
  const { text, reasoning, toolArguments = 'x', toolResult = 'y', fileName } = ask;
  const call = { id: 'c1', name: 'lookup', args: { q: toolArguments }, type: 'tool_call' } as const;
  const file = {
    type: 'file',
    source_type: 'base64',
    mime_type: 'application/pdf',
    data: pdf,
    metadata: { filename: fileName },
  };
  const thought = reasoning === undefined ? '' : [{ type: 'reasoning', reasoning }];
  return [
    new HumanMessage('Hi'),
    new AIMessage(
      hasTool(ask)
        ? { content: thought, tool_calls: [call] }
        : {
            content:
              reasoning === undefined
                ? before(ask)
                : ([...thought, { type: 'text', text: before(ask) }] as never),
          },
    ),
    ...(hasTool(ask) ? [new ToolMessage({ content: toolResult, tool_call_id: 'c1', name: 'lookup' })] : []),
    new HumanMessage({ content: fileName === undefined ? text : [{ type: 'text', text }, file] }),
  ];
};
const langchainTool = {
  type: 'function',
  function: { name: 'lookup', description: 'x', parameters: schema },
} as const;
const langchainModel = (router: Router, { object }: Ask) => {
  const model = toChatModel(router);
  return object === undefined
    ? model.bindTools([langchainTool])
    : model.withStructuredOutput(zodFormat, { includeRaw: true });
};
const langchain: Face = {
  name: 'LangChain',
  places,
  shows: answerPlaces,
  chat: (router, ask) => langchainModel(router, ask).invoke(langchainMessages(ask)),
  stream: async (router, ask) => collect(await langchainModel(router, ask).stream(langchainMessages(ask))),
  embed: (router, text) => toEmbeddings(router, { route: 'embeddings' }).embedQuery(text),
};

/** An agent runs its own tool, so the value comes in as the arguments or the result of a real call. */
const agent = (router: Router, ask: Ask, seen: unknown[]) =>
  new Agent({
    name: 'A',
    instructions: 'Answer.',
    model: aisdk(toProvider(router)()) as Model,
    ...(ask.object === undefined ? {} : { outputType: zodFormat }),
    tools:
      ask.object !== undefined
        ? []
        : [
            tool({
              name: 'lookup',
              description: 'x',
              parameters: z.object({ q: z.string() }),
              execute: async (input) => {
                seen.push(input);
                return ask.toolResult ?? 'y';
              },
            }),
          ],
  });
/** Its turns are its own, so the previous object is quoted. */
const asked = (ask: Ask): string => (ask.object === undefined ? ask.text : `${ask.text}: ${before(ask)}`);
const agents: Face = {
  name: 'OpenAI Agents',
  places: ['text', 'tool results', 'structured output'],
  shows: ['text', 'reasoning', 'tool arguments', 'structured output'],
  async chat(router, ask) {
    setTracingDisabled(true);
    const seen: unknown[] = [];
    const { finalOutput, newItems } = await run(agent(router, ask, seen), asked(ask), { maxTurns: 3 });
    return [finalOutput, seen, newItems.map(({ rawItem }) => rawItem)];
  },
  async stream(router, ask) {
    setTracingDisabled(true);
    const seen: unknown[] = [];
    const streamed = await run(agent(router, ask, seen), asked(ask), { stream: true, maxTurns: 3 });
    const texts = await collect(streamed.toTextStream());
    await streamed.completed;
    return [texts, seen, streamed.finalOutput, streamed.newItems.map(({ rawItem }) => rawItem)];
  },
};

export const faces: readonly Face[] = [
  direct,
  aiSdkFace,
  openaiChat,
  openaiResponses,
  anthropicFace,
  langchain,
  agents,
];
