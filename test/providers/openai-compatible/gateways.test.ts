import { createRouter, isRouterError, type Price, type Provider, type UsageEvent } from 'signalbox';
import { cloudflareGateway, litellm, openrouter, portkey, vercel } from 'signalbox/openai-compatible';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Behavior, events, type FaultServer, faultServer, json } from '../../support/fault-server.ts';

// The forms are those of the gateways' documentation, see the presets.
const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
const data = (body: object | string): string =>
  `data: ${typeof body === 'string' ? body : JSON.stringify(body)}\n\n`;

let server: FaultServer;
beforeEach(async () => {
  server = await faultServer();
});
afterEach(() => server.close());

type Options = { readonly baseURL: string; readonly apiKey: string };
type Factory = (options: Options & { headers?: Record<string, string> }) => Provider;

function routerOf(factory: Factory, price?: Price, headers?: Record<string, string>) {
  const provider = factory({
    baseURL: server.url,
    apiKey: 'sk-key',
    ...(headers === undefined ? {} : { headers }),
  });
  const router = createRouter({
    targets: [{ provider, model: 'some/model', ...(price === undefined ? {} : { price }) }],
    retry: { sameTarget: 0 },
    catalog: { price: () => ({ input: 1, output: 1 }) },
  });
  const used: UsageEvent[] = [];
  router.on('usage', (event) => used.push(event));
  const provided = provider.name;
  return {
    used,
    /** Once as a whole and once as a stream: the outcome of each. */
    async chat(own?: Record<string, unknown>) {
      return router.chat({ prompt: 'Hi', ...optionsOf(own) });
    },
    async stream(own?: Record<string, unknown>) {
      const stream = await router.stream({ prompt: 'Hi', ...optionsOf(own) });
      for await (const _part of stream);
      return stream.result;
    },
    embed: () => router.embed({ values: ['x'] }),
    image: (n: number) => router.image({ prompt: 'x', n }),
  };
  function optionsOf(own: Record<string, unknown> | undefined) {
    return own === undefined ? {} : { providerOptions: { [provided]: own as never } };
  }
}

const whole = (more: object = {}, message: object = {}, headers = {}): Behavior =>
  json(
    {
      id: 'gen-1',
      model: 'some/model',
      choices: [{ message: { role: 'assistant', content: 'Hello', ...message }, finish_reason: 'stop' }],
      usage,
      ...more,
    },
    200,
    headers,
  );

/** A stream whose last chunk, with the usage, has `more`. */
const inPieces = (more: object = {}, delta: object = {}, headers = {}): Behavior =>
  events(
    [
      data({ id: 'gen-1', model: 'some/model', choices: [{ delta: { content: 'Hello' } }] }),
      data({ id: 'gen-1', choices: [{ delta, finish_reason: 'stop' }] }),
      data({ id: 'gen-1', choices: [], usage, ...more }),
      data('[DONE]'),
    ],
    'end',
    headers,
  );

const reported = (total: number) => ({
  total,
  request: total,
  input: 0,
  source: 'reported',
  estimated: false,
});

