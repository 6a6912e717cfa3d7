import type { JSONSchema } from 'signalbox';
import { type Ask, answerPlaces, collect, type Face, format, places, schema } from './face.ts';
import { messages } from './messages.ts';

const tools = [{ name: 'lookup', inputSchema: schema }] as const;

const directRequest = (ask: Ask) =>
  ask.object === undefined
    ? { messages: messages(ask), tools }
    : { messages: messages(ask), schema: format as JSONSchema };
export const direct: Face = {
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
