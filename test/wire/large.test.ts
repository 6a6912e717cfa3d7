import type { ChatRequest } from 'signalbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer } from '../support/fault-server.ts';
import { chunk, completion } from './entries/chat-words.ts';
import { done, named, stream, type WireBytes, type WireEntry, whole } from './entry.ts';
import type { InterfaceName } from './interfaces.ts';
import { type Mode, play, routerOf, serve } from './play.ts';

const mebibyte = 2 ** 20;

/** An answer with a picture of this size, in one event where it is streamed. */
type Wire = (picture: string) => Record<Mode, WireBytes>;

const chatCompletions: Wire = (picture) => {
  const images = [{ type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } }];
  return {
    chat: whole(completion({ content: 'Here', images })),
    stream: stream(chunk({ content: 'Here' }), chunk({ images }), chunk({}, 'stop'), done),
  };
};

const gemini: Wire = (picture) => {
  const parts = [{ text: 'Here' }, { inlineData: { mimeType: 'image/png', data: picture } }];
  const answer = { candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }] };
  return { chat: whole(answer), stream: stream(answer) };
};

const responses: Wire = (picture) => {
  const message = { type: 'message', id: 'msg', content: [{ type: 'output_text', text: 'Here' }] };
  const image = { type: 'image_generation_call', id: 'ig', status: 'completed', result: picture };
  const answer = { id: 'resp', object: 'response', status: 'completed', output: [message, image] };
  const created = { type: 'response.created', response: { id: 'resp', output: [] } };
  return {
    chat: whole(answer),
    stream: stream(
      named('response.created', created),
      named('response.completed', { type: 'response.completed', response: answer }),
    ),
  };
};

const draw = { prompt: 'Draw a cat' };
const modalities = (provider: string): ChatRequest => ({
  ...draw,
  providerOptions: { [provider]: { modalities: ['image', 'text'] } },
});
const imageTool: ChatRequest = {
  ...draw,
  tools: [{ type: 'provider', id: 'openai.image_generation', name: 'image_generation', args: {} }],
};
const geminiImages = { ...draw, providerOptions: { google: { responseModalities: ['TEXT', 'IMAGE'] } } };

describe('limits depend on the request', () => {
  let server: FaultServer;
  beforeAll(async () => {
    server = await faultServer();
  });
  afterAll(() => server.close());

  const ask = (over: InterfaceName, mode: Mode, bytes: WireBytes, request: ChatRequest, model = 'm') => {
    const entry: WireEntry = { name: '', source: '', over: [over], request, target: { model } };
    server.behave(serve(bytes));
    return play(entry, routerOf(entry, over, { baseURL: `${server.url}/v1` }), mode);
  };
  const sizesOf = (played: Awaited<ReturnType<typeof ask>>) =>
    'result' in played
      ? played.result.content.flatMap((part) => (part.type === 'file' ? [String(part.data).length] : []))
      : played.fails;

  it.each<readonly [string, InterfaceName, Wire, ChatRequest, string]>([
    ['by its modalities, of OpenRouter', 'openrouter', chatCompletions, modalities('openrouter'), 'm'],
    ['by its modalities, of any server', 'compatible', chatCompletions, modalities('compatible'), 'm'],
    ['by its modalities, of OpenAI', 'openai', chatCompletions, modalities('openai'), 'm'],
    ['by its model', 'compatible', chatCompletions, draw, 'gemini-2.5-flash-image'],
    ['by its modalities, of Gemini', 'google', gemini, geminiImages, 'm'],
    ['by its model, of Gemini', 'google', gemini, draw, 'gemini-2.5-flash-image'],
    ['by a tool that makes them', 'openai-responses', responses, imageTool, 'm'],
  ])('images requested %s may be larger than other answers', async (_, over, wire, request, model) => {
    const picture = 'A'.repeat(33 * mebibyte);
    const { chat, stream: events } = wire(picture);
    expect(sizesOf(await ask(over, 'stream', events, request, model))).toEqual([picture.length]);
    if (over === 'openrouter')
      expect(sizesOf(await ask(over, 'chat', chat, request, model))).toEqual([picture.length]);
  });

  it.each<readonly [InterfaceName, Wire]>([
    ['compatible', chatCompletions],
    ['google', gemini],
    ['openai-responses', responses],
  ])('an unrequested image is accepted in one event and as a whole: %s', async (over, wire) => {
    const picture = 'A'.repeat(9 * mebibyte);
    for (const mode of ['chat', 'stream'] as const)
      expect(sizesOf(await ask(over, mode, wire(picture)[mode], draw))).toEqual([picture.length]);
  });

  it('an event of that size without a file is rejected', async () => {
    const text = 'A'.repeat(9 * mebibyte);
    const bytes = stream(chunk({ content: text }), chunk({}, 'stop'), done);
    expect(await ask('compatible', 'stream', bytes, draw)).toEqual({ fails: 'malformed' });
  });
});
