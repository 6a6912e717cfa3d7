import { expect } from './expect.ts';
import type { StoreCases } from './under-test.ts';

/** Integers that merge by sum or maximum. */
export const knowledgeCases: StoreCases = {
  'knowledge adds counts and keeps the largest of moments': async ({ store }) => {
    await store.publish([{ key: 'a', add: { n: 2 }, max: { at: 70 }, ttl: 1_000 }]);
    await store.publish([{ key: 'a', add: { n: 3, m: 1 }, max: { at: 50 }, ttl: 1_000 }]);
    expect((await store.read(['a'])).entries).toEqual([{ n: 5, m: 1, at: 70 }]);
  },

  'knowledge loses nothing when processes publish at the same time': async ({ store }) => {
    const all = Array.from({ length: 20 }, () => store.publish([{ key: 'a', add: { n: 1 }, ttl: 1_000 }]));
    await Promise.all(all);
    expect((await store.read(['a'])).entries).toEqual([{ n: 20 }]);
  },

  'knowledge holds integers of the size of money exactly': async ({ store }) => {
    const much = 4_503_599_627_370_497;
    await store.publish([{ key: 'a', add: { n: much }, max: { at: much }, ttl: 1_000 }]);
    await store.publish([{ key: 'a', add: { n: -1 }, ttl: 1_000 }]);
    expect((await store.read(['a'])).entries).toEqual([{ n: much - 1, at: much }]);
  },

  'knowledge omits unknown fields': async ({ store }) => {
    expect((await store.read(['none', 'nothing'])).entries).toEqual([{}, {}]);
  },

  'knowledge accepts any field name': async ({ store }) => {
    await store.publish([{ key: 'a', add: { __proto__x: 1, constructor: 2 }, ttl: 1_000 }]);
    expect((await store.read(['a'])).entries[0]).toMatchObject({ __proto__x: 1, constructor: 2 });
  },

  'knowledge expires as a whole, and later if it is published again': async ({ store, advance }) => {
    await store.publish([{ key: 'a', add: { n: 1 }, ttl: 60_000 }]);
    await advance(50_000);
    await store.publish([{ key: 'a', add: { n: 1 }, ttl: 30_000 }]);
    await advance(20_000);
    expect((await store.read(['a'])).entries).toEqual([{ n: 2 }]);
    await advance(10_001);
    expect((await store.read(['a'])).entries).toEqual([{}]);
  },

  'knowledge never expires earlier because of a publication with a shorter lifetime': async ({
    store,
    advance,
  }) => {
    await store.publish([{ key: 'a', max: { at: 9 }, ttl: 5_000 }]);
    await store.publish([{ key: 'a', max: { at: 3 }, ttl: 100 }]);
    await advance(4_000);
    expect((await store.read(['a'])).entries).toEqual([{ at: 9 }]);
  },

  "knowledge is returned with the store's time": async ({ store, date }) => {
    const before = await date();
    const { now } = await store.read([]);
    expect(now).toBeAtLeast(Math.floor(before));
    expect(now).toBeAtMost(Math.ceil(await date()));
  },
};
