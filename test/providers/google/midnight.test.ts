import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { untilMidnight } from '../../../src/providers/google/failures.ts';

const hour = 3_600_000;

describe('the next midnight in California', () => {
  it.each([
    ['in winter', '2026-11-20T12:00:00Z', 20 * hour],
    ['in summer', '2026-07-01T12:00:00Z', 19 * hour],
    ['a second before', '2026-07-01T06:59:59Z', 1_000],
    ['at midnight: the one after', '2026-07-01T07:00:00Z', 24 * hour],
    ['on the day that has 23 hours', '2026-03-08T08:00:00Z', 23 * hour],
    ['on the day that has 25 hours', '2026-11-01T07:00:00Z', 25 * hour],
    ['at noon of the day before the day of 23 hours', '2026-03-07T20:00:00Z', 12 * hour],
  ])('%s', (_, now, expected) => {
    expect(untilMidnight(Date.parse(now))).toBe(expected);
  });

  it('is always within a day, and always midnight there', () => {
    const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'America/Los_Angeles', timeStyle: 'medium' });
    const moment = fc.date({ min: new Date('2000-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, (now) => {
        const rest = untilMidnight(now.getTime());
        expect(rest > 0 && rest <= 25 * hour).toBe(true);
        expect(clock.format(now.getTime() + rest)).toBe('00:00:00');
      }),
    );
  });
});
