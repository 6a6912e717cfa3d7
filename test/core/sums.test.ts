import fc from 'fast-check';
import { createRouter, type RequestEndEvent, type UsageEvent } from 'signalbox';
import { type Script, scriptedProvider, seededRandom, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { addUsd, toMicros, toUsd } from '../../src/pricing/money.ts';
import { outcome, read } from '../support/requests.ts';

const count = fc.integer({ min: 1, max: 100_000 });
const usage = fc.record({ inputTokens: count, outputTokens: count, reasoningTokens: fc.nat(100) });
const delay = fc.constantFrom(0, 0, 200);
/** A whole answer, one that is not accepted, a failure at once or in the middle, and one that never comes. */
const script: fc.Arbitrary<Script> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ text: fc.constantFrom('a whole answer', 'no'), usage, delay }) },
  { weight: 1, arbitrary: fc.constant<Script>({ error: { kind: 'server', answered: true } }) },
  { weight: 1, arbitrary: fc.constant<Script>({ text: 'half of an answer', cut: true, after: 2 }) },
  { weight: 1, arbitrary: fc.constant<Script>({ hang: true }) },
);
const rate = fc.double({ min: 0.01, max: 100, noNaN: true });
const fee = fc.double({ min: 0, max: 0.1, noNaN: true });
const targets = fc.array(
  fc.record({
    scripts: fc.array(script, { minLength: 1, maxLength: 4 }),
    price: fc.record({ input: rate, output: rate, request: fee }),
  }),
  { minLength: 1, maxLength: 3 },
);

const total = (bills: readonly { readonly cost?: UsageEvent['cost'] }[]): number =>
  addUsd(...bills.map(({ cost }) => cost?.total ?? 0));

describe('the sums of a request', () => {
  it.each(['chat', 'stream', 'embed'] as const)(
    'are those of its attempts, to the micro-dollar, over failures, refusals, hedges and failovers: %s',
    async (kind) => {
      await fc.assert(
        fc.asyncProperty(targets, fc.integer(), async (given, seed) => {
          const clock = virtualClock();
          const router = createRouter({
            targets: given.map(({ scripts, price }, index) => ({
              id: `t${index}`,
              provider: scriptedProvider(`p${index}`, scripts, clock),
              model: 'm',
              price,
            })),
            accept: ({ text }) => text.length > 5,
            interrupted: 'restart',
            hedge: { delay: 100, ratio: 1 },
            timeout: { attempt: 1_000, request: 20_000 },
            clock,
            random: seededRandom(seed),
          });
          const ends: RequestEndEvent[] = [];
          const bills: UsageEvent[] = [];
          router.on('request-end', (event) => ends.push(event));
          router.on('usage', (event) => bills.push(event));
          const values = Array.from({ length: 250 }, (_, index) => `value ${index}`);
          const asked = {
            chat: () => router.chat({ prompt: 'Hi' }),
            stream: () => router.stream({ prompt: 'Hi' }).then(read),
            embed: () => router.embed({ values }),
          }[kind]();
          const over = outcome<unknown>(asked);
          await clock.advance(60_000);
          await over;
          expect(ends).toHaveLength(1);
          const { cost, wastedCost = 0, attempts = [] } = ends[0] ?? {};
          const sum = addUsd(cost?.total ?? 0, wastedCost);
          expect(wastedCost).toBe(toUsd(wastedCost));
          expect(sum).toBe(total(attempts));
          expect(sum).toBe(total(bills));
          expect(toMicros(sum)).toBe(toMicros(total(bills)));
        }),
        { numRuns: 100 },
      );
    },
  );
});
