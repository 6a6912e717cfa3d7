import type OpenAI from 'openai';
import type { Router } from 'signalbox';
import { clients } from '../../../../adapters/openai-fetch/clients.ts';
import {
  type Ask,
  answerPlaces,
  before,
  collect,
  type Face,
  format,
  hasTool,
  pdf,
  places,
  schema,
} from './face.ts';

const chatCompletions = (router: Router, ask: Ask, stream: boolean) => {
  const { text, reasoning, toolArguments = 'x', toolResult = 'y', fileName } = ask;
  // https://docs.litellm.ai/docs/reasoning_content
  const thinking_blocks = [{ type: 'thinking', thinking: reasoning, signature: 'sig' }];
  const thought = reasoning === undefined ? {} : { thinking_blocks };
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
      ...(hasTool(ask) ? called : [{ role: 'assistant', content: before(ask), ...thought } as const]),
      { role: 'user', content: fileName === undefined ? text : [{ type: 'text', text }, file] },
    ],
  });
};
export const openaiChat: Face = {
  name: 'OpenAI Chat Completions',
  places,
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
export const openaiResponses: Face = {
  name: 'OpenAI Responses',
  places: ['text', 'reasoning', 'tool arguments', 'tool results', 'structured output', 'file names'],
  shows: answerPlaces,
  chat: (router, ask) => responses(router, ask, false),
  stream: async (router, ask) => collect((await responses(router, ask, true)) as AsyncIterable<unknown>),
};