describe('OpenRouter', () => {
  const bill = { ...usage, cost: 0.00012, is_byok: false, cost_details: { upstream_inference_cost: 0.0001 } };
  const extra = { provider: 'DeepInfra', usage: bill };

  it('receives its own routing options in the body', async () => {
    server.behave(whole(extra));
    const own = {
      provider: { order: ['deepinfra', 'together'], allow_fallbacks: false, sort: 'price' },
      models: ['some/other'],
      transforms: ['middle-out'],
      plugins: [{ id: 'web' }],
      usage: { include: true },
    };
    await routerOf(openrouter).chat(own);
    expect(server.received[0]?.body).toMatchObject(own);
  });

  it.each(['chat', 'stream'] as const)(
    'reports the provider that answered and the cost: %s',
    async (kind) => {
      server.behave(kind === 'chat' ? whole(extra) : inPieces(extra));
      const { [kind]: ask, used } = routerOf(openrouter);
      const { cost, providerMetadata } = await ask();
      expect(cost).toMatchObject(reported(0.00012));
      expect(providerMetadata['openrouter']).toMatchObject({
        provider: 'DeepInfra',
        cost: 0.00012,
        isByok: false,
        costDetails: { upstream_inference_cost: 0.0001 },
      });
      expect(used).toMatchObject([{ cost: reported(0.00012), outcome: 'success' }]);
    },
  );

  it('adds what the vendor charges where the key is one’s own', async () => {
    server.behave(whole({ usage: { ...usage, cost: 0.95, cost_details: { upstream_inference_cost: 19 } } }));
    const { cost, providerMetadata } = await routerOf(openrouter).chat();
    expect(cost).toMatchObject(reported(19.95));
    expect(providerMetadata['openrouter']).toMatchObject({ cost: 0.95 });
  });

  it('reports its attempts when a header requests it', async () => {
    const available = [
      { provider: 'Together', selected: false },
      { provider: 'Groq', selected: true },
    ];
    server.behave(whole({ openrouter_metadata: { attempt: 2, endpoints: { total: 2, available } } }));
    const { providerMetadata } = await routerOf(openrouter).chat({ routerMetadata: 'enabled' });
    expect(server.received[0]?.headers['x-openrouter-metadata']).toBe('enabled');
    expect(server.received[0]?.body).not.toHaveProperty('routerMetadata');
    expect(providerMetadata['openrouter']).toMatchObject({ provider: 'Groq', router: { attempt: 2 } });
  });

  it('shows signs of life through comments while it works', async () => {
    server.behave(
      events([
        ': OPENROUTER PROCESSING\n\n',
        data({ choices: [{ delta: { content: 'Hel' } }] }),
        ': OPENROUTER PROCESSING\n\n',
        data({ choices: [{ delta: { content: 'lo' }, finish_reason: 'stop' }], ...extra }),
        data('[DONE]'),
      ]),
    );
    const { text, cost } = await routerOf(openrouter).stream();
    expect(text).toBe('Hello');
    expect(cost).toMatchObject(reported(0.00012));
  });

  it('has not answered where its stream breaks off with an error', async () => {
    server.behave(
      events([
        data({ choices: [{ delta: { content: 'Hel' } }] }),
        data({
          error: { code: 502, message: 'Provider disconnected' },
          choices: [{ delta: { content: '' }, finish_reason: 'error' }],
        }),
      ]),
    );
    const error = await routerOf(openrouter)
      .stream()
      .catch((reason: unknown) => reason);
    expect(isRouterError(error, 'stream-interrupted') && error.partial.text).toBe('Hel');
  });
});

describe('Vercel AI Gateway', () => {
  const routing = { resolvedProvider: 'anthropic', finalProvider: 'bedrock', totalProviderAttemptCount: 2 };
  const facts = (cost: string, marketCost: string) => ({
    provider_metadata: { gateway: { routing, cost, marketCost, generationId: 'gen_1' } },
  });

  it('receives its own routing options in the body', async () => {
    server.behave(whole());
    const own = {
      providerOptions: { gateway: { order: ['bedrock'], only: ['bedrock', 'anthropic'], sort: 'cost' } },
    };
    await routerOf(vercel).chat(own);
    expect(server.received[0]?.body).toMatchObject(own);
  });

  it.each<[string, 'chat' | 'stream', Behavior]>([
    ['in the message', 'chat', whole({}, facts('0.0045405', '0.005'))],
    ['at the top', 'chat', whole(facts('0.0045405', '0.005'))],
    ['in a delta', 'stream', inPieces({}, facts('0.0045405', '0.005'))],
    ['in the last chunk', 'stream', inPieces(facts('0.0045405', '0.005'))],
  ])('reports the provider that answered and the cost: %s', async (_place, kind, behavior) => {
    server.behave(behavior);
    const { cost, providerMetadata } = await routerOf(vercel)[kind]();
    expect(cost).toMatchObject(reported(0.0045405));
    expect(providerMetadata['vercel']).toMatchObject({
      provider: 'bedrock',
      cost: 0.0045405,
      marketCost: 0.005,
      generationId: 'gen_1',
      routing: { totalProviderAttemptCount: 2 },
    });
  });

  it('does not say the cost of what went through a key of one’s own', async () => {
    server.behave(whole({}, facts('0', '0.005')));
    const { cost, providerMetadata } = await routerOf(vercel).chat();
    expect(cost).toMatchObject({ source: 'catalog', total: expect.closeTo(0.000015, 12) });
    expect(providerMetadata['vercel']).toMatchObject({ cost: 0, marketCost: 0.005 });
  });
});

