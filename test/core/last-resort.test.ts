import Anthropic from '@anthropic-ai/sdk';
import { generateText, streamText } from 'ai';
import OpenAI from 'openai';
import { createRouter, type Plugin, type RequestSummary, type RouterEvent } from 'signalbox';
import { toProvider } from 'signalbox/ai-sdk';
import { cache } from 'signalbox/cache';
import { toFetch } from 'signalbox/openai-fetch';
import { type Script, scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome } from '../support/requests.ts';

const lastResort = 'We are busy. Please try again.';
const price = { input: 1, output: 1 };
const ask = { prompt: 'Hi' };
const down: Script = { error: { kind: 'server', status: 500 } };

function stage(scripts: readonly Script[] = [down], plugins: readonly Plugin[] = []) {
  const clock = virtualClock();
  const provider = scriptedProvider('vendor', scripts, clock);
  const router = createRouter({
    targets: [{ provider, model: 'm', id: 'only', price, capabilities: { images: false } }],
    routes: { other: { lastResort: 'Later.' }, none: { lastResort: false } },
    lastResort,
    retry: false,
    log: false,
    plugins,
    clock,
  });
  const ends: RouterEvent[] = [];
  router.on('request-end', (event) => ends.push(event));
  return { router, clock, provider, ends };
}

