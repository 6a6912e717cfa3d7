import type { InterfaceName } from '../wire/interfaces.ts';
import { type Behavior, events, json, type Received } from './fault-server.ts';

const data = (chunk: object): string => `data: ${JSON.stringify(chunk)}\n\n`;
const event = (type: string, fields: object): string => `event: ${type}\n${data({ type, ...fields })}`;

/** A text as a vendor answers with it, streamed where the request asks for that. */
export function answerWith(name: InterfaceName, text: string): Behavior {
  const { whole, stream } = answers[family(name)](text);
  return (response, received) => (isStreamed(received) ? events(stream) : json(whole))(response, received);
}

function family(name: InterfaceName): keyof typeof answers {
  if (name === 'anthropic' || name === 'google') return name;
  return name === 'openai-responses' ? 'responses' : 'chat';
}

export function isStreamed({ path, body }: Received): boolean {
  return (body as { stream?: unknown }).stream === true || path.includes('streamGenerateContent');
}

const answers = {
  chat: (content: string) => ({
    whole: {
      id: 'c',
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    },
    stream: [
      data({ id: 'c', model: 'm', choices: [{ index: 0, delta: { role: 'assistant', content } }] }),
      data({ id: 'c', model: 'm', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
      'data: [DONE]\n\n',
    ],
  }),
  responses: (text: string) => {
    const item = {
      id: 'i',
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text, annotations: [] }],
    };
    const response = {
      id: 'r',
      model: 'm',
      status: 'completed',
      output: [item],
      error: null,
      incomplete_details: null,
    };
    return {
      whole: response,
      stream: [
        event('response.created', { response: { ...response, status: 'in_progress', output: [] } }),
        event('response.output_item.added', { output_index: 0, item: { ...item, content: [] } }),
        event('response.output_text.delta', { item_id: 'i', output_index: 0, content_index: 0, delta: text }),
        event('response.output_item.done', { output_index: 0, item }),
        event('response.completed', { response }),
      ],
    };
  },
  anthropic: (text: string) => {
    const usage = { input_tokens: 1, output_tokens: 1 };
    const message = { id: 'm', type: 'message', role: 'assistant', model: 'm', usage };
    return {
      whole: { ...message, content: [{ type: 'text', text }], stop_reason: 'end_turn', stop_sequence: null },
      stream: [
        event('message_start', {
          message: { ...message, content: [], stop_reason: null, stop_sequence: null },
        }),
        event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
        event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
        event('content_block_stop', { index: 0 }),
        event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage }),
        event('message_stop', {}),
      ],
    };
  },
  google: (text: string) => {
    const answer = {
      responseId: 'g',
      modelVersion: 'm',
      candidates: [{ index: 0, content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }],
    };
    return { whole: answer, stream: [data(answer)] };
  },
};
