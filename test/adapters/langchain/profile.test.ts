import { createRouter } from 'signalbox';
import { toChatModel } from 'signalbox/langchain';
import { scriptedProvider } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';

const target = (id: string, capabilities: object) => ({
  id,
  provider: scriptedProvider(id),
  model: 'm',
  price: { input: 1, output: 1 },
  capabilities,
});
const router = createRouter({
  targets: [
    target('a', {
      tools: true,
      images: true,
      jsonSchema: true,
      contextLength: 1_000,
      files: ['application/pdf'],
    }),
    target('b', { tools: true, images: 'data', contextLength: 2_000, maxOutputTokens: 10, files: true }),
  ],
  routes: { only: { targets: ['b'] } },
});

describe('the profile of a model', () => {
  it('is what all targets of its route support, as far as it is known', () => {
    expect(toChatModel(router).profile).toEqual({
      maxInputTokens: 1_000,
      imageInputs: true,
      imageUrlInputs: false,
      pdfInputs: true,
      audioInputs: false,
      videoInputs: false,
      toolCalling: true,
    });
    expect(toChatModel(router, { route: 'only' as never }).profile).toMatchObject({
      maxInputTokens: 2_000,
      maxOutputTokens: 10,
    });
    expect(toChatModel(router, { route: 'a' as never }).profile).toMatchObject({
      imageUrlInputs: true,
      structuredOutput: true,
    });
  });

  it('names audio, video and reasoning where every target has them', () => {
    const able = { reasoning: true, files: ['audio/*', 'video/mp4'] };
    const router = createRouter({
      targets: [target('a', able), target('b', { ...able, reasoning: false }), target('c', able)],
      routes: { all: { targets: ['a', 'b'] }, both: { targets: ['a', 'c'] } },
    });
    expect(toChatModel(router, { route: 'both' }).profile).toEqual({
      audioInputs: true,
      videoInputs: true,
      pdfInputs: false,
      reasoningOutput: true,
    });
    expect(toChatModel(router, { route: 'all' }).profile.reasoningOutput).toBe(false);
  });

  it('has the context length of the catalog where none is declared', async () => {
    const router = createRouter({
      targets: [
        { provider: scriptedProvider('openai'), model: 'listed' },
        { provider: scriptedProvider('openai'), model: 'declared', capabilities: { contextLength: 500 } },
      ],
      routes: {
        listed: { targets: ['openai/listed'] },
        all: { targets: ['openai/listed', 'openai/declared'] },
      },
      catalog: {
        price: () => ({ input: 1, output: 1 }),
        contextLength: (provider, model) => (`${provider}/${model}` === 'openai/listed' ? 2_000 : 9_000),
      },
    });
    expect(toChatModel(router, { route: 'listed' }).profile.maxInputTokens).toBe(2_000);
    expect(toChatModel(router, { route: 'all' }).profile.maxInputTokens).toBe(500);
  });

  it('has it once `warmup` has resolved, where the catalog is the bundled one', async () => {
    const router = createRouter({ targets: [{ provider: scriptedProvider('openai'), model: 'gpt-4o' }] });
    await router.warmup();
    expect(toChatModel(router).profile.maxInputTokens).toBe(128_000);
  });
});
