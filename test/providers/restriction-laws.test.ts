import fc from 'fast-check';
import type { ReasoningEffort, Warning } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { claudeRestrictions } from '../../src/providers/anthropic/restrictions.ts';
import {
  openaiChatRestrictions,
  responsesRestrictions,
} from '../../src/providers/chat-completions/openai-restrictions.ts';
import { geminiRestrictions } from '../../src/providers/google/restrictions.ts';
import {
  groqRestrictions,
  moonshotRestrictions,
  perplexityRestrictions,
  qwenRestrictions,
  togetherRestrictions,
  xaiRestrictions,
} from '../../src/providers/openai-compatible/presets/restrictions.ts';
import { restrict } from '../../src/providers/shared/restrictions/apply.ts';
import type { Restriction } from '../../src/providers/shared/restrictions/restriction.ts';
import type { ProviderCall } from '../../src/types/provider.ts';

const lists: Readonly<Record<string, readonly Restriction[]>> = {
  anthropic: claudeRestrictions,
  openai: openaiChatRestrictions,
  responses: responsesRestrictions,
  google: geminiRestrictions,
  groq: groqRestrictions,
  moonshot: moonshotRestrictions,
  perplexity: perplexityRestrictions,
  qwen: qwenRestrictions,
  together: togetherRestrictions,
  xai: xaiRestrictions,
};

const models = [
  'claude-haiku-4-5',
  'claude-opus-4-6',
  'claude-fable-5-1',
  'gemini-2.5-pro',
  'gemini-3-pro-preview',
  'gpt-4o',
  'gpt-5-mini',
  'gpt-5.2',
  'gpt-5.6-sol',
  'o3',
  'openai/gpt-oss-20b',
  'qwen/qwen3-32b',
  'kimi-k2.6',
  'kimi-k3',
  'grok-4',
  'zai-org/GLM-5.3',
  'unknown',
];
const efforts: readonly ReasoningEffort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

const settings = fc.record(
  {
    temperature: fc.double({ min: 0, max: 1, noNaN: true }),
    topP: fc.double({ min: 0, max: 1, noNaN: true }),
    topK: fc.nat(50),
    seed: fc.nat(),
    presencePenalty: fc.double({ min: -1, max: 1, noNaN: true }),
    frequencyPenalty: fc.double({ min: -1, max: 1, noNaN: true }),
    stopSequences: fc.array(fc.string({ minLength: 1 }), { maxLength: 8 }),
    maxOutputTokens: fc.integer({ min: 1, max: 50_000 }),
    reasoning: fc.constantFrom(...efforts),
    toolChoice: fc.constantFrom('auto', 'none', 'required'),
    tools: fc.constant([{ type: 'function', name: 'look', inputSchema: { type: 'object' } } as const]),
    responseFormat: fc.constant({ name: 'answer' }),
  },
  { requiredKeys: [] },
);
const calls = fc.tuple(fc.constantFrom(...models), settings).map(([model, rest]): ProviderCall => {
  const messages = [{ role: 'user', content: 'Hi' }] as const;
  return { model, messages, signal: new AbortController().signal, ...rest };
});

function restricted(call: ProviderCall, name: string) {
  const warnings: Warning[] = [];
  const sent = restrict(call, name, lists[name] ?? [], warnings);
  return { sent, warnings };
}

describe.each(Object.keys(lists))('the restrictions of %s', (name) => {
  it('change nothing more when they are applied again', () => {
    fc.assert(
      fc.property(calls, (call) => {
        const { sent } = restricted(call, name);
        expect(restricted(sent, name)).toEqual({ sent, warnings: [] });
      }),
    );
  });

  it('change no setting without a warning that names it, but for values that change nothing', () => {
    fc.assert(
      fc.property(calls, (call) => {
        const { sent, warnings } = restricted(call, name);
        const idle = { temperature: 1, topP: 1, presencePenalty: 0, frequencyPenalty: 0, toolChoice: 'auto' };
        const changed = Object.keys(call).filter((key) => {
          const [before, after] = [call, sent].map((one) => one[key as keyof ProviderCall]);
          return (
            JSON.stringify(before) !== JSON.stringify(after) && before !== idle[key as keyof typeof idle]
          );
        });
        const named = warnings.map(({ feature }) => feature);
        const reported = [...named, ...(named.includes('responseFormat') ? ['messages'] : [])];
        // A choice of no tool where there is none, and Kimi's own switch for no reasoning, lose nothing.
        const lost = changed.filter((key) => {
          const value = call[key as keyof ProviderCall];
          return value !== 'none' || (key === 'reasoning' && name !== 'moonshot');
        });
        expect(lost.filter((key) => !reported.includes(key))).toEqual([]);
      }),
    );
  });

  it('each name a page of the vendor', () => {
    for (const { page } of lists[name] ?? []) expect(page).toMatch(/^https:\/\/[^ ]+$/);
  });
});