describe('Portkey', () => {
  const config = { strategy: { mode: 'fallback' }, targets: [{ provider: '@größe' }] };

  it('receives its own routing options in headers, and the rest in the body', async () => {
    server.behave(whole());
    await routerOf(portkey).chat({
      config,
      provider: 'openai',
      virtualKey: 'vk-1',
      metadata: { _user: 'u1' },
      traceID: 't-1',
      cacheForceRefresh: true,
      requestTimeout: 5_000,
      user: 'u1',
    });
    const [received] = server.received;
    expect(received?.headers).toMatchObject({
      'x-portkey-provider': 'openai',
      'x-portkey-virtual-key': 'vk-1',
      'x-portkey-metadata': '{"_user":"u1"}',
      'x-portkey-trace-id': 't-1',
      'x-portkey-cache-force-refresh': 'true',
      'x-portkey-request-timeout': '5000',
      'x-portkey-api-key': 'sk-key',
    });
    expect(JSON.parse(String(received?.headers['x-portkey-config']))).toEqual(config);
    expect(received?.body).toEqual({
      model: 'some/model',
      messages: [{ role: 'user', content: 'Hi' }],
      user: 'u1',
    });
  });

  it.each(['chat', 'stream'] as const)(
    'reports the provider that answered and the attempts: %s',
    async (kind) => {
      const headers = {
        'x-portkey-provider': 'anthropic',
        'x-portkey-last-used-option-index': 'config.targets[1]',
        'x-portkey-retry-attempt-count': '2',
        'x-portkey-cache-status': 'MISS',
        'x-portkey-trace-id': 't-1',
      };
      server.behave(kind === 'chat' ? whole({}, {}, headers) : inPieces({}, {}, headers));
      const { cost, providerMetadata } = await routerOf(portkey)[kind]();
      expect(providerMetadata['portkey']).toMatchObject({
        provider: 'anthropic',
        lastUsedOptionIndex: 'config.targets[1]',
        retryAttemptCount: 2,
        cacheStatus: 'MISS',
        traceId: 't-1',
      });
      expect(cost?.source).toBe('catalog');
    },
  );

  it('takes the options of the call before those of the provider', async () => {
    server.behave(whole());
    const { chat } = routerOf(portkey, undefined, { 'X-Portkey-Config': 'pc-all', 'x-app': 'shop' });
    await chat();
    await chat({ config: 'pc-one' });
    expect(server.received.map(({ headers }) => [headers['x-portkey-config'], headers['x-app']])).toEqual([
      ['pc-all', 'shop'],
      ['pc-one', 'shop'],
    ]);
  });

  it('refuses a value that no header can hold, and the error does not show it', async () => {
    const error = await routerOf(portkey)
      .chat({ virtualKey: 'sécret\n' })
      .catch((reason: unknown) => reason);
    expect(isRouterError(error, 'provider') && error.kind).toBe('bad-request');
    expect(String(error)).toContain('providerOptions.portkey.virtualKey');
    expect(String(error)).not.toContain('cret\n');
    expect(server.received).toHaveLength(0);
  });

  it('receives no headers that are not on its list', async () => {
    server.behave(whole());
    await routerOf(portkey).chat({
      authorization: 'Bearer x',
      'x-portkey-custom-host': 'https://evil.example',
    });
    const { headers } = server.received[0] ?? {};
    expect(headers).not.toHaveProperty('authorization');
    expect(headers).not.toHaveProperty('x-portkey-custom-host');
  });
});

