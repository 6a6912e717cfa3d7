import { describe, expect, it } from 'vitest';
import { rows } from './rows.ts';
import { withCache, withOwnStore } from './stage.ts';
import { vendors } from './vendors.ts';

// The same matrix with a cache: each row ends as without one, and nothing broken comes back when its requests are repeated at
// vendors that have recovered.
describe.each(rows.filter(({ number }) => !withOwnStore.includes(number)))(
  'with a cache, row $number: $fault',
  ({ vendors: names, play, expected }) => {
    it.each(names)('%s', async (name) => {
      const vendor = vendors[name];
      expect(await withCache(() => play(vendor, false))).toEqual(expected(vendor));
    });
  },
);
