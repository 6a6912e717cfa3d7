import { createRouter } from 'signalbox';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../src/pricing/catalog.ts';

const date = Date.UTC(2026, 10, 1);

describe('the catalog', () => {
  it('contains current models of the large vendors, with cache rates and tools', async () => {
    const catalog = await loadCatalog();
    expect(catalog.price('openai', 'gpt-5-mini', date)).toMatchObject({
      input: 0.25,
      output: 2,
      cacheRead: 0.025,
      webSearch: 0.01,
      fileSearch: 0.0025,
    });
    expect(catalog.price('anthropic', 'claude-haiku-4-5', date)).toMatchObject({
      input: 1,
      output: 5,
      cacheRead: 0.1,
      cacheWrite: 1.25,
      cacheWrite1h: 2,
      webSearch: 0.01,
    });
  });

  it('contains prices of images in tokens', async () => {
    const catalog = await loadCatalog();
    expect(catalog.price('google', 'gemini-2.5-flash-image', date)).toMatchObject({
      input: 0.3,
      output: 2.5,
      outputImage: 30,
    });
    expect(catalog.price('openai', 'gpt-image-1', date)).toMatchObject({ input: 5, inputImage: 10 });
  });

  it('maps its tiers to size tiers', async () => {
    const catalog = await loadCatalog();
    expect(catalog.price('google', 'gemini-2.5-pro', date)).toMatchObject({
      input: 1.25,
      output: 10,
      cacheRead: 0.125,
      tiers: [{ above: 200_000, input: 2.5, output: 15, cacheRead: 0.25 }],
    });
  });

  it('contains prices of service tiers and regions that vendors publish', async () => {
    const catalog = await loadCatalog();
    const tiers = (provider: string, model: string) => catalog.price(provider, model, date)?.serviceTiers;
    expect(tiers('openai', 'gpt-5.5-2026-04-23')).toEqual({ batch: 0.5, flex: 0.5, priority: 2.5 });
    expect(tiers('openai', 'gpt-6-sol')).toEqual({ batch: 0.5, flex: 0.5 });
    expect(tiers('openai', 'text-embedding-3-small')).toEqual({ batch: 0.5 });
    expect(tiers('anthropic', 'claude-opus-4-6-20260205')).toEqual({ batch: 0.5, fast: 6 });
    expect(tiers('groq', 'llama-3.3-70b-versatile')).toEqual({ flex: 1, batch: 0.5 });
    expect(tiers('mistral', 'mistral-small-latest')).toEqual({ batch: 0.5 });
    expect(tiers('google', 'gemini-2.5-pro')).toMatchObject({
      priority: 1.8,
      flex: { input: 0.625, output: 5, tiers: [{ above: 200_000, input: 1.25, output: 7.5 }] },
    });
    expect(catalog.price('anthropic', 'claude-opus-5', date)?.regions).toEqual({ us: 1.1 });
    expect(tiers('deepseek', 'deepseek-chat')).toBeUndefined();
  });

  it('returns `undefined` for models and providers that it does not list', async () => {
    const catalog = await loadCatalog();
    expect(catalog.price('openai', 'no-such-model', date)).toBeUndefined();
    expect(catalog.price('my-openai-clone', 'gpt-5-mini', date)).toBeUndefined();
    expect(catalog.price('vllm', 'llama-3.3-70b-versatile', date)).toBeUndefined();
  });
});

describe('prices in a router', () => {
  const provider = scriptedProvider('openai', [
    { usage: { inputTokens: 1_000_000, outputTokens: 1_000_000 } },
  ]);

  it('come from the catalog if a target declares none', async () => {
    const router = createRouter({ targets: [{ provider, model: 'gpt-5-mini' }] });
    expect((await router.chat({ prompt: 'Hi' })).cost).toMatchObject({ total: 2.25, source: 'catalog' });
  });

  it('come from the target if it declares one', async () => {
    const router = createRouter({
      targets: [{ provider, model: 'gpt-5-mini', price: { input: 1, output: 1 } }],
    });
    expect((await router.chat({ prompt: 'Hi' })).cost).toMatchObject({ total: 2, source: 'declared' });
  });

  it('can come from the application’s own catalog', async () => {
    const router = createRouter({
      targets: [{ provider, model: 'secret' }],
      catalog: {
        price: (name, model) =>
          `${name}/${model}` === 'openai/secret' ? { input: 5, output: 5 } : undefined,
      },
    });
    expect((await router.chat({ prompt: 'Hi' })).cost).toMatchObject({ total: 10, source: 'catalog' });
  });
});
