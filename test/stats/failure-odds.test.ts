import { describe, expect, it } from 'vitest';
import { failureOdds } from '../../src/stats/failure-odds.ts';

describe('failure odds', () => {
  it('are one in a hundred before the first outcome', () => {
    expect(failureOdds().read(1_000)).toBe(0.01);
  });

  it('count each outcome at once', () => {
    const odds = failureOdds();
    const before = odds.read(0);
    odds.add(true, 0);
    const after = odds.read(0);
    expect(after).toBeGreaterThan(before);
    odds.add(true, 0);
    expect(odds.read(0)).toBeGreaterThan(after);
    odds.add(false, 0);
    expect(odds.read(0)).toBeLessThan(0.5);
  });

  it('return to the usual ones with time', () => {
    const odds = failureOdds();
    for (let count = 0; count < 20; count++) odds.add(true, 0);
    expect(odds.read(0)).toBeGreaterThan(0.7);
    expect(odds.read(100)).toBe(odds.read(0));
    expect(odds.read(60_000)).toBeLessThan(odds.read(0));
    expect(odds.read(3_600_000)).toBeCloseTo(0.01, 3);
  });
});
