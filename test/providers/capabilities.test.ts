import { anthropic } from 'signalbox/anthropic';
import { google } from 'signalbox/google';
import { openai } from 'signalbox/openai';
import { describe, expect, it } from 'vitest';

const key = { apiKey: 'k' };
const of = {
  openai: openai(key),
  responses: openai({ ...key, api: 'responses' }),
  anthropic: anthropic(key),
  google: google(key),
  legacy: google({ ...key, sdk: 'generative-ai' }),
};

/** What a model is known to do, in words. */
function known(provider: keyof typeof of, model: string): string {
  const capabilities = Object.entries(of[provider].capabilities?.(model) ?? {});
  return capabilities
    .filter(([, able]) => able === true)
    .map(([name]) => name)
    .toSorted()
    .join(' ');
}

const general = 'chat images jsonSchema tools';
const thinking = 'chat images jsonSchema reasoning tools';

describe('the known capabilities of models', () => {
  it.each<[keyof typeof of, string, string]>([
    ['openai', 'gpt-5-mini', thinking],
    ['openai', 'gpt-5.6-luna', thinking],
    ['responses', 'o3-2025-04-16', thinking],
    ['openai', 'gpt-4o-2024-08-06', general],
    ['openai', 'text-embedding-3-large', 'embeddings'],
    ['openai', 'gpt-image-1', 'imageGeneration'],
    ['responses', 'chatgpt-image-latest', 'imageGeneration'],
    ['anthropic', 'claude-haiku-4-5', 'chat images jsonSchema prefill reasoning tools'],
    ['anthropic', 'claude-opus-4-6', thinking],
    ['anthropic', 'claude-3-haiku-20240307', 'chat images jsonSchema prefill tools'],
    ['google', 'gemini-2.5-flash', thinking],
    ['legacy', 'gemini-3-pro-preview', thinking],
    ['google', 'gemini-1.5-pro-002', 'chat images tools'],
    ['google', 'gemini-embedding-001', 'embeddings'],
  ])('%s: %s', (provider, model, abilities) => {
    expect(known(provider, model)).toBe(abilities);
  });

  it.each<[keyof typeof of, string]>([
    ['openai', 'gpt-4o-audio-preview'],
    ['openai', 'gpt-5-image'],
    ['openai', 'gpt-5-pro'],
    ['openai', 'my-fine-tune'],
    ['anthropic', 'claude-next'],
    ['anthropic', 'claude-2.1'],
    ['google', 'gemini-2.5-flash-image'],
    ['google', 'gemini-2.5-flash-tts'],
    ['google', 'gemma-3-27b-it'],
  ])('%s: nothing is claimed of %s', (provider, model) => {
    expect(known(provider, model).replace('prefill', '')).toBe('');
  });

  it('keeps no target from anything of which nothing is known', () => {
    for (const [name, provider] of Object.entries(of)) {
      const capabilities = Object.entries(provider.capabilities?.('new-model') ?? {});
      expect(
        capabilities.filter(([what, able]) => able === false && what !== 'prefill'),
        name,
      ).toEqual([]);
    }
  });
});
