import fc from 'fast-check';
import { createRouter } from 'signalbox';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';

const capabilities = fc.record(
  {
    chat: fc.boolean(),
    contextLength: fc.constantFrom(10, 100, 10_000),
    maxOutputTokens: fc.constantFrom(5, 50),
  },
  { requiredKeys: [] },
);
const limits = fc.constantFrom({}, {}, { concurrency: 2 }, { rpm: 10 });
const targets = fc.array(fc.tuple(capabilities, limits), { minLength: 1, maxLength: 4 });
const prompt = fc.constantFrom('Hi', 'word '.repeat(10), 'word '.repeat(1_000));
const request = fc.oneof(
  fc.record({ prompt }),
  fc.record({ prompt, maxOutputTokens: fc.constantFrom(4, 40) }),
);

describe('the routing of a router’s first request', () => {
  it('is the same whether or not the rest of the code is loaded', async () => {
    const clock = virtualClock();
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(targets, request, async (drawn, input) => {
        const outcomes = await Promise.all(
          [false, true].map(async (isWhole) => {
            const router = createRouter({
              clock,
              targets: drawn.map(([capabilities, limits], index) => ({
                id: `t${index}`,
                model: 'm',
                provider: scriptedProvider('p', [{}], clock),
                price: { input: 1, output: 1 },
                capabilities,
                ...limits,
              })),
            });
            if (isWhole) await router.warmup();
            try {
              const { target, decision } = await router.chat(input);
              answered += 1;
              return { target, decision };
            } catch (error) {
              return { message: String(error) };
            }
          }),
        );
        expect(outcomes[0]).toEqual(outcomes[1]);
      }),
      { numRuns: 300 },
    );
    expect(answered).toBeGreaterThan(100);
  });
});
