import { generateText, streamText } from 'ai';
import type { Plugin, Router } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { toChatModel } from 'signalbox/langchain';
import { describe, expect, it } from 'vitest';
import { clients } from '../adapters/openai-fetch/clients.ts';
import { outcome, read, textOf, world } from '../support/requests.ts';
import { guard } from './samples/guard.ts';

/** Each way to ask a router, whole and as a stream: the text that the application gets. */
const faces: Readonly<Record<string, (router: Router, prompt: string) => Promise<string>>> = {
  'a direct chat': async (router, prompt) => (await router.chat({ prompt })).text,
  'a direct stream': async (router, prompt) => textOf(await read(await router.stream({ prompt }))),
  'generateText of the AI SDK': async (router, prompt) =>
    (await generateText({ model: toProvider(router)(), prompt, maxRetries: 0 })).text,
  'streamText of the AI SDK': async (router, prompt) => {
    const parts = [];
    const stream = streamText({ model: toProvider(router)(), prompt, maxRetries: 0, onError() {} });
    for await (const part of stream.fullStream) {
      if (part.type === 'error') throw part.error;
      if (part.type === 'text-delta') parts.push(part.text);
    }
    return parts.join('');
  },
  'Chat Completions of the OpenAI SDK': async (router, prompt) => {
    const { openai } = clients(router);
    const messages = [{ role: 'user', content: prompt }] as const;
    const { choices } = await openai.chat.completions.create({ model: 'default', messages: [...messages] });
    return choices[0]?.message.content ?? '';
  },
  'a stream of Chat Completions': async (router, prompt) => {
    const { openai } = clients(router);
    const parts = [];
    const messages = [{ role: 'user', content: prompt }] as const;
    const stream = await openai.chat.completions.create({
      model: 'default',
      messages: [...messages],
      stream: true,
    });
    for await (const chunk of stream) parts.push(chunk.choices[0]?.delta.content ?? '');
    return parts.join('');
  },
  'Responses of the OpenAI SDK': async (router, prompt) =>
    (await clients(router).openai.responses.create({ model: 'default', input: prompt })).output_text,
  'a stream of Responses': async (router, prompt) => {
    const parts = [];
    const stream = await clients(router).openai.responses.create({
      model: 'default',
      input: prompt,
      stream: true,
    });
    for await (const event of stream)
      if (event.type === 'response.output_text.delta') parts.push(event.delta);
    return parts.join('');
  },
  'Messages of the Anthropic SDK': async (router, prompt) => {
    const { content } = await clients(router).anthropic.messages.create({
      model: 'default',
      max_tokens: 100,
      messages: [{ role: 'user', content: prompt }],
    });
    return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  },
  'a stream of Messages': async (router, prompt) => {
    const parts: string[] = [];
    const stream = clients(router).anthropic.messages.stream({
      model: 'default',
      max_tokens: 100,
      messages: [{ role: 'user', content: prompt }],
    });
    for await (const event of stream)
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta')
        parts.push(event.delta.text);
    return parts.join('');
  },
  'invoke of LangChain': async (router, prompt) => (await toChatModel(router).invoke(prompt)).text,
  'stream of LangChain': async (router, prompt) => {
    const parts = [];
    for await (const chunk of await toChatModel(router).stream(prompt)) parts.push(chunk.text);
    return parts.join('');
  },
};

const seen = (log: string[]): Plugin => ({
  name: 'seen',
  observe: ({ operation }) => ({
    attempt: ({ target }) => ({ end: ({ outcome }) => log.push(`${target.id} ${outcome}`) }),
    end: ({ outcome }) => log.push(`${operation} ${outcome}`),
  }),
});

describe.each(Object.entries(faces))('a plugin below %s', (name, face) => {
  const operation = name.includes('stream') ? 'stream' : 'chat';

  it('sees and changes what is asked and what is answered', async () => {
    const text = ['Mail [MA', 'IL 0] ', 'or [x'];
    const { router, providers } = world({ a: [{ text }] }, { plugins: [guard({ forbidden: 'bomb' })] });
    expect(await face(router, 'Who is ada@x.example?')).toBe('Mail ada@x.example or [x');
    const asked = JSON.stringify(providers['a']?.calls[0]);
    expect(asked).toContain('Who is [MAIL 0]?');
    expect(asked).not.toContain('ada@x.example');
  });

  it('refuses a request before anything is sent', async () => {
    const { router, providers } = world({ a: [{}] }, { plugins: [guard({ forbidden: 'bomb' })] });
    const refused = await outcome(face(router, 'a bomb'));
    expect(String(refused.error)).toContain('guard');
    expect(providers['a']?.calls).toHaveLength(0);
  });

  it('sends a rejected answer to the next target', async () => {
    const log: string[] = [];
    const rejects: Plugin = {
      name: 'no-bad',
      transform: () => ({
        part: (part) => ('text' in part && part.text.includes('bad') ? { reject: 'bad' } : part),
      }),
    };
    const { router } = world(
      { a: [{ text: 'bad' }], b: [{ text: 'good' }] },
      { plugins: [rejects, seen(log)] },
    );
    expect(await face(router, 'Hi')).toBe('good');
    expect(log.slice(1)).toEqual(['b success', `${operation} success`]);
  });

  it('answers without a target', async () => {
    const stored = await world({ x: [{ text: 'stored' }] }).router.chat({ prompt: 'Hi' });
    const plugins: Plugin[] = [{ name: 'cache', lookup: () => ({ source: 'hit', answer: stored }) }];
    const { router, providers } = world({ a: [{}] }, { plugins });
    expect(await face(router, 'Hi')).toBe('stored');
    expect(providers['a']?.calls).toHaveLength(0);
  });

  it('leaves targets out', async () => {
    const plugins: Plugin[] = [
      { name: 'no-a', exclude: ({ target }) => (target.id === 'a' ? { reason: 'excluded' } : undefined) },
    ];
    const { router } = world({ a: [{ text: 'a' }], b: [{ text: 'b' }] }, { plugins });
    expect(await face(router, 'Hi')).toBe('b');
  });
});
