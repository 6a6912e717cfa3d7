import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryBudget } from '../../src/limits/retry-budget.ts';

const limits = fc.record({
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  perSecond: fc.double({ min: 0, max: 5, noNaN: true }),
  most: fc.integer({ min: 1, max: 100 }),
  first: fc.integer({ min: 0, max: 20 }),
});
const steps = fc.array(fc.record({ what: fc.constantFrom('earn', 'spend', 'look'), wait: fc.nat(3_000) }), {
  maxLength: 300,
});

describe('budget', () => {
  it('never gives more than there was at first, the share of all requests, and what the time brought', () => {
    fc.assert(
      fc.property(limits, steps, (given, list) => {
        const { earn, spend, has } = retryBudget(given);
        let now = 0;
        let earned = 0;
        let spent = 0;
        for (const { what, wait } of list) {
          now += wait;
          if (what === 'earn') {
            earn();
            earned += 1;
          } else if (what === 'look') has(now);
          else if (spend(now)) spent += 1;
          const most = given.first + given.share * earned + (given.perSecond * now) / 1_000;
          expect(spent).toBeLessThanOrEqual(most + 1e-6);
        }
      }),
    );
  });

  it('saves up no more than its most, however long nothing is spent', () => {
    fc.assert(
      fc.property(limits, fc.nat(1_000), fc.nat(10_000_000), (given, requests, wait) => {
        const { earn, spend } = retryBudget({ ...given, first: 0 });
        for (let request = 0; request < requests; request++) earn();
        let spent = 0;
        while (spend(wait)) spent += 1;
        expect(spent).toBeLessThanOrEqual(given.most);
      }),
    );
  });

  it('grants what it reports, and nothing if it is empty', () => {
    fc.assert(
      fc.property(limits, steps, (given, list) => {
        const { earn, spend, has } = retryBudget(given);
        let now = 0;
        for (const { what, wait } of list) {
          now += wait;
          if (what === 'earn') earn();
          else expect(has(now)).toBe(spend(now));
        }
      }),
    );
  });
});
