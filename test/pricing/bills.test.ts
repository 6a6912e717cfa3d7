import { createRouter, type Price, type Provider } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { openaiCompatible } from 'signalbox/openai-compatible';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { events, type FaultServer, faultServer, json } from '../support/fault-server.ts';
import { read } from '../support/requests.ts';

/** From what a vendor counted on the wire to US$, worked out by hand. Rates are those of the catalog of November 2026. */

interface Bill {
  readonly name: string;
  readonly model: string;
  create(url: string): Provider;
  readonly answer: unknown;
  readonly stream: readonly unknown[];
  /** Declared; without it the catalog's. */
  readonly price?: Price;
  readonly total: number;
  readonly parts?: Record<string, number>;
  readonly estimated?: boolean;
}

const apiKey = 'sk-test';
const chat = (usage: unknown) => ({
  answer: { choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }], usage },
  stream: [{ choices: [{ delta: { content: 'Hi' }, finish_reason: 'stop' }] }, { choices: [], usage }],
});
const responses = (usage: unknown, ...more: readonly object[]) => {
  const message = {
    type: 'message',
    id: 'm',
    content: [{ type: 'output_text', text: 'Hi', annotations: [] }],
  };
  const response = { id: 'r', status: 'completed', output: [...more, message], usage };
  return {
    answer: response,
    stream: [
      { type: 'response.output_text.delta', item_id: 'm', content_index: 0, delta: 'Hi' },
      { type: 'response.completed', response },
    ],
  };
};
const messages = (usage: { readonly output_tokens: number } & Record<string, unknown>) => ({
  answer: { content: [{ type: 'text', text: 'Hi' }], stop_reason: 'end_turn', usage },
  stream: [
    { type: 'message_start', message: { id: 'm', usage: { ...usage, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn' },
      usage: { output_tokens: usage.output_tokens },
    },
    { type: 'message_stop' },
  ],
});
const gemini = (usageMetadata: unknown) => {
  const chunk = {
    candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }],
    usageMetadata,
  };
  return { answer: chunk, stream: [chunk] };
};

const bills: readonly Bill[] = [
  {
    name: 'OpenAI: cached input and reasoning',
    model: 'gpt-5-mini',
    create: (url) => openai({ baseURL: `${url}/v1`, apiKey }),
    ...chat({
      prompt_tokens: 10_000,
      prompt_tokens_details: { cached_tokens: 6_000 },
      completion_tokens: 1_500,
      completion_tokens_details: { reasoning_tokens: 1_000 },
    }),
    // 4,000 × 0.25 + 6,000 × 0.025 + 1,500 × 2.00
    total: 0.004_15,
    parts: { input: 0.001, cacheRead: 0.000_15, output: 0.003 },
  },
  {
    name: 'OpenAI: audio in and out',
    model: 'gpt-audio',
    create: (url) => openai({ baseURL: `${url}/v1`, apiKey }),
    ...chat({
      prompt_tokens: 1_000,
      prompt_tokens_details: { audio_tokens: 800 },
      completion_tokens: 500,
      completion_tokens_details: { audio_tokens: 400 },
    }),
    // 200 × 2.50 + 800 × 32 + 100 × 10 + 400 × 64
    total: 0.052_7,
    parts: { input: 0.026_1, output: 0.026_6 },
  },
  {
    name: 'OpenAI, Responses: a web search',
    model: 'gpt-5-mini',
    create: (url) => openai({ baseURL: `${url}/v1`, apiKey, api: 'responses' }),
    ...responses(
      {
        input_tokens: 8_000,
        input_tokens_details: { cached_tokens: 2_000 },
        output_tokens: 1_000,
        output_tokens_details: { reasoning_tokens: 600 },
      },
      { type: 'web_search_call', id: 'w1', status: 'completed', action: { type: 'search', query: 'x' } },
      { type: 'web_search_call', id: 'w2', status: 'completed', action: { type: 'open_page', url: 'x' } },
    ),
    // 6,000 × 0.25 + 2,000 × 0.025 + 1,000 × 2.00, and one search
    total: 0.013_55,
    parts: { webSearch: 0.01 },
  },
  {
    name: 'Anthropic: cache read, written for five minutes and for an hour, and searches',
    model: 'claude-haiku-4-5',
    create: (url) => anthropic({ baseURL: url, apiKey }),
    ...messages({
      input_tokens: 1_000,
      cache_read_input_tokens: 20_000,
      cache_creation_input_tokens: 5_000,
      cache_creation: { ephemeral_5m_input_tokens: 3_000, ephemeral_1h_input_tokens: 2_000 },
      output_tokens: 700,
      server_tool_use: { web_search_requests: 2 },
    }),
    // 1,000 × 1 + 20,000 × 0.10 + 3,000 × 1.25 + 2,000 × 2 + 700 × 5, and two searches
    total: 0.034_25,
    parts: { input: 0.001, cacheRead: 0.002, cacheWrite: 0.007_75, output: 0.003_5, webSearch: 0.02 },
  },
  {
    name: 'Google: the higher price tier, with cache and thoughts',
    model: 'gemini-2.5-pro',
    create: (url) => google({ baseURL: url, apiKey }),
    ...gemini({
      promptTokenCount: 250_000,
      cachedContentTokenCount: 100_000,
      candidatesTokenCount: 1_000,
      thoughtsTokenCount: 4_000,
    }),
    // 150,000 × 2.50 + 100,000 × 0.25 + 5,000 × 15
    total: 0.475,
  },
  {
    name: 'Google, the older SDK: audio in',
    model: 'gemini-2.5-flash',
    create: (url) => google({ baseURL: url, apiKey, sdk: 'generative-ai' }),
    ...gemini({
      promptTokenCount: 1_000,
      promptTokensDetails: [{ modality: 'AUDIO', tokenCount: 600 }],
      candidatesTokenCount: 100,
    }),
    // 400 × 0.30 + 600 × 1.00 + 100 × 2.50
    total: 0.000_97,
  },
  {
    name: 'OpenAI-compatible: a declared price with a fee per request',
    model: 'llama',
    create: (url) => openaiCompatible({ name: 'house', baseURL: url }),
    ...chat({ prompt_tokens: 2_000, completion_tokens: 1_000 }),
    price: { input: 0.59, output: 0.79, request: 0.001 },
    // 2,000 × 0.59 + 1,000 × 0.79, and the fee
    total: 0.002_97,
  },
  {
    name: 'a rate that the price lacks: the nearest stands in, and the cost counts as estimated',
    model: 'llama',
    create: (url) => openaiCompatible({ name: 'house', baseURL: url }),
    ...chat({ prompt_tokens: 2_000, prompt_tokens_details: { cached_tokens: 1_000 }, completion_tokens: 0 }),
    price: { input: 1, output: 1 },
    total: 0.002,
    estimated: true,
  },
];

