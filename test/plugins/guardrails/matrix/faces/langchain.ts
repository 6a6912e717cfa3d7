import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import type { Router } from 'signalbox';
import { toChatModel, toEmbeddings } from 'signalbox/langchain';
import {
  type Ask,
  answerPlaces,
  before,
  collect,
  type Face,
  hasTool,
  pdf,
  places,
  schema,
  zodFormat,
} from './face.ts';

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
  const thought =
    reasoning === undefined ? '' : [{ type: 'thinking', thinking: reasoning, signature: 'sig' }];
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
export const langchain: Face = {
  name: 'LangChain',
  places,
  shows: answerPlaces,
  chat: (router, ask) => langchainModel(router, ask).invoke(langchainMessages(ask)),
  stream: async (router, ask) => collect(await langchainModel(router, ask).stream(langchainMessages(ask))),
  embed: (router, text) => toEmbeddings(router, { route: 'embeddings' }).embedQuery(text),
};
