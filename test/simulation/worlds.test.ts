import { describe, expect, it } from 'vitest';
import { logOf, simulate } from './simulate.ts';
import { checkWorlds } from './worlds.ts';

// Half of them; the other half is in more-worlds.test.ts, so that two workers share the work.
describe('worlds from seeds', () => {
  it.each(Array.from({ length: 10 }, (_, index) => index * 500))(
    'keep what is promised, in 500 of them from seed %i on',
    (from) => checkWorlds(from, from + 500),
  );

  it('are the same, to the last byte of what happens, each time', async () => {
    for (let seed = 0; seed < 50; seed++) {
      const first = logOf(await simulate(seed));
      expect(logOf(await simulate(seed))).toBe(first);
      expect(first.length).toBeGreaterThan(1_000);
    }
  });
});
