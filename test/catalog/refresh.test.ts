import { createRouter } from 'signalbox';
import { models, priceOf, type RefreshOptions, refresh } from 'signalbox/catalog';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';

/** Price data with one model, for as many dollars. */
const dataWith = (dollars: unknown, more: object = {}) => [
  {
    id: 'openai',
    name: 'OpenAI',
    api_pattern: 'https://api\\.openai\\.com',
    models: [
      {
        id: 'gpt-next',
        match: { equals: 'gpt-next' },
        prices: { input_mtok: dollars, output_mtok: 2 },
        ...more,
      },
    ],
  },
];
/** The same, with a price that is only for some time. */
const datedWith = (constraint: object) =>
  dataWith(1, { prices: [{ prices: { input_mtok: 1 } }, { constraint, prices: { input_mtok: 2 } }] });
const answering = (body: unknown, status = 200): RefreshOptions => ({
  fetch: () => Promise.resolve(new Response(JSON.stringify(body), { status })),
});

describe('refresh', () => {
  it('takes the data that the package itself has', async () => {
    const before = await models();
    expect(await refresh(answering(await bundledData()))).toMatchObject({ updated: true });
    expect(await models()).toEqual(before);
  });

  it.each<[string, RefreshOptions]>([
    ['there is no network', { fetch: () => Promise.reject(new TypeError('fetch failed')) }],
    ['the answer is an error', answering({}, 503)],
    ['the answer is no JSON', { fetch: () => Promise.resolve(new Response('<html>')) }],
    ['there are no providers in it', answering([])],
    ['a price is no number', answering(dataWith('1'))],
    ['a price is negative', answering(dataWith(-1))],
    ['a tier is none', answering(dataWith({ base: 1, tiers: [{ start: 5 }] }))],
    ['a tier has no start', answering(dataWith({ base: 1, tiers: [{ price: 5 }] }))],
    [
      'a price is for a time that does not exist',
      answering(datedWith({ start_time: '25:00:00Z', end_time: '26:00:00Z' })),
    ],
    ['a price is for a day that does not exist', answering(datedWith({ start_date: 'soon' }))],
    ['a price is for an unknown reason', answering(datedWith({ weekday: 'monday' }))],
    ['a model has no rule for its name', answering(dataWith(1, { match: {} }))],
    ['a rule cannot be read', answering(dataWith(1, { match: { regex: '(' } }))],
    ['it has been aborted', { ...answering(dataWith(1)), signal: AbortSignal.abort(new Error('enough')) }],
    ['the answer never ends', { fetch: () => Promise.resolve(new Response(endless())) }],
  ])('keeps the prices, does not reject and reports the reason when %s', async (_, options) => {
    const before = await models({ provider: 'openai' });
    const refreshed = await refresh(options);
    expect(refreshed).toEqual({ updated: false, error: expect.anything() });
    expect(await models({ provider: 'openai' })).toEqual(before);
  });

  it.each<[string, () => Response]>([
    ['as servers send it', () => new Response(null, { status: 302, headers: { location: '/other' } })],
    [
      'as browsers show it',
      () => Object.defineProperty(Response.error(), 'type', { value: 'opaqueredirect' }),
    ],
    ['that was followed', () => Object.defineProperty(Response.json([]), 'redirected', { value: true })],
  ])('refuses a redirect %s', async (_, answer) => {
    const asked: unknown[] = [];
    const fetch = (url: string, { redirect }: RequestInit) => {
      asked.push(url, redirect);
      return Promise.resolve(answer());
    };
    const refreshed = await refresh({ url: 'https://prices.example/data.json', fetch });
    expect(asked).toEqual(['https://prices.example/data.json', 'manual']);
    expect(refreshed).toMatchObject({
      updated: false,
      error: { message: 'the prices were answered with a redirect' },
    });
  });

  it.each<[string, object]>([
    ['refresh.url', { url: 'file:///etc/passwd' }],
    ['refresh.url', { url: 7 }],
    ['refresh.fetch', { fetch: {} }],
    ['refresh.signal', { signal: 'now' }],
    ['refresh.every', { every: 60 }],
  ])('explains what is wrong with %s', async (option, options) => {
    await expect(refresh(options)).rejects.toMatchObject({ code: 'config', option });
  });

  it('takes prices from a day on, without the name of their kind', async () => {
    const before = await bundledData();
    expect(await refresh(answering(datedWith({ start_date: '2026-03-01' })))).toMatchObject({
      updated: true,
    });
    expect(await priceOf('openai', 'gpt-next', Date.UTC(2026, 1, 28))).toMatchObject({ input: 1 });
    expect(await priceOf('openai', 'gpt-next', Date.UTC(2026, 2, 1))).toMatchObject({ input: 2 });
    await refresh(answering(before));
  });

  // The last one: from here on the prices are these.
  it('gives new prices to the catalog and, within a minute, to routers; declared ones stay', async () => {
    const clock = virtualClock();
    const usage = { inputTokens: 1_000_000, outputTokens: 0 };
    const provider = scriptedProvider('openai', [{ usage }]);
    const router = createRouter({
      targets: [
        { provider, model: 'gpt-next', id: 'catalog' },
        { provider, model: 'gpt-next', id: 'declared', price: { input: 7, output: 7 } },
      ],
      clock,
    });
    const costs = async () => [
      (await router.chat({ prompt: 'Hi' }, { route: 'catalog' })).cost?.total,
      (await router.chat({ prompt: 'Hi' }, { route: 'declared' })).cost?.total,
    ];
    expect(await costs()).toEqual([undefined, 7]);
    expect(await refresh(answering(dataWith(3)))).toEqual({ updated: true, providers: 1, models: 1 });
    await clock.advance(60_000);
    expect(await costs()).toEqual([3, 7]);
    expect(await priceOf('openai', 'gpt-next')).toMatchObject({ input: 3, output: 2 });
    expect((await models()).map(({ model }) => model)).toEqual(['gpt-next']);
  });
});

async function bundledData(): Promise<unknown> {
  const { waitForUpdate } = await import('@pydantic/genai-prices');
  return await waitForUpdate();
}

function endless(): ReadableStream<Uint8Array> {
  const bytes = new Uint8Array(4 * 1024 * 1024).fill(32);
  return new ReadableStream({ pull: (controller) => controller.enqueue(bytes) });
}
