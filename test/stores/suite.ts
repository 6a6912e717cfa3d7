import { type StoreUnderTest, storeCases } from 'signalbox/testing';
import { describe, it } from 'vitest';

/** What every store has to do, whatever it is built on. */
export function storeSuite(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} meets the contract of a store:`, () => {
    for (const each of storeCases(open)) it(each.name, each.run);
  });
}
