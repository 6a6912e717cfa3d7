import { balanced, createRouter, lowestCost } from 'signalbox';
import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { azure, bedrock, groq, openrouter } from 'signalbox/openai-compatible';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withVendorTerms } from '../../src/pricing/vendor-terms.ts';
import { type Behavior, type FaultServer, faultServer, json } from '../support/fault-server.ts';

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
    ['bedrock', () => bedrock({ baseURL: server.url, apiKey: 'sk' }), 503, 'ServiceUnavailableException'],
    ['bedrock', () => bedrock({ baseURL: server.url, apiKey: 'sk' }), 429, 'ThrottlingException'],
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

  // https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html: capacity, not the account's quota.
  it('of bedrock go to standard at once when flex has no room, in the form of errors of AWS', async () => {
    server.behave((response) => {
      response.writeHead(503, {
        'content-type': 'application/json',
        'x-amzn-errortype': 'ServiceUnavailableException',
      });
      response.end(JSON.stringify({ message: 'The service is temporarily unable to handle the request.' }));
    }, answer('default'));
    const router = createRouter({
      targets: [
        {
          provider: bedrock({ baseURL: server.url, apiKey: 'sk' }),
          model: 'm',
          price,
          tiers: ['flex', 'standard'],
        },
      ],
      retry: { minDelay: 60_000 },
    });
    const { target, attempts } = await router.chat({ prompt: 'hi' });
    expect(target).toBe('bedrock/m');
    expect(sent()).toEqual(['flex', undefined]);
    expect(attempts[0]).toMatchObject({ billed: 'no', error: { kind: 'overloaded' } });
  });

  const compatible = [
    ['groq', () => groq({ baseURL: server.url, apiKey: 'sk' })],
    ['openrouter', () => openrouter({ baseURL: server.url, apiKey: 'sk' })],
    ['azure', () => azure({ baseURL: server.url, apiKey: 'sk' })],
    ['bedrock', () => bedrock({ baseURL: server.url, apiKey: 'sk' })],
  ] as const;

  it.each(compatible)('of %s are requested, and charged as the answer says', async (name, create) => {
    const target = { provider: create(), model: 'm', price };
    const router = createRouter({ targets: [{ ...target, tiers: ['flex', 'standard'] }] });
    const asked = await router.chat({ prompt: 'hi' });
    expect(sent()).toEqual(['flex']);
    expect(asked.target).toBe(`${name}/m#flex`);
    expect(asked.response.serviceTier).toBe('flex');
    expect(asked.cost?.total).toBeCloseTo(0.5 * 200e-6, 12);
    server.behave(answer('default'));
    const served = await router.chat({ prompt: 'hi' });
    expect(served.response.serviceTier).toBe('standard');
    expect(served.cost?.total).toBeCloseTo(200e-6, 12);
  });

  it.each([
    ['openai', 'gpt-5-mini', 0.5],
    ['azure', 'gpt-5-mini', 0.5],
    ['groq', 'openai/gpt-oss-20b', 1],
    ['bedrock', 'openai.gpt-oss-20b-1:0', 0.5],
  ])('of %s have the price that the vendor publishes, as a factor', (name, model, factor) => {
    const { serviceTiers } = withVendorTerms(name, model, { input: 1, output: 2 });
    expect(serviceTiers?.['flex']).toBe(factor);
  });

  it('of Gemini go to standard at once when flex is shed, and are charged as the header says', async () => {
    const reply =
      (tier: string): Behavior =>
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'x-gemini-service-tier': tier });
        response.end(
          JSON.stringify({
            candidates: [{ content: { role: 'model', parts: [{ text: 'Hi.' }] }, finishReason: 'STOP' }],
            usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 10 },
          }),
        );
      };
    const shed = json({ error: { code: 503, status: 'UNAVAILABLE', message: 'No room.' } }, 503);
    const provider = google({ baseURL: server.url, apiKey: 'sk' });
    const router = createRouter({
      targets: [{ provider, model: 'gemini-3-flash', price, tiers: ['flex', 'standard'] }],
      retry: { minDelay: 60_000 },
    });
    server.behave(shed, reply('standard'));
    const rescued = await router.chat({ prompt: 'hi' });
    expect(rescued.target).toBe('google/gemini-3-flash');
    expect(rescued.attempts[0]?.billed).toBe('no');
    server.behave(reply('standard'));
    const asked = createRouter({
      targets: [{ provider, model: 'gemini-3-flash', price, tiers: ['flex'] }],
    });
    const downgraded = await asked.chat({ prompt: 'hi' });
    expect(downgraded.target).toBe('google/gemini-3-flash#flex');
    expect(downgraded.response.serviceTier).toBe('standard');
    expect(downgraded.cost?.total).toBeCloseTo(200e-6, 12);
  });

  it('of Anthropic are sent in its words, and charged as the answer says', async () => {
    const message = (speed: string) =>
      json({
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude-opus-5',
        content: [{ type: 'text', text: 'Hi.' }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 100, output_tokens: 10, service_tier: 'standard', speed },
      });
    const provider = anthropic({ baseURL: server.url, apiKey: 'sk' });
    const fast = { ...price, serviceTiers: { fast: 2 } };
    const router = createRouter({
      targets: [{ provider, model: 'claude-opus-5', price: fast, tiers: ['fast'] }],
    });
    server.behave(message('fast'), message('standard'));
    const asked = await router.chat({ prompt: 'hi' });
    expect(server.received[0]?.body).toMatchObject({ speed: 'fast' });
    expect(asked.cost?.total).toBeCloseTo(2 * 200e-6, 12);
    const served = await router.chat({ prompt: 'hi' });
    expect(served.cost?.total).toBeCloseTo(200e-6, 12);
  });

  it('are weighed by balanced() like any other targets', async () => {
    const ranked = async (perSecond: number) => {
      const clock = virtualClock();
      const slow = scriptedProvider('flex', () => ({ text: 'hi', delay: 10_000 }), clock);
      const fast = scriptedProvider('standard', () => ({ text: 'hi', delay: 1_000 }), clock);
      const tiered = { ...fast, name: 'v', tiers: { flex: {} } };
      const chat: typeof fast.chat = (call) => (call.providerOptions?.['v'] ? slow : fast).chat(call);
      const provider = { ...tiered, chat, tiers: { flex: { v: { service_tier: 'flex' } } } };
      const router = createRouter({
        targets: [{ provider, model: 'm', price, tiers: ['standard', 'flex'] }],
        clock,
        timeout: { response: 60_000 },
        random: () => 0.5, // balanced() draws from what it has measured
        strategy: balanced({ perSecond }),
      });
      for (const target of router.targets) {
        for (let call = 0; call < 5; call++) {
          const answering = router.chat({ prompt: 'hi' }, { only: [target] });
          await clock.advance(30_000);
          await answering;
        }
      }
      return (await router.explain({ prompt: 'hi' })).candidates.map(({ target }) => target);
    };
    expect(await ranked(1)).toEqual(['v/m', 'v/m#flex']);
    expect(await ranked(1e-9)).toEqual(['v/m#flex', 'v/m']);
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
    const expensive = scriptedProvider('expensive', () => ({ text: 'fast', delay: 1_000 }), clock);
    const targets = [
      { provider: cheap, model: 'm', price: { input: 1, output: 1 } },
      { provider: expensive, model: 'm', price: { input: 2, output: 2 } },
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
    expect(used.at(-1)).toBe('expensive/m');
  });

  it('heeds the deadline of a call', async () => {
    const { clock, ask } = setUp();
    for (let call = 0; call < 4; call++) expect(await ask()).toBe('cheap/m');
    expect(await ask({ deadline: clock.date() + 10_000 })).toBe('expensive/m');
    expect(await ask({ deadline: clock.date() + 100_000 })).toBe('cheap/m');
  });

  it('tries a slow target again when its measurements are old', async () => {
    const { clock, ask } = setUp(10_000);
    for (let call = 0; call < 4; call++) await ask();
    expect(await ask()).toBe('expensive/m');
    await clock.advance(7_200_000);
    expect(await ask()).toBe('cheap/m');
  });
});