describe('the cost of an answer', () => {
  let server: FaultServer;
  beforeEach(async () => {
    server = await faultServer();
  });
  afterEach(() => server.close());

  it.each(bills)(
    '$name',
    async ({ create, model, price, answer, stream, total, parts = {}, estimated = false }) => {
      const target = { provider: create(server.url), model, ...(price === undefined ? {} : { price }) };
      const router = createRouter({ targets: [target] });
      server.behave(json(answer));
      const whole = await router.chat({ prompt: 'Hi' });
      server.behave(
        events(
          stream.map((event) => {
            const { type } = event as { readonly type?: string };
            return `${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(event)}\r\n\r\n`;
          }),
        ),
      );
      const opened = await router.stream({ prompt: 'Hi' });
      await read(opened);
      for (const { cost } of [whole, await opened.result]) {
        expect(cost?.total).toBeCloseTo(total, 12);
        for (const [part, dollars] of Object.entries(parts))
          expect(cost).toMatchObject({ [part]: expect.closeTo(dollars, 12) });
        expect(cost).toMatchObject({ source: price === undefined ? 'catalog' : 'declared', estimated });
      }
    },
  );

  it('of embeddings is the cost of their input', async () => {
    server.behave(
      json({ data: [{ index: 0, embedding: [1] }], usage: { prompt_tokens: 1_000, total_tokens: 1_000 } }),
    );
    const router = createRouter({
      targets: [
        { provider: openai({ baseURL: `${server.url}/v1`, apiKey }), model: 'text-embedding-3-small' },
      ],
    });
    const { cost } = await router.embed({ values: ['x'] });
    expect(cost?.total).toBeCloseTo(0.000_02, 12); // 1,000 × 0.02
    expect(cost).toMatchObject({ source: 'catalog', estimated: false });
  });

  it('is unknown, with one warning, if no price is known', async () => {
    server.behave(json(chat({ prompt_tokens: 1, completion_tokens: 1 }).answer));
    const router = createRouter({
      targets: [{ provider: openaiCompatible({ name: 'house', baseURL: server.url }), model: 'own' }],
    });
    const unknown: string[] = [];
    router.on('price-unknown', ({ target }) => unknown.push(target));
    expect((await router.chat({ prompt: 'Hi' })).cost).toBeUndefined();
    expect((await router.chat({ prompt: 'Hi' })).cost).toBeUndefined();
    expect(unknown).toEqual(['house/own']);
  });

  it('is estimated if the vendor reports no usage', async () => {
    server.behave(json({ choices: [{ message: { content: 'Hello there' }, finish_reason: 'stop' }] }));
    const router = createRouter({
      targets: [
        {
          provider: openaiCompatible({ name: 'house', baseURL: server.url }),
          model: 'own',
          price: { input: 1, output: 1 },
        },
      ],
    });
    const { usage, cost } = await router.chat({ prompt: 'Hi' });
    expect(usage).toEqual({});
    expect(cost).toMatchObject({ estimated: true, total: expect.any(Number) });
  });
});
