import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.ts';
import { checkWorlds } from './worlds.ts';

describe('worlds with a cache, in which requests repeat each other', () => {
  it.each([0, 100, 200])('keep what is promised, in 100 of them from seed %i on', (from) =>
    checkWorlds(from, from + 100, { isCached: true }),
  );

  it('have stored answers and shared ones', async () => {
    const sources = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const { events } = await simulate(seed, { isCached: true });
      for (const { event } of events)
        if (event.type === 'request-end') sources.add(event.lookup?.source ?? 'miss');
    }
    expect([...sources].sort()).toEqual(['coalesced', 'hit', 'miss']);
  });
});
