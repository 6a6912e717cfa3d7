import type { ChatRequest } from 'signalbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer } from '../support/fault-server.ts';
import { chunk, completion } from './entries/chat-words.ts';
import { done, stream, type WireEntry, whole } from './entry.ts';
import type { InterfaceName } from './interfaces.ts';
import { play, routerOf, serve } from './play.ts';

/** A picture beyond the 8 MiB that one event of text may have. */
const picture = 'A'.repeat(9 * 2 ** 20);
const images = [{ type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } }];
const bytes = {
  chat: whole(completion({ content: 'Here', images })),
  stream: stream(chunk({ content: 'Here' }), chunk({ images }), chunk({}, 'stop'), done),
};

const modalities = (provider: string): ChatRequest => ({
  prompt: 'Draw a cat',
  providerOptions: { [provider]: { modalities: ['image', 'text'] } },
});

describe('limits follow what was asked for', () => {
  let server: FaultServer;
  beforeAll(async () => {
    server = await faultServer();
  });
  afterAll(() => server.close());

  const ask = (over: InterfaceName, mode: 'chat' | 'stream', request: ChatRequest, model = 'm') => {
    const entry: WireEntry = { name: '', source: '', over: [over], request, target: { model } };
    server.behave(serve(bytes[mode]));
    return play(entry, routerOf(entry, over, { baseURL: `${server.url}/v1` }), mode);
  };

  it.each<readonly [string, InterfaceName, ChatRequest, string]>([
    ['by its modalities, of OpenRouter', 'openrouter', modalities('openrouter'), 'm'],
    ['by its modalities, of any server', 'compatible', modalities('compatible'), 'm'],
    ['by its modalities, of OpenAI', 'openai', modalities('openai'), 'm'],
    ['by its model', 'compatible', { prompt: 'Draw a cat' }, 'gemini-2.5-flash-image'],
  ])('a picture that was asked for %s is taken whole, and in one event', async (_, over, request, model) => {
    for (const mode of ['chat', 'stream'] as const) {
      const played = await ask(over, mode, request, model);
      const result = 'result' in played ? played.result : undefined;
      const file = result?.content.find((part) => part.type === 'file');
      expect(file?.type === 'file' && String(file.data).length).toBe(picture.length);
      expect(result?.text).toBe('Here');
    }
  });

  it('an event of that size that nothing asked for is none', async () => {
    expect(await ask('compatible', 'stream', { prompt: 'Hi' })).toEqual({ fails: 'malformed' });
  });

  it('modalities without pictures ask for none, whatever the model', async () => {
    const providerOptions = { compatible: { modalities: ['text', 'audio'] } };
    const played = await ask('compatible', 'stream', { prompt: 'Hi', providerOptions }, 'my-image-model');
    expect(played).toEqual({ fails: 'malformed' });
  });
});
