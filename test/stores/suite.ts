import type { LeaseRequest, Store } from 'signalbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** A store to be tested, and the way to let its time pass. */
export interface StoreUnderTest {
  readonly store: Store;
  /** Lets so much of the store's time pass. */
  advance(ms: number): Promise<void>;
  /** The store's time, read from where the store reads it. */
  date(): Promise<number>;
  close?(): Promise<void>;
}

/** What every store has to do, whatever it is built on. */
export function storeSuite(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of a store`, () => {
    let under: StoreUnderTest;
    let store: Store;

    beforeEach(async () => {
      under = await open();
      store = under.store;
    });
    afterEach(async () => {
      await under.close?.();
    });

    describe('values', () => {
      it('come back in the order of their keys', async () => {
        await store.set('a', '1', { ttl: 1_000 });
        await store.set('b', '2', { ttl: 1_000 });
        const found = await store.get(['b', 'none', 'a']);
        expect(found.map((each) => each?.value)).toEqual(['2', undefined, '1']);
      });

      it('are opaque text of any characters', async () => {
        const text = 'é\u0000\n"{}" 🙂';
        await store.set('a', text, { ttl: 1_000 });
        expect((await store.get(['a']))[0]?.value).toBe(text);
      });

      it('expire', async () => {
        await store.set('a', '1', { ttl: 60_000 });
        await under.advance(50_000);
        expect((await store.get(['a']))[0]?.value).toBe('1');
        await under.advance(10_001);
        expect(await store.get(['a'])).toEqual([undefined]);
      });

      it('are written once where they have to be absent', async () => {
        expect(await store.set('a', '1', { ttl: 1_000, onlyIf: 'absent' })).toEqual(expect.any(String));
        expect(await store.set('a', '2', { ttl: 1_000, onlyIf: 'absent' })).toBeUndefined();
        expect((await store.get(['a']))[0]?.value).toBe('1');
      });

      it('are absent again when they have expired', async () => {
        await store.set('a', '1', { ttl: 1_000, onlyIf: 'absent' });
        await under.advance(1_001);
        expect(await store.set('a', '2', { ttl: 1_000, onlyIf: 'absent' })).toEqual(expect.any(String));
      });

      it('are replaced only in the version that was read, where that is asked for', async () => {
        await store.set('a', '1', { ttl: 1_000 });
        const version = (await store.get(['a']))[0]?.version ?? '';
        const next = await store.set('a', '2', { ttl: 1_000, onlyIf: { version } });
        expect(next).toEqual(expect.any(String));
        expect(await store.set('a', '3', { ttl: 1_000, onlyIf: { version } })).toBeUndefined();
        expect(await store.get(['a'])).toEqual([{ value: '2', version: next }]);
      });

      it('are not replaced in a version that is gone', async () => {
        await store.set('a', '1', { ttl: 1_000 });
        const version = (await store.get(['a']))[0]?.version ?? '';
        await store.delete(['a']);
        expect(await store.set('a', '2', { ttl: 1_000, onlyIf: { version } })).toBeUndefined();
        await store.set('a', '1', { ttl: 1_000 });
        expect(await store.set('a', '2', { ttl: 1_000, onlyIf: { version } })).toBeUndefined();
      });

      it('let one of several writers at the same time through', async () => {
        const writes = Array.from({ length: 8 }, (_, index) =>
          store.set('lock', String(index), { ttl: 1_000, onlyIf: 'absent' }),
        );
        expect((await Promise.all(writes)).filter((version) => version !== undefined)).toHaveLength(1);
      });
    });

    describe('knowledge', () => {
      it('adds counts and keeps the largest of moments', async () => {
        await store.publish([{ key: 'a', add: { n: 2 }, max: { at: 70 }, ttl: 1_000 }]);
        await store.publish([{ key: 'a', add: { n: 3, m: 1 }, max: { at: 50 }, ttl: 1_000 }]);
        expect((await store.read(['a'])).entries).toEqual([{ n: 5, m: 1, at: 70 }]);
      });

      it('loses nothing where processes publish at the same time', async () => {
        const all = Array.from({ length: 20 }, () =>
          store.publish([{ key: 'a', add: { n: 1 }, ttl: 1_000 }]),
        );
        await Promise.all(all);
        expect((await store.read(['a'])).entries).toEqual([{ n: 20 }]);
      });

      it('holds integers of the size of money exactly', async () => {
        const much = 4_503_599_627_370_497;
        await store.publish([{ key: 'a', add: { n: much }, max: { at: much }, ttl: 1_000 }]);
        await store.publish([{ key: 'a', add: { n: -1 }, ttl: 1_000 }]);
        expect((await store.read(['a'])).entries).toEqual([{ n: much - 1, at: much }]);
      });

      it('says nothing of what it does not know', async () => {
        expect((await store.read(['none', 'nothing'])).entries).toEqual([{}, {}]);
      });

      it('takes any name of a field', async () => {
        await store.publish([{ key: 'a', add: { __proto__x: 1, constructor: 2 }, ttl: 1_000 }]);
        expect((await store.read(['a'])).entries[0]).toMatchObject({ __proto__x: 1, constructor: 2 });
      });

      it('expires as a whole, and later if it is published again', async () => {
        await store.publish([{ key: 'a', add: { n: 1 }, ttl: 60_000 }]);
        await under.advance(50_000);
        await store.publish([{ key: 'a', add: { n: 1 }, ttl: 30_000 }]);
        await under.advance(20_000);
        expect((await store.read(['a'])).entries).toEqual([{ n: 2 }]);
        await under.advance(10_001);
        expect((await store.read(['a'])).entries).toEqual([{}]);
      });

      it('never expires earlier because somebody needs it for less long', async () => {
        await store.publish([{ key: 'a', max: { at: 9 }, ttl: 5_000 }]);
        await store.publish([{ key: 'a', max: { at: 3 }, ttl: 100 }]);
        await under.advance(4_000);
        expect((await store.read(['a'])).entries).toEqual([{ at: 9 }]);
      });

      it("comes with the store's time", async () => {
        const before = await under.date();
        const { now } = await store.read([]);
        expect(now).toBeGreaterThanOrEqual(Math.floor(before));
        expect(now).toBeLessThanOrEqual(Math.ceil(await under.date()));
      });
    });

    describe('shares', () => {
      const ask = (more: Partial<LeaseRequest> = {}): LeaseRequest => ({
        key: 'budget',
        holder: 'a',
        sequence: 1,
        limit: 1_000,
        want: 100,
        used: 0,
        ttl: 5_000,
        keep: 60_000,
        ...more,
      });

      it('are granted as far as they are free', async () => {
        expect(await store.lease(ask())).toMatchObject({ granted: 100, used: 0, held: 0, holders: 0 });
        expect(await store.lease(ask({ holder: 'b', want: 2_000 }))).toMatchObject({
          granted: 450, // half of the 900 that are left, since another one may want as much
          held: 100,
          holders: 1,
        });
      });

      it('are never granted beyond the limit, however many ask at the same time', async () => {
        const asking = Array.from({ length: 12 }, (_, index) =>
          store.lease(ask({ holder: `p${index}`, want: 300 })),
        );
        const granted = (await Promise.all(asking)).reduce((sum, lease) => sum + lease.granted, 0);
        expect(granted).toBeLessThanOrEqual(1_000);
        expect(granted).toBeGreaterThan(900);
      });

      it('are settled by what was used of them, and the rest is free again', async () => {
        await store.lease(ask({ want: 400 }));
        expect(await store.lease(ask({ sequence: 2, want: 0, used: 250 }))).toMatchObject({
          granted: 0,
          used: 250,
        });
        const { granted } = await store.lease(ask({ holder: 'b', want: 1_000 }));
        expect(granted).toBe(750);
      });

      it('are the same when the same call is repeated', async () => {
        const first = await store.lease(ask({ want: 400 }));
        expect(await store.lease(ask({ want: 400 }))).toEqual(first);
        await store.lease(ask({ sequence: 2, want: 0, used: 250 }));
        expect(await store.lease(ask({ sequence: 2, want: 0, used: 250 }))).toMatchObject({ used: 250 });
        await store.settle({ key: 'budget', holder: 'a', sequence: 2, used: 250 });
        expect(await store.lease(ask({ sequence: 3, want: 0, used: 250 }))).toMatchObject({ used: 250 });
      });

      it('are booked by a running total, so that a call that was lost is made up for by the next', async () => {
        await store.lease(ask({ want: 400, used: 0 }));
        expect(await store.lease(ask({ sequence: 4, want: 100, used: 330 }))).toMatchObject({ used: 330 });
        expect(await store.lease(ask({ sequence: 5, want: 0, used: 350 }))).toMatchObject({ used: 350 });
      });

      it('are booked again by processes that come back where the store has lost its data', async () => {
        await store.lease(ask({ want: 400 }));
        await store.lease(ask({ sequence: 2, want: 100, used: 300 }));
        await store.delete(['budget']);
        expect(await store.lease(ask({ sequence: 3, want: 0, used: 360 }))).toMatchObject({ used: 360 });
      });

      it('forget a holder that has not come back for long, not what it has used', async () => {
        const keep = 3_600_000;
        await store.lease(ask({ want: 400, keep }));
        await store.lease(ask({ holder: 'b', want: 0, keep }));
        await under.advance(5_001);
        expect(await store.lease(ask({ holder: 'b', sequence: 2, want: 0, keep }))).toMatchObject({
          used: 400,
        });
        await under.advance(600_001);
        expect(await store.lease(ask({ holder: 'b', sequence: 3, want: 0, keep }))).toMatchObject({
          used: 400,
        });
        // Its late correction no longer finds it, and is ignored.
        await store.settle({ key: 'budget', holder: 'a', sequence: 2, used: 30 });
        expect(await store.lease(ask({ holder: 'b', sequence: 4, want: 0, keep }))).toMatchObject({
          used: 400,
        });
      });

      it('count as used when their holder does not come back', async () => {
        await store.lease(ask({ want: 400 }));
        await under.advance(5_001);
        expect(await store.lease(ask({ holder: 'b', want: 1_000 }))).toMatchObject({
          granted: 600,
          used: 400,
          held: 0,
        });
      });

      it('are corrected when their holder comes back late', async () => {
        await store.lease(ask({ want: 400 }));
        await under.advance(5_001);
        expect(await store.lease(ask({ holder: 'b', want: 0 }))).toMatchObject({ used: 400 });
        await store.settle({ key: 'budget', holder: 'a', sequence: 2, used: 30 });
        expect(await store.lease(ask({ holder: 'b', sequence: 2, want: 0 }))).toMatchObject({ used: 30 });
      });

      it('are free again where an expired part is to be returned', async () => {
        await store.lease(ask({ limit: 2, want: 2, expired: 'returned' }));
        expect(await store.lease(ask({ holder: 'b', limit: 2, want: 1, expired: 'returned' }))).toMatchObject(
          { granted: 0, held: 2 },
        );
        await under.advance(5_001);
        expect(
          await store.lease(ask({ holder: 'b', sequence: 2, limit: 2, want: 1, expired: 'returned' })),
        ).toMatchObject({ granted: 1, used: 0 });
      });

      it('are at least one where anything is free', async () => {
        for (const holder of ['a', 'b', 'c']) await store.lease(ask({ holder, limit: 4, want: 1 }));
        expect(await store.lease(ask({ holder: 'd', limit: 4, want: 1 }))).toMatchObject({ granted: 1 });
        expect(await store.lease(ask({ holder: 'e', limit: 4, want: 1 }))).toMatchObject({ granted: 0 });
      });

      it('keep what is still in use of them, whatever is free', async () => {
        await store.lease(ask({ want: 600 }));
        await store.lease(ask({ holder: 'b', want: 600 }));
        const kept = await store.lease(ask({ sequence: 2, want: 0, used: 100, reserved: 450 }));
        expect(kept).toMatchObject({ granted: 450, used: 100, held: 200 });
        expect(await store.lease(ask({ sequence: 3, want: 600, used: 100, reserved: 450 }))).toMatchObject({
          granted: 575, // half of what is free on top
        });
      });

      it('are as large as is useful rather than equal, or not given at all', async () => {
        for (const holder of ['a', 'b', 'c']) await store.lease(ask({ holder, want: 100 }));
        expect(await store.lease(ask({ holder: 'd', want: 650, least: 600 }))).toMatchObject({
          granted: 600,
        });
        expect(await store.lease(ask({ holder: 'e', want: 200, least: 150 }))).toMatchObject({ granted: 0 });
        expect(await store.lease(ask({ holder: 'e', sequence: 2, want: 200, least: 90 }))).toMatchObject({
          granted: 90,
        });
      });

      it('come back at the pace of a limit per minute', async () => {
        const perMinute = { limit: 60, refill: 60_000, want: 60 };
        await store.lease(ask(perMinute));
        expect(await store.lease(ask({ ...perMinute, sequence: 2, used: 60 }))).toMatchObject({ granted: 0 });
        await under.advance(10_000);
        const { granted } = await store.lease(ask({ ...perMinute, sequence: 3, used: 60 }));
        expect(granted).toBeGreaterThanOrEqual(10);
        expect(granted).toBeLessThanOrEqual(12);
      });

      it('follow a limit that is changed', async () => {
        await store.lease(ask({ want: 400 }));
        expect(await store.lease(ask({ holder: 'b', limit: 300, want: 100 }))).toMatchObject({ granted: 0 });
        expect(await store.lease(ask({ holder: 'b', sequence: 2, limit: 2_000 }))).toMatchObject({
          granted: 100,
        });
      });

      it('book what was used beyond what was granted', async () => {
        await store.lease(ask({ want: 100 }));
        expect(await store.lease(ask({ sequence: 2, want: 0, used: 180 }))).toMatchObject({ used: 180 });
      });

      it('are forgotten when their time is over', async () => {
        await store.lease(ask({ want: 100 }));
        await store.lease(ask({ sequence: 2, want: 0, used: 100, keep: 1_000 }));
        await under.advance(1_001);
        expect(await store.lease(ask({ holder: 'b', want: 1_000 }))).toMatchObject({
          granted: 1_000,
          used: 0,
        });
      });

      it('of different keys have nothing to do with each other', async () => {
        await store.lease(ask({ want: 1_000 }));
        expect(await store.lease(ask({ key: 'other', want: 1_000 }))).toMatchObject({ granted: 1_000 });
      });
    });

    it('deletes whatever a key holds', async () => {
      await store.set('a', '1', { ttl: 1_000 });
      await store.publish([{ key: 'b', add: { n: 1 }, ttl: 1_000 }]);
      await store.delete(['a', 'b', 'none']);
      expect(await store.get(['a'])).toEqual([undefined]);
      expect((await store.read(['b'])).entries).toEqual([{}]);
    });
  });
}
