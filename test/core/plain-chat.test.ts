import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizeChatRequest } from '../../src/core/operations/check/chat-request.ts';
import { plainChat } from '../../src/core/operations/check/plain-chat.ts';
import type { ChatRequest } from '../../src/types/request/request.ts';

const odd = fc.oneof(
  fc.string({ maxLength: 5 }),
  fc.double(),
  fc.integer({ min: -2, max: 3 }),
  fc.boolean(),
  fc.constantFrom(null, undefined, Number.NaN, Number.POSITIVE_INFINITY, [], {}, ['a'], 'none', 'user'),
);
const message = fc.oneof(
  fc.record({ role: fc.constantFrom('user', 'assistant', 'system'), content: fc.string() }),
  fc.record(
    {
      role: fc.constantFrom('user', 'assistant', 'system', 'tool', 'other'),
      content: fc.oneof(odd, fc.constant([{ type: 'text', text: 'x' }])),
      providerOptions: odd,
      more: odd,
    },
    { requiredKeys: [] },
  ),
  odd,
);
const request = fc.oneof(
  fc.record({ prompt: fc.string(), temperature: fc.double({ min: 0, max: 2, noNaN: true }) }),
  fc.record(
    {
      prompt: odd,
      system: odd,
      messages: fc.oneof(fc.array(message, { maxLength: 3 }), odd),
      maxOutputTokens: odd,
      temperature: odd,
      topK: odd,
      seed: odd,
      includeRaw: odd,
      stopSequences: odd,
      reasoning: odd,
      schema: fc.constant(undefined),
      tools: fc.constantFrom(undefined, [], 'x'),
      unknown: odd,
    },
    { requiredKeys: [] },
  ),
  odd,
);

describe('the short check of plain requests', () => {
  it('accepts nothing that the full check refuses, and has the same outcome', () => {
    let accepted = 0;
    fc.assert(
      fc.property(request, (input) => {
        const plain = plainChat(input as ChatRequest);
        if (plain === undefined) return;
        accepted += 1;
        expect(plain).toEqual(normalizeChatRequest(input as ChatRequest));
      }),
      { numRuns: 3_000 },
    );
    expect(accepted).toBeGreaterThan(500);
  });

  it('leaves everything except text to the full check', () => {
    const requests = [
      { prompt: 'x', tools: [] },
      { prompt: 'x', schema: {} },
      { prompt: 'x', responseFormat: {} },
      { prompt: 'x', providerOptions: {} },
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] },
      { messages: [{ role: 'user', content: 'x', providerOptions: {} }] },
      { prompt: 1 },
      {},
    ] as readonly unknown[];
    expect(requests.map((input) => plainChat(input as ChatRequest))).toEqual(requests.map(() => undefined));
  });
});
