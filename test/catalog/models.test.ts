import { isRouterError } from 'signalbox';
import { type ModelQuery, models, priceOf } from 'signalbox/catalog';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../src/pricing/catalog.ts';

const date = Date.UTC(2026, 10, 1);
const find = (query: ModelQuery) => models({ date, ...query });
const names = async (query: ModelQuery) => (await find(query)).map(({ model }) => model);

describe('models', () => {
  it('lists what can be bought, with our names of providers, a name, a price and a context length', async () => {
    const listed = await find({ provider: ['xai', 'moonshot', 'anthropic'] });
    expect([...new Set(listed.map(({ provider }) => provider))].toSorted()).toEqual([
      'anthropic',
      'moonshot',
      'xai',
    ]);
    expect(listed.find(({ model }) => model === 'claude-haiku-4-5')).toEqual({
      provider: 'anthropic',
      model: 'claude-haiku-4-5',
      name: 'Claude Haiku 4.5',
      price: {
        input: 1,
        output: 5,
        cacheRead: 0.1,
        cacheWrite: 1.25,
        cacheWrite1h: 2,
        webSearch: 0.01,
        serviceTiers: { batch: 0.5 },
        regions: { us: 1.1 },
      },
      contextLength: 200_000,
      capabilities: {
        chat: true,
        tools: true,
        images: true,
        jsonSchema: true,
        reasoning: true,
        prefill: true,
        files: ['application/pdf', 'text/*'],
      },
    });
  });

  it('puts the cheapest first, by three tokens in and one out', async () => {
    const costs = (await find({ provider: 'openai', supports: ['chat'] })).map(
      ({ price }) => 3 * price.input + (price.output ?? 0),
    );
    expect(costs.length).toBeGreaterThan(10);
    expect(costs).toEqual(costs.toSorted((a, b) => a - b));
  });

  it('gives only names under which the router finds the same price', async () => {
    const catalog = await loadCatalog();
    const listed = await find({});
    const other = listed.filter(
      ({ provider, model, price }) =>
        JSON.stringify(catalog.price(provider, model, date)) !== JSON.stringify(price),
    );
    expect(listed.length).toBeGreaterThan(1_000);
    expect(other).toEqual([]);
  });

  it('names a model as its vendor does where the catalog’s id is its own', async () => {
    expect(await names({ provider: 'fireworks' })).toContain('accounts/fireworks/models/kimi-k3');
    expect(await names({ provider: 'mistral' })).not.toContain('codestral');
  });

  it('leaves out what is too expensive, too short, or of unknown length', async () => {
    const found = await find({ maxPrice: { input: 0.3, output: 2 }, minContext: 300_000 });
    expect(found.length).toBeGreaterThan(3);
    for (const { price, contextLength } of found) {
      expect(price.input).toBeLessThanOrEqual(0.3);
      expect(price.output ?? 0).toBeLessThanOrEqual(2);
      expect(contextLength).toBeGreaterThanOrEqual(300_000);
    }
  });

  it('takes a model to have only those abilities of which it is known', async () => {
    expect(await names({ provider: 'openai', supports: ['tools', 'images'] })).toContain('gpt-5-mini');
    expect(await names({ provider: 'openai', supports: ['tools'] })).not.toContain('gpt-audio');
    expect(await names({ provider: 'openai', supports: ['embeddings'] })).toContain('text-embedding-3-small');
    const painters = await names({ provider: ['google', 'openai', 'xai'], supports: ['imageGeneration'] });
    expect(painters).toEqual(expect.arrayContaining(['gemini-2.5-flash-image', 'gpt-image-1']));
    expect(painters.filter((name) => !name.includes('image'))).toEqual([]);
    expect(await names({ provider: 'google', supports: ['reasoning'] })).toContain('gemini-2.5-flash');
    expect(await names({ provider: 'google', supports: ['reasoning'] })).not.toContain('gemini-2.0-flash');
    expect(await names({ provider: 'anthropic', supports: ['reasoning'] })).not.toContain('claude-3-haiku');
    expect(await names({ provider: 'openrouter', supports: ['tools'] })).toEqual([]);
  });

  it('does not take a server’s way with pictures for what its models can do', async () => {
    const cerebras = await find({ provider: 'cerebras' });
    expect(cerebras[0]?.capabilities).toEqual({ images: 'data' });
    expect(await names({ provider: 'cerebras', supports: ['images'] })).toEqual([]);
  });

  it('has the prices of the date that is asked for', async () => {
    const before = await priceOf('openai', 'gpt-5.6-luna', new Date('2026-07-01'));
    const after = await priceOf('openai', 'gpt-5.6-luna', Date.UTC(2026, 7, 1));
    expect([before?.input, after?.input]).toEqual([1, 0.2]);
    expect(await priceOf('openai', 'no-such-model')).toBeUndefined();
  });

  it.each<[string, object, string]>([
    ['models.maxprice', { maxprice: {} }, 'one of the options'],
    ['models.provider', { provider: 5 }, 'got 5'],
    ['models.supports', { supports: 'tools' }, "got 'tools'"],
    ['models.supports[1]', { supports: ['tools', 'vision'] }, "got 'vision'"],
    ['models.maxPrice.input', { maxPrice: { input: '1' } }, "got '1'"],
    ['models.maxPrice.cached', { maxPrice: { cached: 1 } }, 'one of the options input, output'],
    ['models.minContext', { minContext: -1 }, 'at least 0'],
    ['models.date', { date: '2026' }, "got '2026'"],
  ])('says of %s what is wrong with it', async (option, query, message) => {
    const error = await models(query).catch((thrown: unknown) => thrown);
    expect(isRouterError(error, 'config') && error.option).toBe(option);
    expect(String(error)).toContain(message);
  });
});
