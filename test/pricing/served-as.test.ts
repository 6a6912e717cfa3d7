import { createRouter, type Price, type Provider } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { xai } from 'signalbox/openai-compatible';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { events, type FaultServer, faultServer, json } from '../support/fault-server.ts';
import { outcome, read } from '../support/requests.ts';
import { anthropicMessage, chat, microsOf, toEvent } from './vendors.ts';

const apiKey = 'sk-test';
/** In micro-US$ a token. */
const price: Price = {
  input: 1,
  output: 10,
  serviceTiers: { flex: 0.5, priority: 2, fast: 6 },
  regions: { us: 1.1 },
};

let server: FaultServer;
beforeEach(async () => {
  server = await faultServer();
});
afterEach(() => server.close());

const routerOf = (provider: Provider) =>
  createRouter({ targets: [{ provider, model: 'm', id: 't', price }], retry: false });

describe('a tier that is asked for', () => {
  const asked: readonly (readonly [string, () => Provider, Record<string, unknown>, number])[] = [
    ['OpenAI’s flex', () => openai({ apiKey }), { openai: { service_tier: 'flex' } }, 0.5],
    ['OpenAI’s standard tier', () => openai({ apiKey }), { openai: { service_tier: 'default' } }, 1],
    ['whatever the project is set to', () => openai({ apiKey }), { openai: { service_tier: 'auto' } }, 1],
    [
      'Responses’ priority',
      () => openai({ apiKey, api: 'responses' }),
      { openai: { service_tier: 'priority' } },
      2,
    ],
    ['Gemini’s flex', () => google({ apiKey }), { google: { serviceTier: 'flex' } }, 0.5],
    ['Anthropic’s fast mode', () => anthropic({ apiKey }), { anthropic: { speed: 'fast' } }, 6],
    ['Anthropic’s region', () => anthropic({ apiKey }), { anthropic: { inference_geo: 'us' } }, 1.1],
    ['another vendor’s', () => anthropic({ apiKey }), { openai: { service_tier: 'flex' } }, 1],
  ];

  it.each(asked)('is in the expected cost: %s', async (_, create, providerOptions, factor) => {
    const router = routerOf(create());
    const costOf = async (options: object) =>
      (await router.explain({ prompt: 'Hi', maxOutputTokens: 100, ...options })).candidates[0]?.estimatedCost;
    const usual = (await costOf({})) ?? Number.NaN;
    expect(await costOf({ providerOptions })).toBeCloseTo(usual * factor, 12);
  });

  it('counts against the most that a request may cost', async () => {
    const router = routerOf(openai({ apiKey, baseURL: `${server.url}/v1` }));
    server.behave(
      json(chat({ prompt_tokens: 5, completion_tokens: 100 }, { service_tier: 'default' }).answer),
    );
    const ask = { prompt: 'Hi', maxOutputTokens: 100 };
    const limit = { maxCost: 0.001_5 };
    expect(await outcome(router.chat(ask, limit))).toHaveProperty('value');
    const priority = { openai: { service_tier: 'priority' } };
    expect(await outcome(router.chat({ ...ask, providerOptions: priority }, limit))).toMatchObject({
      error: { code: 'cost-limit' },
    });
  });
});

describe('a stream that is cut off', () => {
  const cut: readonly (readonly [string, () => Provider, readonly unknown[], object])[] = [
    [
      'xAI: thoughts beside the completion',
      () => xai({ apiKey, baseURL: server.url }),
      chat(
        {
          prompt_tokens: 100,
          completion_tokens: 1,
          total_tokens: 131,
          completion_tokens_details: { reasoning_tokens: 30 },
        },
        { service_tier: 'priority' },
      ).stream.filter((_, index) => index !== 1),
      { usage: { inputTokens: 100, outputTokens: 31 }, micros: 2 * (100 + 310), serviceTier: 'priority' },
    ],
    [
      'Anthropic: what the start counted',
      () => anthropic({ apiKey, baseURL: server.url }),
      anthropicMessage({
        input_tokens: 100,
        output_tokens: 40,
        service_tier: 'standard',
        speed: 'fast',
      }).stream.slice(0, 3),
      { usage: { inputTokens: 100, outputTokens: 1 }, micros: 6 * 110, serviceTier: 'fast' },
    ],
    [
      'Gemini: thoughts before the text',
      () => google({ apiKey, baseURL: server.url }),
      [
        {
          candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] } }],
          usageMetadata: {
            promptTokenCount: 100,
            thoughtsTokenCount: 30,
            candidatesTokenCount: 1,
            totalTokenCount: 131,
            trafficType: 'ON_DEMAND_FLEX',
          },
        },
      ],
      { usage: { inputTokens: 100, outputTokens: 31 }, micros: (100 + 310) / 2, serviceTier: 'flex' },
    ],
  ];

  it.each(cut)(
    'costs what was counted until then, on the tier that served: %s',
    async (_, create, stream, bill) => {
      const router = routerOf(create());
      const ends: unknown[] = [];
      const bills: unknown[] = [];
      router.on('attempt-end', ({ serviceTier }) => ends.push(serviceTier));
      router.on('usage', ({ usage: { inputTokens, outputTokens }, cost, serviceTier, billed }) => {
        const counted = { usage: { inputTokens, outputTokens }, micros: microsOf(cost), serviceTier };
        bills.push({ ...counted, estimated: cost?.estimated, billed });
      });
      server.behave(events(stream.map(toEvent)));
      expect(await outcome(router.stream({ prompt: 'Hi' }).then(read))).toHaveProperty('error');
      expect(bills).toEqual([{ ...bill, estimated: true, billed: 'unknown' }]);
      expect(ends).toEqual([(bill as { serviceTier: string }).serviceTier]);
    },
  );
});
