import { done, named, stream, type WireEntry, whole } from '../entry.ts';
import { chatCompletions } from '../interfaces.ts';
import { call, chunk, completion } from './chat-words.ts';

/** How answers end, and what does not end them. */
export const chatEndings: readonly WireEntry[] = [
  {
    name: 'the reason may come with the last piece of text',
    source: 'https://github.com/vllm-project/vllm/pull/36944',
    over: chatCompletions,
    stream: stream(chunk({ content: 'Hel' }), chunk({ content: 'lo' }, 'stop'), done),
    chat: whole(completion({ content: 'Hello' })),
    gives: { text: 'Hello', finishReason: 'stop' },
  },
  {
    name: 'a call with the reason "stop" is a call',
    source: 'https://github.com/vllm-project/vllm/pull/25054',
    over: chatCompletions,
    stream: stream(
      named(
        'message',
        chunk({ tool_calls: [call('get_weather', '{"city":"Oslo"}', { index: 0, id: 'a' })] }),
      ),
      named('message', chunk({}, 'stop')),
      done,
    ),
    chat: whole(completion({ tool_calls: [call('get_weather', '{"city":"Oslo"}', { id: 'a' })] })),
    gives: {
      toolCalls: [{ toolName: 'get_weather', input: { city: 'Oslo' }, toolCallId: 'a' }],
      finishReason: 'tool-calls',
    },
  },
];
