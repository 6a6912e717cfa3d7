import fc from 'fast-check';
import { virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { awakeClock } from '../../src/util/time/awake-clock.ts';
import { Watchdog } from '../../src/util/time/watchdog.ts';

describe('watchdog', () => {
  it('expires after its time despite pauses of fractions of a millisecond', async () => {
    const ms = fc.double({ min: 0.001, max: 20_000, noNaN: true });
    await fc.assert(
      fc.asyncProperty(ms, ms, ms, async (before, frozen, wait) => {
        const clock = virtualClock();
        const awake = awakeClock(clock);
        await clock.advance(before);
        let expired = 0;
        new Watchdog(awake, {
          expired() {
            expired += 1;
          },
        }).watch(wait);
        clock.freeze(frozen);
        for (let timers = 0; timers < 5 && expired === 0; timers++) await clock.next();
        expect(expired).toBe(1);
        expect(awake.now()).toBeCloseTo(before + wait, 3);
        expect(clock.timers).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