describe('LiteLLM', () => {
  const headers = {
    'x-litellm-model-id': 'm-1',
    'x-litellm-model-api-base': 'https://api.openai.example',
    'x-litellm-call-id': 'c-1',
    'x-litellm-response-cost': '3.45e-05',
    'x-litellm-attempted-retries': '0',
    'x-litellm-attempted-fallbacks': '1',
  };

  it('receives its own routing options in the body', async () => {
    server.behave(whole());
    const own = { metadata: { team: 'a' }, tags: ['free'], fallbacks: ['other'], num_retries: 0 };
    await routerOf(litellm).chat(own);
    expect(server.received[0]?.body).toMatchObject(own);
  });

  it('says in headers which deployment answered, and for how much', async () => {
    server.behave(whole({}, {}, headers));
    const { cost, providerMetadata } = await routerOf(litellm).chat();
    expect(cost).toMatchObject(reported(3.45e-5));
    expect(providerMetadata['litellm']).toMatchObject({
      modelId: 'm-1',
      apiBase: 'https://api.openai.example',
      callId: 'c-1',
      attemptedRetries: 0,
      attemptedFallbacks: 1,
      cost: 3.45e-5,
    });
  });

  it('says the same of images, whose costs add up', async () => {
    server.behave(json({ data: [{ b64_json: 'aGVsbG8=' }] }, 200, headers));
    const { cost, images, providerMetadata } = await routerOf(litellm).image(2);
    expect(images).toHaveLength(2);
    expect(cost).toMatchObject({ ...reported(6.9e-5), image: 0 });
    expect(providerMetadata['litellm']).toMatchObject({ modelId: 'm-1', cost: 3.45e-5 });
  });

  it('is ignored if it reports the cost of a stream before its start', async () => {
    server.behave(inPieces({}, {}, { ...headers, 'x-litellm-response-cost': '0.0' }));
    expect((await routerOf(litellm).stream()).cost).toMatchObject({
      source: 'catalog',
      total: expect.closeTo(0.000015, 12),
    });
  });

  it('says the cost of a stream at its end', async () => {
    server.behave(inPieces({ usage: { ...usage, cost: 0.002 } }, {}, headers));
    expect((await routerOf(litellm).stream()).cost).toMatchObject(reported(0.002));
  });

  it('takes precedence over the figure of the vendor behind it', async () => {
    server.behave(whole({ usage: { ...usage, cost: 0.9 } }, {}, headers));
    expect((await routerOf(litellm).chat()).cost).toMatchObject(reported(3.45e-5));
  });

  it('says what embeddings cost', async () => {
    const body = { data: [{ index: 0, embedding: [1] }], usage: { prompt_tokens: 3 } };
    server.behave(json(body, 200, headers));
    const { cost, providerMetadata } = await routerOf(litellm).embed();
    expect(cost).toMatchObject(reported(3.45e-5));
    expect(providerMetadata['litellm']).toMatchObject({ modelId: 'm-1' });
  });
});

describe('Cloudflare AI Gateway', () => {
  const factory: Factory = (options) => cloudflareGateway(options);

  it('receives options in headers', async () => {
    server.behave(whole());
    await routerOf(factory).chat({
      metadata: { user: 'u1' },
      cacheTtl: 3_600,
      skipCache: false,
      customCost: { per_token_in: 0.000001, per_token_out: 0.000002 },
      maxAttempts: 2,
      backoff: 'linear',
    });
    expect(server.received[0]?.headers).toMatchObject({
      'cf-aig-metadata': '{"user":"u1"}',
      'cf-aig-cache-ttl': '3600',
      'cf-aig-skip-cache': 'false',
      'cf-aig-custom-cost': '{"per_token_in":0.000001,"per_token_out":0.000002}',
      'cf-aig-max-attempts': '2',
      'cf-aig-backoff': 'linear',
    });
  });

  it.each(['chat', 'stream'] as const)('says where the answer is from: %s', async (kind) => {
    const headers = { 'cf-aig-cache-status': 'MISS', 'cf-aig-step': '1', 'cf-aig-log-id': '01M1' };
    server.behave(kind === 'chat' ? whole({}, {}, headers) : inPieces({}, {}, headers));
    const { providerMetadata } = await routerOf(factory)[kind]();
    expect(providerMetadata['cloudflare-gateway']).toMatchObject({
      cacheStatus: 'MISS',
      step: 1,
      logId: '01M1',
    });
  });
});

describe('a cost that is reported', () => {
  const extra = { usage: { ...usage, cost: 0.5 } };

  it('gives way to the price that the application declares', async () => {
    server.behave(whole(extra));
    const { cost } = await routerOf(openrouter, { input: 2, output: 2 }).chat();
    expect(cost).toMatchObject({ source: 'declared', total: expect.closeTo(0.00003, 12) });
  });

  it.each([-1, 'free', null, Number.MAX_VALUE * 2])(
    'is not taken where it is no amount: %j',
    async (cost) => {
      server.behave(whole({ usage: { ...usage, cost } }));
      expect((await routerOf(openrouter).chat()).cost?.source).toBe('catalog');
    },
  );

  it('may be nothing', async () => {
    server.behave(whole({ usage: { ...usage, cost: 0, is_byok: false } }));
    expect((await routerOf(openrouter).chat()).cost).toMatchObject(reported(0));
  });
});
