import { generateText, streamText } from 'ai';
import type { Router } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { toChatModel } from 'signalbox/langchain';
import { toFetch } from 'signalbox/openai-fetch';
import { describe, expect, it } from 'vitest';
import { clients } from '../../adapters/openai-fetch/clients.ts';
import { cached } from './world.ts';

/** Each way to ask a router: the text that the application gets. */
const faces: Readonly<Record<string, (router: Router, prompt: string) => Promise<string>>> = {
  'generateText of the AI SDK': async (router, prompt) =>
    (await generateText({ model: toProvider(router)(), prompt, maxRetries: 0 })).text,
  'streamText of the AI SDK': async (router, prompt) =>
    streamText({ model: toProvider(router)(), prompt, maxRetries: 0 }).text,
  'Chat Completions of the OpenAI SDK': async (router, prompt) => {
    const { choices } = await clients(router).openai.chat.completions.create({
      model: 'default',
      messages: [{ role: 'user', content: prompt }],
    });
    return choices[0]?.message.content ?? '';
  },
  'a stream of Chat Completions': async (router, prompt) => {
    let text = '';
    const stream = await clients(router).openai.chat.completions.create({
      model: 'default',
      messages: [{ role: 'user', content: prompt }],
      stream: true,
    });
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    return text;
  },
  'Responses of the OpenAI SDK': async (router, prompt) =>
    (await clients(router).openai.responses.create({ model: 'default', input: prompt })).output_text,
  'Messages of the Anthropic SDK': async (router, prompt) => {
    const { content } = await clients(router).anthropic.messages.create({
      model: 'default',
      max_tokens: 100,
      messages: [{ role: 'user', content: prompt }],
    });
    return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  },
  'a stream of Messages': (router, prompt) =>
    clients(router)
      .anthropic.messages.stream({
        model: 'default',
        max_tokens: 100,
        messages: [{ role: 'user', content: prompt }],
      })
      .finalText(),
  'invoke of LangChain': async (router, prompt) => (await toChatModel(router).invoke(prompt)).text,
  'stream of LangChain': async (router, prompt) => {
    let text = '';
    for await (const chunk of await toChatModel(router).stream(prompt)) text += chunk.text;
    return text;
  },
};

describe.each(Object.entries(faces))('a cache below %s', (_, face) => {
  it('answers what was asked before, and nothing else', async () => {
    const all = cached({ a: [{ text: ['Ray', 'leigh'] }, { text: 'other' }] }, { scope: 'public' });
    expect(await face(all.router, 'Why?')).toBe('Rayleigh');
    expect(await face(all.router, 'Why?')).toBe('Rayleigh');
    expect(await face(all.router, 'Who?')).toBe('other');
    expect(all.calls()).toBe(2);
  });

  it('keeps tenants apart', async () => {
    const all = cached({ a: [{ text: 'for a' }, { text: 'for b' }] });
    expect(await face(all.router.with({ tenant: 'a' }), 'Why?')).toBe('for a');
    expect(await face(all.router.with({ tenant: 'b' }), 'Why?')).toBe('for b');
    expect(await face(all.router.with({ tenant: 'a' }), 'Why?')).toBe('for a');
    expect(all.calls()).toBe(2);
  });
});

describe('Cache-Control of a request over HTTP', () => {
  const post = async (router: Router, control: string | undefined, more: object = {}): Promise<Response> => {
    const response = await toFetch(router)('http://x/v1/chat/completions', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(control === undefined ? {} : { 'cache-control': control }),
      },
      body: JSON.stringify({ model: 'default', messages: [{ role: 'user', content: 'Why?' }], ...more }),
    });
    await response.clone().text();
    return response;
  };
  const sourceOf = async (router: Router, control?: string, more?: object): Promise<string | null> =>
    (await post(router, control, more)).headers.get('x-signalbox-cache');

  it.each([{}, { stream: true }])('is respected, and the answer reports its source: %j', async (more) => {
    const { clock, ...all } = cached({ a: [{}] }, { scope: 'public' });
    const { router } = all;
    expect(await sourceOf(router, 'no-store', more)).toBeNull();
    expect(await sourceOf(router, undefined, more)).toBe('miss');
    expect(await sourceOf(router, undefined, more)).toBe('hit');
    expect(await sourceOf(router, 'no-cache', more)).toBe('miss');
    await clock.advance(5_000);
    expect(await sourceOf(router, 'max-age=6', more)).toBe('hit');
    expect(await sourceOf(router, 'public, max-age=4', more)).toBe('miss');
    expect(await sourceOf(router, 'no-store', more)).toBeNull();
    expect(all.calls()).toBe(5);
  });

  it('is respected for embeddings', async () => {
    const { router } = cached({ a: [{}] }, { scope: 'public' });
    const embed = async (control?: string): Promise<string | null> => {
      const headers = {
        'content-type': 'application/json',
        ...(control === undefined ? {} : { 'cache-control': control }),
      };
      const body = JSON.stringify({ model: 'default', input: ['one'] });
      const response = await toFetch(router)('http://x/v1/embeddings', { method: 'POST', headers, body });
      return response.headers.get('x-signalbox-cache');
    };
    expect(await embed()).toBe('miss');
    expect(await embed()).toBe('hit');
    expect(await embed('no-store')).toBeNull();
  });

  it('changes nothing without the cache', async () => {
    const { router } = cached({ a: [{}] }, { scope: 'public' });
    const { router: plain } = await import('../../support/requests.ts').then(({ world }) =>
      world({ a: [{}] }),
    );
    expect(await sourceOf(plain, 'no-store')).toBeNull();
    expect(await sourceOf(router, 'only-if-cached')).toBe('miss');
  });
});
