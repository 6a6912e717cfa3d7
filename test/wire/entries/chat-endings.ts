import { done, stream, type WireEntry, whole } from '../entry.ts';
import { chatCompletions } from '../interfaces.ts';
import { chunk, completion } from './chat-words.ts';

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
];
