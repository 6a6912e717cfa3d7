import fc from 'fast-check';
import {
  type CallOptions,
  createRouter,
  lowestCost,
  priority,
  type Strategy,
  type TargetOptions,
} from 'signalbox';
import { type Script, scriptedProvider, virtualClock } from 'signalbox/testing';
import { expect, it } from 'vitest';

/** What has happened to a target before. */
const pasts: Readonly<Record<string, readonly Script[]>> = {
  none: [],
  used: [{}],
  cached: [{ usage: { inputTokens: 1_000, outputTokens: 5, cacheReadTokens: 900 } }],
  'cooling down': [{ error: { kind: 'rate-limit', retryAfter: 30_000 } }],
  misconfigured: [{ error: { kind: 'auth' } }],
  failing: Array.from({ length: 3 }, () => ({ error: { kind: 'server' } })),
  recovered: [...Array.from({ length: 3 }, (): Script => ({ error: { kind: 'server' } })), {}, {}, {}],
};
/** Longer than a breaker stays open at first. */
const outage = 40_000;

const target = fc.record({
  past: fc.constantFrom(...Object.keys(pasts)),
  price: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined, freq: 6 }),
  isEuropean: fc.boolean(),
  rpm: fc.constantFrom(undefined, 1),
  contextLength: fc.constantFrom(undefined, undefined, undefined, 100),
  firstToken: fc.constantFrom(undefined, 100, 5_000),
});

const strategies: readonly Strategy[] = [
  lowestCost(),
  lowestCost({ tags: ['eu'] }),
  lowestCost({ deadline: 2_000, maxPrice: { output: 6 } }),
  lowestCost({ maxFirstToken: 1_000 }),
  priority(),
  priority({ tags: ['eu'], maxFirstToken: 1_000 }),
];

const options = fc.record({
  session: fc.constantFrom('s', undefined),
  deadlineIn: fc.constantFrom(undefined, 2_000),
  maxCost: fc.constantFrom(undefined, 0.004),
  only: fc.constantFrom(
    undefined,
    Array.from({ length: 12 }, (_, index) => `t${index * 2}`),
  ),
});

it('among many targets, the first attempt goes where the whole decision says', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(target, { minLength: 23, maxLength: 23 }),
      fc.constantFrom(...strategies),
      options,
      fc.constantFrom(0, 3_000, 31_000, 90_000),
      // The same at each draw, so that recovering targets are held back from both or from neither.
      fc.constantFrom(0, 0.3, 0.999),
      async (list, strategy, { deadlineIn, ...call }, pause, chance) => {
        const clock = virtualClock();
        // One that is fit for every request.
        const all = [...list, { past: 'none', price: 6, isEuropean: true, firstToken: 100 } as const];
        let isPast = true;
        const targets = all.map((each, index): TargetOptions => {
          const scripts = [...(pasts[each.past] ?? [])];
          const { price, firstToken, contextLength, rpm } = {
            contextLength: undefined,
            rpm: undefined,
            ...each,
          };
          return {
            id: `t${index}`,
            provider: scriptedProvider(`v${index}`, () => (isPast ? (scripts.shift() ?? {}) : {}), clock),
            model: 'm',
            tags: each.isEuropean ? ['eu'] : [],
            ...(price && { price: { input: price, output: price, cacheRead: price / 10 } }),
            ...(firstToken && { baseline: { firstToken, throughput: 1_000 } }),
            ...(contextLength && { capabilities: { contextLength } }),
            ...(rpm && { rpm }),
          };
        });
        const router = createRouter({
          targets,
          strategy,
          clock,
          catalog: false,
          log: false,
          retry: false,
          queue: { maxWait: 0 },
          random: () => chance,
        });
        await router.warmup();
        const live = async (isNow: (past: string) => boolean): Promise<void> => {
          for (const [index, { past }] of all.entries())
            for (const _ of isNow(past) ? (pasts[past] ?? []).slice(0, 3) : [])
              await router.chat({ prompt: 'Hi' }, { route: `t${index}`, session: 's' }).catch(() => {});
        };
        await live((past) => past === 'recovered');
        await clock.advance(outage);
        await live(() => true);
        await clock.advance(pause);
        isPast = false;

        const request = { prompt: 'What is the answer? '.repeat(40), maxOutputTokens: 100 };
        const given: CallOptions<string, never> = {
          ...(call.session && { session: call.session }),
          ...(call.maxCost && { maxCost: call.maxCost }),
          ...(call.only && { only: [...call.only, 't23'] }),
          ...(deadlineIn && { deadline: clock.date() + deadlineIn }),
        };
        const { candidates } = await router.explain(request, given);
        const { attempts } = await router.chat(request, given);
        const costOf = (id: string | undefined): number | undefined =>
          candidates.find((each) => each.target === id)?.estimatedCost;
        const [first] = candidates;
        if (strategy.name === 'priority') expect(attempts[0]?.target).toBe(first?.target);
        else expect(costOf(attempts[0]?.target)).toBe(first?.estimatedCost);
        expect(candidates.map((each) => each.target)).toContain(attempts[0]?.target);
        await router.close();
      },
    ),
    { numRuns: 60 },
  );
});
