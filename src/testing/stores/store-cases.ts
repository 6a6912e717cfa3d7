import { expect } from './expect.ts';
import { knowledgeCases } from './knowledge.ts';
import { shareCases } from './shares.ts';
import type { StoreCases, StoreUnderTest } from './under-test.ts';
import { valueCases } from './values.ts';

/** One requirement on a store. */
export interface StoreCase {
  /** The requirement, as the name of a test. */
  readonly name: string;
  /** Rejects with an error that names the expected and the actual value. */
  run(): Promise<void>;
}

const general: StoreCases = {
  'delete() removes whatever a key holds': async ({ store }) => {
    await store.set('a', '1', { ttl: 1_000 });
    await store.publish([{ key: 'b', add: { n: 1 }, ttl: 1_000 }]);
    await store.delete(['a', 'b', 'none']);
    expect(await store.get(['a'])).toEqual([undefined]);
    expect((await store.read(['b'])).entries).toEqual([{}]);
  },
};

/**
 * The requirements on every store, as cases for any test framework: the suite that the stores of this package pass. Run it
 * against the real server or file.
 *
 * @param open returns an empty store; called once for each case
 * @example
 * import { it } from 'vitest'; // or node:test, jest …
 * for (const { name, run } of storeCases(async () => ({ store: myStore(), advance, date }))) it(name, run);
 */
export function storeCases(open: () => StoreUnderTest | Promise<StoreUnderTest>): readonly StoreCase[] {
  const all = { ...valueCases, ...knowledgeCases, ...shareCases, ...general };
  return Object.entries(all).map(([name, check]) => ({
    name,
    async run() {
      const under = await open();
      try {
        await check(under);
      } finally {
        await under.close?.();
      }
    },
  }));
}
