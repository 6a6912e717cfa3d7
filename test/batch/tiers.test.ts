import { createRouter, lowestCost } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { azure, groq, openrouter } from 'signalbox/openai-compatible';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultServer, faultServer, json } from '../support/fault-server.ts';

const price = { input: 1, output: 10, serviceTiers: { flex: 0.5, priority: 2 } };
const answer = (service_tier: string) =>
  json({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-5-mini',
    service_tier,
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
  });
const noRoom = json(
  {
    error: {
      code: 'resource_unavailable',
      type: 'resource_unavailable',
      message: 'No resources.',
      param: null,
    },
  },
  429,
);

let server: FaultServer;
beforeEach(async () => {
  server = await faultServer(answer('flex'));
});
afterEach(() => server.close());

const provider = () => openai({ baseURL: `${server.url}/v1`, apiKey: 'sk-test' });
const sent = () => server.received.map(({ body }) => (body as { service_tier?: string }).service_tier);

describe('service tiers as targets', () => {
  it('are targets of their own, whose ids name the tier', async () => {
    const router = createRouter({
      targets: [
        { provider: provider(), model: 'gpt-5-mini', price, tiers: ['flex', 'standard', 'priority'] },
      ],
    });
    expect(router.targets).toEqual([
      'openai/gpt-5-mini#flex',
      'openai/gpt-5-mini',
      'openai/gpt-5-mini#priority',
    ]);
    const { target, response, cost } = await router.chat({ prompt: 'hi' });
    expect({ target, tier: response.serviceTier }).toEqual({
      target: 'openai/gpt-5-mini#flex',
      tier: 'flex',
    });
    expect(cost?.total).toBeCloseTo(0.5 * 200e-6, 12);
    expect(sent()).toEqual(['flex']);
  });

  it('go to standard at once, and free, when flex has no room', async () => {
    server.behave(noRoom, answer('default'));
    const router = createRouter({
      targets: [{ provider: provider(), model: 'gpt-5-mini', price, tiers: ['flex', 'standard'] }],
      retry: { minDelay: 60_000 },
    });
    const { target, attempts, cost } = await router.chat({ prompt: 'hi' });
    expect(target).toBe('openai/gpt-5-mini');
    expect(sent()).toEqual(['flex', undefined]);
    expect(attempts[0]).toMatchObject({
      target: 'openai/gpt-5-mini#flex',
      billed: 'no',
      error: { kind: 'overloaded' },
    });
    expect(cost?.total).toBeCloseTo(200e-6, 12);
  });

  it('are charged as the answer says, not as asked', async () => {
    server.behave(answer('default'));
    const router = createRouter({
      targets: [{ provider: provider(), model: 'gpt-5-mini', price, tiers: ['flex'] }],
    });
    const { cost, response } = await router.chat({ prompt: 'hi' });
    expect(response.serviceTier).toBe('standard');
    expect(cost?.total).toBeCloseTo(200e-6, 12);
  });

  it('expect their own price before the call', async () => {
    const router = createRouter({
      targets: [
        { provider: provider(), model: 'gpt-5-mini', price, tiers: ['standard', 'flex', 'priority'] },
      ],
      strategy: lowestCost(),
    });
    const { candidates } = await router.explain({ prompt: 'hi' });
    expect(candidates.map(({ target }) => target)).toEqual([
      'openai/gpt-5-mini#flex',
      'openai/gpt-5-mini',
      'openai/gpt-5-mini#priority',
    ]);
  });

  it('leave an option of the caller alone', async () => {
    const router = createRouter({
      targets: [{ provider: provider(), model: 'gpt-5-mini', price, tiers: ['flex'] }],
    });
    await router.chat({ prompt: 'hi', providerOptions: { openai: { service_tier: 'priority' } } });
    expect(sent()).toEqual(['priority']);
  });

  it.each([
    [['turbo'], 'targets[0].tiers[0]', 'standard, flex, priority, batch'],
    [[], 'targets[0].tiers', 'at least one'],
    [['flex', 'flex'], 'targets[0].tiers[1]', 'once'],
  ])('refuse %o', (tiers, option, words) => {
    const create = () =>
      createRouter({ targets: [{ provider: provider(), model: 'gpt-5-mini', price, tiers }] });
    expect(create).toThrow(option);
    expect(create).toThrow(words);
  });

  it.each([
    ['groq', () => groq({ baseURL: server.url, apiKey: 'sk' }), 498, 'capacity_exceeded'],
    ['openrouter', () => openrouter({ baseURL: server.url, apiKey: 'sk' }), 503, 'unavailable'],
    ['azure', () => azure({ baseURL: server.url, apiKey: 'sk' }), 429, 'resource_unavailable'],
  ] as const)('of %s go to standard at once when flex has no room', async (name, create, status, code) => {
    server.behave(json({ error: { code, message: 'No room.' } }, status), answer('default'));
    const router = createRouter({
      targets: [{ provider: create(), model: 'm', price, tiers: ['flex', 'standard'] }],
    });
    const { target, attempts } = await router.chat({ prompt: 'hi' });
    expect(target).toBe(`${name}/m`);
    expect(sent()).toEqual(['flex', undefined]);
    expect(attempts[0]?.billed).toBe('no');
  });

  it('of Gemini are sent in its words', async () => {
    const reply = {
      candidates: [{ content: { role: 'model', parts: [{ text: 'Hi.' }] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 10, serviceTier: 'flex' },
    };
    server.behave(json(reply));
    const provider = google({ baseURL: server.url, apiKey: 'sk' });
    const router = createRouter({
      targets: [{ provider, model: 'gemini-3-flash', price, tiers: ['flex', 'standard'] }],
    });
    const { target, cost } = await router.chat({ prompt: 'hi' });
    expect(target).toBe('google/gemini-3-flash#flex');
    expect(server.received[0]?.body).toMatchObject({ serviceTier: 'flex' });
    expect(cost?.total).toBeCloseTo(100e-6, 12);
  });

  it('of Anthropic are its own', () => {
    const target = { provider: anthropic({ apiKey: 'sk' }), model: 'claude-opus-5', price };
    expect(createRouter({ targets: [{ ...target, tiers: ['fast', 'batch'] }] }).targets).toEqual([
      'anthropic/claude-opus-5#fast',
      'anthropic/claude-opus-5#batch',
    ]);
    expect(() => createRouter({ targets: [{ ...target, tiers: ['flex'] }] })).toThrow(
      'standard, fast, batch',
    );
  });
});

describe('lowestCost with a deadline', () => {
  const setUp = (deadline?: number) => {
    const clock = virtualClock();
    const cheap = scriptedProvider('cheap', () => ({ text: 'slow', delay: 20_000 }), clock);
    const dear = scriptedProvider('dear', () => ({ text: 'fast', delay: 1_000 }), clock);
    const targets = [
      { provider: cheap, model: 'm', price: { input: 1, output: 1 } },
      { provider: dear, model: 'm', price: { input: 2, output: 2 } },
    ];
    const router = createRouter({
      targets,
      clock,
      timeout: { response: 60_000 },
      strategy: lowestCost(deadline === undefined ? {} : { deadline }),
    });
    const ask = async (options = {}) => {
      const answering = router.chat({ prompt: 'hi' }, options);
      await clock.advance(30_000);
      return (await answering).target;
    };
    return { clock, ask };
  };

  it('uses the cheaper target while its p90 fits, and the other one when it does not', async () => {
    const { ask } = setUp(10_000);
    const used = [];
    for (let call = 0; call < 4; call++) used.push(await ask());
    expect(used[0]).toBe('cheap/m');
    expect(used.at(-1)).toBe('dear/m');
  });

  it('heeds the deadline of a call', async () => {
    const { clock, ask } = setUp();
    for (let call = 0; call < 4; call++) expect(await ask()).toBe('cheap/m');
    expect(await ask({ deadline: clock.date() + 10_000 })).toBe('dear/m');
    expect(await ask({ deadline: clock.date() + 100_000 })).toBe('cheap/m');
  });

  it('tries a slow target again when its measurements are old', async () => {
    const { clock, ask } = setUp(10_000);
    for (let call = 0; call < 4; call++) await ask();
    expect(await ask()).toBe('dear/m');
    await clock.advance(7_200_000);
    expect(await ask()).toBe('cheap/m');
  });
});
