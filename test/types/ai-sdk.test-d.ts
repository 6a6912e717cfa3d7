import { createMistral } from '@ai-sdk/mistral';
import { createOpenAI } from '@ai-sdk/openai';
import type { EmbeddingModelV4, LanguageModelV4, ProviderV4 } from '@ai-sdk/provider';
import {
  createProviderRegistry,
  customProvider,
  type EmbeddingModel,
  generateText,
  type LanguageModel,
} from 'ai';
import {
  createProviderRegistry as createRegistryV6,
  type EmbeddingModel as EmbeddingModelV6,
  generateText as generateTextV6,
  type LanguageModel as LanguageModelV6,
} from 'ai-v6';
import { createRouter } from 'signalbox';
import { aiSdk, toProvider } from 'signalbox/ai-sdk';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expectTypeOf, it } from 'vitest';

const router = createRouter({
  targets: [{ provider: scriptedProvider('a'), model: 'm', id: 'small' }],
  routes: { fast: { targets: ['small'] } },
});

describe('toProvider', () => {
  it('returns models of the AI SDK 7', () => {
    const ai = toProvider(router);
    expectTypeOf(ai('fast')).toExtend<LanguageModel>();
    expectTypeOf(ai('fast')).toExtend<LanguageModelV4>();
    expectTypeOf(ai.embeddingModel('small')).toExtend<EmbeddingModel>();
    expectTypeOf(ai.embeddingModel('small')).toExtend<EmbeddingModelV4>();
    const call = () => generateText({ model: ai('fast'), prompt: '' });
    expectTypeOf(call).returns.toExtend<Promise<unknown>>();
  });

  it('returns models of the AI SDK 6, for 6 and 7', () => {
    const ai = toProvider(router, { specificationVersion: 'v3' });
    expectTypeOf(ai('fast')).toExtend<LanguageModelV6>();
    expectTypeOf(ai('fast')).toExtend<LanguageModel>();
    expectTypeOf(ai.embeddingModel('small')).toExtend<EmbeddingModelV6>();
    const call = () => generateTextV6({ model: ai('fast'), prompt: '' });
    expectTypeOf(call).returns.toExtend<Promise<unknown>>();
  });

  it('returns models that the AI SDK 6 rejects without that option', () => {
    // @ts-expect-error a model of version 4
    const _model: LanguageModelV6 = toProvider(router)('fast');
  });

  it('types the names of routes and targets', () => {
    const ai = toProvider(router);
    ai('small');
    ai('default');
    ai();
    // @ts-expect-error a typing error in the name of a route
    ai('fsat');
    // @ts-expect-error no such target
    ai.embeddingModel('big');
  });

  it('is a provider for registries and other providers', () => {
    const ai = toProvider(router);
    expectTypeOf(ai).toExtend<ProviderV4>();
    createProviderRegistry({ router: ai });
    createProviderRegistry({ router: toProvider(router) });
    globalThis.AI_SDK_DEFAULT_PROVIDER = toProvider(router);
    customProvider({ languageModels: { quick: ai('fast') }, fallbackProvider: ai });
    globalThis.AI_SDK_DEFAULT_PROVIDER = ai;
    createRegistryV6({ router: toProvider(router, { specificationVersion: 'v3' }) });
  });

  it('types its specification versions', () => {
    // @ts-expect-error no such version
    toProvider(router, { specificationVersion: 'v2' });
  });
});

describe('aiSdk', () => {
  it('accepts models of the AI SDK, and providers for models by name', () => {
    const mistral = createMistral({ apiKey: 'k' });
    const { embeddingModel } = createOpenAI({ apiKey: 'k' });
    const names = createRouter({
      targets: [
        { provider: aiSdk(), model: mistral('mistral-large-latest'), id: 'large' },
        { provider: aiSdk(), model: embeddingModel('text-embedding-3-small'), id: 'embedder' },
        { provider: aiSdk({ provider: mistral }), model: 'mistral-small-latest', id: 'small' },
      ],
    });
    expectTypeOf(names.chat).parameter(1).toExtend<{ route?: string } | undefined>();
    toProvider(names)('embedder');
    // @ts-expect-error no such target
    toProvider(names)('huge');
  });

  it('accepts nothing else', () => {
    // @ts-expect-error no such option
    aiSdk({ apiKey: 'k' });
  });
});
