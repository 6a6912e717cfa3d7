import { clients } from '../../../../adapters/openai-fetch/clients.ts';
import { type Ask, answerPlaces, before, collect, type Face, format, hasTool, pdf, schema } from './face.ts';

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
export const anthropicFace: Face = {
  name: 'Anthropic Messages',
  places: ['text', 'reasoning', 'tool arguments', 'tool results', 'structured output', 'file names'],
  shows: answerPlaces,
  chat: (router, ask) => clients(router).anthropic.messages.create(anthropicMessages(ask)),
  stream: (router, ask) => collect(clients(router).anthropic.messages.stream(anthropicMessages(ask))),
};
