import { generateText, streamText } from 'ai';
import { createRouter, type Provider, type ProviderStreamPart } from 'signalbox';
import { aiSdk, toProvider } from 'signalbox/ai-sdk';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import type { Wire } from '../../conformance/suite.ts';
import { events, faultServer, json } from '../../support/fault-server.ts';
import { overOfficial, vendors } from './vendors.ts';

const apiKey = 'k';
const prompt = 'Hello';

describe('supportedUrls', () => {
  const router = createRouter({
    targets: [
      { provider: openai({ apiKey }), model: 'gpt-5-mini', id: 'chat' },
      { provider: openai({ apiKey, api: 'responses' }), model: 'gpt-5-mini', id: 'responses' },
      { provider: anthropic({ apiKey }), model: 'claude-haiku-4-5', id: 'claude' },
      { provider: google({ apiKey }), model: 'gemini-2.5-flash', id: 'gemini' },
      { provider: aiSdk(), model: vendors[0]?.direct('https://x.example') ?? '', id: 'own' },
      { provider: scriptedProvider('unknown'), model: 'm', id: 'unknown' },
    ],
    routes: {
      pictures: { targets: ['chat', 'claude', 'own'] },
      files: { targets: ['responses', 'claude'] },
      all: { targets: ['chat', 'claude', 'gemini'] },
      none: { targets: ['chat', 'unknown'] },
    },
  });
  const fetched = (id: string, mediaType: string, url: string): boolean =>
    Object.entries(toProvider(router as never)(id as never).supportedUrls).some(
      ([type, patterns]) =>
        (type === '*' ||
          type === mediaType ||
          (type.endsWith('/*') && mediaType.startsWith(type.slice(0, -1)))) &&
        patterns.some((pattern) => pattern.test(url)),
    );

  it.each([
    ['pictures', 'image/png', 'http://a.example/a.png', true],
    ['pictures', 'application/pdf', 'https://a.example/a.pdf', false],
    ['files', 'application/pdf', 'https://a.example/a.pdf', true],
    ['all', 'image/png', 'https://a.example/a.png', true],
    ['all', 'image/png', 'http://a.example/a.png', false],
    ['all', 'image/gif', 'https://a.example/a.gif', false],
    ['none', 'image/png', 'https://a.example/a.png', false],
    ['gemini', 'video/mp4', 'https://youtu.be/x', true],
  ])('of the route %s: %s from %s: %s', (id, mediaType, url, expected) => {
    expect(fetched(id, mediaType, url)).toBe(expected);
  });
});

describe('the model that answered, and the time', () => {
  it.each(vendors.filter(({ key }) => key === 'openai'))(
    '$name: as the vendor says, both ways',
    async (vendor) => {
      const { answer, stream } = vendor.fixture.wires.text as Wire;
      const server = await faultServer(json(answer), events(stream));
      const model = overOfficial(vendor, server.url);
      const { response } = (await generateText({ model, prompt })).finalStep;
      const streamed = (await streamText({ model, prompt }).finalStep).response;
      const said = { modelId: 'wire-model' };
      expect(response).toMatchObject(said);
      expect(streamed).toMatchObject(said);
      expect(response.timestamp).toEqual(new Date(1_000));
      expect(streamed.timestamp).toEqual(response.timestamp);
      expect(streamed.headers?.['x-request-id']).toBe('req-1');
      await server.close();
    },
  );

  it('is the target’s own model if the vendor reports none', async () => {
    const router = createRouter({ targets: [{ provider: scriptedProvider('a'), model: 'm', id: 'a' }] });
    const { response } = (await generateText({ model: toProvider(router)('a'), prompt })).finalStep;
    expect(response.modelId).toBe('m');
  });
});

describe('blocks of a stream', () => {
  const parts: readonly ProviderStreamPart[] = [
    { type: 'reasoning-delta', text: 'hm', id: '0' },
    { type: 'reasoning-delta', text: '', id: '0', providerOptions: { a: { signature: 's' } } },
    { type: 'text-delta', text: 'one', id: '1' },
    { type: 'text-delta', text: 'two', id: '2' },
    { type: 'text-delta', text: 'and one', id: '1' },
    { type: 'finish', finishReason: 'stop', usage: {} },
  ];
  const blocks: Provider = {
    name: 'a',
    chat: () => Promise.reject(new Error('streams only')),
    async *stream() {
      yield* parts;
    },
  };
  const router = createRouter({ targets: [{ provider: blocks, model: 'm', id: 'a' }] });

  it('have unique ids, also when they alternate, and each one that starts ends', async () => {
    const open = new Set<string>();
    const seen = new Set<string>();
    for await (const part of streamText({ model: toProvider(router)('a'), prompt }).fullStream) {
      if (part.type === 'text-start' || part.type === 'reasoning-start') {
        expect(seen.has(part.id)).toBe(false);
        seen.add(part.id);
        open.add(part.id);
      }
      if (part.type === 'text-delta' || part.type === 'reasoning-delta') expect(open.has(part.id)).toBe(true);
      if (part.type === 'text-end' || part.type === 'reasoning-end') expect(open.delete(part.id)).toBe(true);
    }
    expect([seen.size, open.size]).toEqual([4, 0]);
  });

  it('keep their metadata', async () => {
    const { content } = await streamText({ model: toProvider(router)('a'), prompt }).finalStep;
    const metadata = { providerMetadata: { a: { signature: 's' } } };
    expect(content[0]).toMatchObject({ type: 'reasoning', text: 'hm', ...metadata });
  });
});
