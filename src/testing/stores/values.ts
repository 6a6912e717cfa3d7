import { expect } from './expect.ts';
import type { StoreCases } from './under-test.ts';

/** Opaque values by key. */
export const valueCases: StoreCases = {
  'values are returned in the order of their keys': async ({ store }) => {
    await store.set('a', '1', { ttl: 1_000 });
    await store.set('b', '2', { ttl: 1_000 });
    const found = await store.get(['b', 'none', 'a']);
    expect(found.map((each) => each?.value)).toEqual(['2', undefined, '1']);
  },

  'values are opaque text of any characters': async ({ store }) => {
    const text = 'é\u0000\n"{}" 🙂';
    await store.set('a', text, { ttl: 1_000 });
    expect((await store.get(['a']))[0]?.value).toEqual(text);
  },

  'values expire': async ({ store, advance }) => {
    await store.set('a', '1', { ttl: 60_000 });
    await advance(50_000);
    expect((await store.get(['a']))[0]?.value).toEqual('1');
    await advance(10_001);
    expect(await store.get(['a'])).toEqual([undefined]);
  },

  'values that must be absent are written once': async ({ store }) => {
    expect(await store.set('a', '1', { ttl: 1_000, onlyIf: 'absent' })).toBeText();
    expect(await store.set('a', '2', { ttl: 1_000, onlyIf: 'absent' })).toEqual(undefined);
    expect((await store.get(['a']))[0]?.value).toEqual('1');
  },

  'values are absent again when they have expired': async ({ store, advance }) => {
    await store.set('a', '1', { ttl: 1_000, onlyIf: 'absent' });
    await advance(1_001);
    expect(await store.set('a', '2', { ttl: 1_000, onlyIf: 'absent' })).toBeText();
  },

  'values are replaced only in the version that was read, if one is given': async ({ store }) => {
    await store.set('a', '1', { ttl: 1_000 });
    const version = (await store.get(['a']))[0]?.version ?? '';
    const next = await store.set('a', '2', { ttl: 1_000, onlyIf: { version } });
    expect(next).toBeText();
    expect(await store.set('a', '3', { ttl: 1_000, onlyIf: { version } })).toEqual(undefined);
    expect(await store.get(['a'])).toEqual([{ value: '2', version: next }]);
  },

  'values are not replaced in an outdated version': async ({ store }) => {
    await store.set('a', '1', { ttl: 1_000 });
    const version = (await store.get(['a']))[0]?.version ?? '';
    await store.delete(['a']);
    expect(await store.set('a', '2', { ttl: 1_000, onlyIf: { version } })).toEqual(undefined);
    await store.set('a', '1', { ttl: 1_000 });
    expect(await store.set('a', '2', { ttl: 1_000, onlyIf: { version } })).toEqual(undefined);
  },

  'values accept one of several concurrent writers': async ({ store }) => {
    const writes = Array.from({ length: 8 }, (_, index) =>
      store.set('lock', String(index), { ttl: 1_000, onlyIf: 'absent' }),
    );
    expect((await Promise.all(writes)).filter((version) => version !== undefined).length).toEqual(1);
  },
};