describe('the last resort of a route', () => {
  it('answers a chat that no target could answer, and is marked as such', async () => {
    const result = await stage().router.chat(ask);
    expect(result).toMatchObject({
      text: lastResort,
      content: [{ type: 'text', text: lastResort }],
      target: 'last-resort',
      finishReason: 'other',
      toolCalls: [],
      usage: {},
      cost: { total: 0, source: 'last-resort' },
      decision: { lastResort: true, route: 'default' },
      attempts: [{ target: 'only', outcome: 'failed' }],
    });
  });

  it('answers a stream in the same way', async () => {
    const stream = await stage().router.stream(ask);
    const parts: unknown[] = [];
    for await (const part of stream) parts.push(part);
    expect(parts).toMatchObject([
      { type: 'text-delta', text: lastResort },
      { type: 'finish', finishReason: 'other', target: 'last-resort', cost: { total: 0 } },
    ]);
    expect(await stream.result).toMatchObject({ text: lastResort, decision: { lastResort: true } });
  });

  it('can be read once only, as any stream', async () => {
    const stream = await stage().router.stream(ask);
    for await (const text of stream.textStream) expect(text).toBe(lastResort);
    expect(() => stream[Symbol.asyncIterator]()).toThrow('a single read');
  });

  it('is the route’s own, or none', async () => {
    const { router } = stage();
    expect((await router.chat(ask, { route: 'other' })).text).toBe('Later.');
    expect(await outcome(router.chat(ask, { route: 'none' }))).toMatchObject({
      error: { code: 'all-targets-failed' },
    });
  });

  it('answers when the time is over', async () => {
    const { router, clock } = stage([{ delay: 60_000 }]);
    const answer = router.chat(ask, { timeout: { request: 1_000 } });
    await clock.advance(1_000);
    expect((await answer).text).toBe(lastResort);
  });

  it('answers while the vendor wants no requests', async () => {
    const { router, provider } = stage([{ error: { kind: 'rate-limit', status: 429, retryAfter: 600_000 } }]);
    await router.chat(ask);
    const { text, decision } = await router.chat(ask);
    expect([text, provider.calls.length]).toEqual([lastResort, 1]);
    expect(decision).toMatchObject({
      lastResort: true,
      skipped: [{ target: 'only', reason: 'cooling-down' }],
    });
  });

  it.each([
    [
      'a request that the vendor refuses',
      { error: { kind: 'bad-request', status: 400 } } as Script,
      ask,
      'provider',
    ],
    ['a request for JSON', down, { ...ask, schema: { type: 'object' as const } }, 'all-targets-failed'],
    [
      'a request that no target can take',
      {},
      {
        messages: [
          { role: 'user' as const, content: [{ type: 'image' as const, image: 'https://a.example/a.png' }] },
        ],
      },
      'no-target',
    ],
  ] as const)('does not answer %s', async (_, script, request, code) => {
    expect(await outcome(stage([script]).router.chat(request))).toMatchObject({ error: { code } });
  });

  it('does not answer a caller that has aborted', async () => {
    const { router } = stage([{ delay: 1_000 }]);
    const controller = new AbortController();
    const answer = outcome(router.chat(ask, { signal: controller.signal }));
    controller.abort(new Error('gone'));
    expect(await answer).toMatchObject({ error: { message: 'gone' } });
  });

  it('does not hide a stream that broke after its first token', async () => {
    const { router } = stage([{ text: ['Bl', 'ue'], after: 1, ...down }]);
    const stream = await router.stream(ask).catch(() => undefined);
    if (stream === undefined) throw new Error('the stream did not begin');
    expect(await outcome(stream.result)).toMatchObject({ error: { code: 'stream-interrupted' } });
  });

  it('is a failed request to events and plugins', async () => {
    const seen: RequestSummary[] = [];
    const observer: Plugin = { name: 'observer', observe: () => ({ end: (summary) => seen.push(summary) }) };
    const { router, ends } = stage([down], [observer]);
    await router.chat(ask);
    await (await router.stream(ask)).result;
    expect(ends).toMatchObject([
      { outcome: 'failed', decision: { lastResort: true } },
      { outcome: 'failed', decision: { lastResort: true } },
    ]);
    expect(seen.map(({ outcome: how, result }) => [how, result])).toEqual([
      ['failed', undefined],
      ['failed', undefined],
    ]);
  });

  it('is not stored by a cache', async () => {
    const { router, provider } = stage([down, { text: 'Blue' }], [cache({ ttl: 60_000 })]);
    expect((await router.chat(ask)).text).toBe(lastResort);
    expect((await router.chat(ask)).text).toBe('Blue');
    expect(provider.calls).toHaveLength(2);
  });

  it('answers through the AI SDK', async () => {
    const model = toProvider(stage().router)('default');
    const { text, finishReason, providerMetadata } = await generateText({ model, prompt: 'Hi' });
    expect([text, finishReason]).toEqual([lastResort, 'other']);
    expect(providerMetadata?.['signalbox']).toMatchObject({ decision: { lastResort: true } });
    expect(await streamText({ model, prompt: 'Hi' }).text).toBe(lastResort);
  });

  it('answers through toFetch, on all interfaces', async () => {
    const fetch = toFetch(stage().router);
    const openai = new OpenAI({ apiKey: 'none', baseURL: 'http://signalbox/v1', fetch });
    const anthropic = new Anthropic({ apiKey: 'none', baseURL: 'http://signalbox', fetch });
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    const chat = await openai.chat.completions.create({ model: 'default', messages });
    expect([chat.model, chat.choices[0]?.message.content]).toEqual(['last-resort', lastResort]);
    let streamed = '';
    for await (const { choices } of await openai.chat.completions.create({
      model: 'default',
      messages,
      stream: true,
    }))
      streamed += choices[0]?.delta.content ?? '';
    expect(streamed).toBe(lastResort);
    const response = await openai.responses.create({ model: 'default', input: 'Hi' });
    expect(response.output_text).toBe(lastResort);
    const message = await anthropic.messages.create({ model: 'default', max_tokens: 10, messages });
    expect(message.content).toMatchObject([{ type: 'text', text: lastResort }]);
  });

  it('has to be a text', () => {
    const provider = scriptedProvider('vendor', []);
    const make = () =>
      createRouter({ targets: [{ provider, model: 'm' }], lastResort: { text: 'x' } as never });
    expect(make).toThrow('lastResort: expected a text, or false, got an object');
  });
});
