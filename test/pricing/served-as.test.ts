import { createRouter, type Price, type Provider } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import * as compatible from 'signalbox/openai-compatible';

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

describe('a requested tier', () => {
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

  it.each(asked)('is included in the expected cost: %s', async (_, create, providerOptions, factor) => {
    const router = routerOf(create());
    const costOf = async (options: object) =>
      (await router.explain({ prompt: 'Hi', maxOutputTokens: 100, ...options })).candidates[0]?.estimatedCost;
    const usual = (await costOf({})) ?? Number.NaN;
    expect(await costOf({ providerOptions })).toBeCloseTo(usual * factor, 12);
  });

  it('counts toward `maxCost`', async () => {
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

describe('an interrupted stream', () => {
  const cut: readonly (readonly [string, () => Provider, readonly unknown[], object])[] = [
    [
      'xAI: thoughts beside the completion',
      () => compatible.xai({ apiKey, baseURL: server.url }),
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

  it.each(cut)('costs the usage so far, on the tier that served: %s', async (_, create, stream, bill) => {
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
  });
});

describe('a tier or region of unknown price', () => {
  const url = 'https://models.example/v1';
  const flat: Price = { input: 1, output: 10 };
  const { answer } = chat({ prompt_tokens: 1, completion_tokens: 1 }, { service_tier: 'priority' });
  const answers = (body: unknown) => () => Promise.resolve(Response.json(body));
  const plain = chat({ prompt_tokens: 1, completion_tokens: 1 }).answer;

  const costOf = async (provider: Provider, own: Price) => {
    const targets = [{ provider, model: 'gpt-5-mini', price: own }];
    return (await createRouter({ targets, retry: false }).chat({ prompt: 'Hi' })).cost;
  };

  it.each<readonly [string, Provider]>([
    ['Azure', compatible.azure({ apiKey, baseURL: url, fetch: answers(answer) })],
    ['Bedrock', compatible.bedrock({ apiKey, baseURL: url, fetch: answers(answer) })],
    ['Fireworks', compatible.fireworks({ apiKey, baseURL: url, fetch: answers(answer) })],
    ['DeepInfra', compatible.deepinfra({ apiKey, baseURL: url, fetch: answers(answer) })],
    ['OpenAI', openai({ apiKey, baseURL: url, fetch: answers(answer) })],
  ])('makes the cost of %s an estimate', async (_, provider) => {
    expect(await costOf(provider, flat)).toMatchObject({ total: 0.000_011, estimated: true });
  });

  it.each(['us', 'eu', 'jp'])('makes the cost of OpenAI’s address in %s an estimate', async (region) => {
    const baseURL = `https://${region}.api.openai.com/v1`;
    for (const api of ['chat-completions', 'responses'] as const) {
      const body = api === 'responses' ? responseOf() : plain;
      const provider = openai({ apiKey, baseURL, api, fetch: answers(body) });
      expect(await costOf(provider, flat)).toMatchObject({ estimated: true });
    }
  });

  it('is exact if the region’s price is declared', async () => {
    const provider = openai({ apiKey, baseURL: 'https://eu.api.openai.com/v1', fetch: answers(plain) });
    const declared = { ...flat, regions: { eu: 1.1 } };
    expect(await costOf(provider, declared)).toMatchObject({ total: 0.000_012_1, estimated: false });
  });

  it('is exact at OpenAI’s usual address', async () => {
    expect(await costOf(openai({ apiKey, fetch: answers(plain) }), flat)).toMatchObject({ estimated: false });
  });
});

function responseOf() {
  const content = [{ type: 'output_text', text: 'Hi', annotations: [] }];
  const output = [{ type: 'message', id: 'm', role: 'assistant', status: 'completed', content }];
  return { id: 'r', model: 'm', status: 'completed', output, usage: { input_tokens: 1, output_tokens: 1 } };
}
