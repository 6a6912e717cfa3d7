import type { LeaseRequest } from '../../types/store.ts';
import { expect } from './expect.ts';
import type { StoreCases } from './under-test.ts';

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

/** Parts of an amount that are never handed out beyond its limit. */
export const shareCases: StoreCases = {
  'shares are granted up to the free amount': async ({ store }) => {
    expect(await store.lease(ask())).toMatchObject({ granted: 100, used: 0, held: 0, holders: 0 });
    expect(await store.lease(ask({ holder: 'b', want: 2_000 }))).toMatchObject({
      granted: 450, // half of the 900 that are left, since another one may want as much
      held: 100,
      holders: 1,
    });
  },

  'shares are never granted beyond the limit, however many ask at the same time': async ({ store }) => {
    const asking = Array.from({ length: 12 }, (_, index) =>
      store.lease(ask({ holder: `p${index}`, want: 300 })),
    );
    const granted = (await Promise.all(asking)).reduce((sum, lease) => sum + lease.granted, 0);
    expect(granted).toBeAtMost(1_000);
    expect(granted).toBeAtLeast(901);
  },

  'shares are settled with the used amount, and the rest is free again': async ({ store }) => {
    await store.lease(ask({ want: 400 }));
    expect(await store.lease(ask({ sequence: 2, want: 0, used: 250 }))).toMatchObject({
      granted: 0,
      used: 250,
    });
    const { granted } = await store.lease(ask({ holder: 'b', want: 1_000 }));
    expect(granted).toEqual(750);
  },

  'shares are the same when the same call is repeated': async ({ store }) => {
    const first = await store.lease(ask({ want: 400 }));
    await store.lease(ask({ holder: 'b', want: 50 }));
    expect(await store.lease(ask({ want: 400 }))).toEqual(first);
    await store.lease(ask({ sequence: 2, want: 0, used: 250 }));
    expect(await store.lease(ask({ sequence: 2, want: 0, used: 250 }))).toMatchObject({ used: 250 });
    await store.settle({ key: 'budget', holder: 'a', sequence: 2, used: 250 });
    expect(await store.lease(ask({ sequence: 3, want: 0, used: 250 }))).toMatchObject({ used: 250 });
  },

  'shares are booked by a running total, so that the next call makes up for a lost one': async ({
    store,
  }) => {
    await store.lease(ask({ want: 400, used: 0 }));
    expect(await store.lease(ask({ sequence: 4, want: 100, used: 330 }))).toMatchObject({ used: 330 });
    expect(await store.lease(ask({ sequence: 5, want: 0, used: 350 }))).toMatchObject({ used: 350 });
  },

  'shares that the store has lost are restored from reports of their holders before anything is granted':
    async ({ store, advance }) => {
      const { record } = await store.lease(ask({ want: 400 }));
      await store.delete(['budget']);
      const last = { record, pause: 4_000 };
      const first = await store.lease(
        ask({ sequence: 3, used: 360, reserved: 30, last: { ...last, used: 500, usedSince: 60 } }),
      );
      expect(first).toMatchObject({ granted: 30, used: 560 });
      expect(Number(first.recoversAt) - first.now).toEqual(4_000);
      expect(first.record === record).toEqual(false);
      // Another holder, which had asked later.
      const second = await store.lease(
        ask({ holder: 'b', sequence: 7, used: 90, last: { ...last, used: 510, usedSince: 20 } }),
      );
      expect(second).toMatchObject({ granted: 0, used: 590, held: 30, recoversAt: first.recoversAt });
      expect(await store.lease(ask({ holder: 'c' }))).toMatchObject({ granted: 0, used: 590 });
      await advance(4_001);
      const known = { record: first.record, used: 590, usedSince: 0, pause: 4_000 };
      const later = await store.lease(ask({ sequence: 4, used: 380, want: 1_000, last: known }));
      expect(later).toMatchObject({ granted: 390, used: 610, recoversAt: undefined });
    },

  'shares of an older state of the store are restored the same way': async ({ store }) => {
    const { record } = await store.lease(ask({ want: 400 }));
    // The call with number 2 is lost, as where a server restarts from an earlier snapshot.
    const last = { record, used: 200, usedSince: 40, pause: 4_000 };
    const lease = await store.lease(ask({ sequence: 3, used: 190, last }));
    expect(lease).toMatchObject({ granted: 0, used: 240, record });
    expect(Number(lease.recoversAt) - lease.now).toEqual(4_000);
  },

  'shares are unchanged if nothing was lost': async ({ store }) => {
    const { record } = await store.lease(ask({ want: 400 }));
    const last = { record, used: 0, usedSince: 150, pause: 4_000 };
    const lease = await store.lease(ask({ sequence: 2, used: 150, last }));
    expect(lease).toMatchObject({ granted: 100, used: 150, record, recoversAt: undefined });
  },

  'shares drop a holder that has been away for long, but not its usage': async ({ store, advance }) => {
    const keep = 3_600_000;
    await store.lease(ask({ want: 400, keep }));
    await store.lease(ask({ holder: 'b', want: 0, keep }));
    await advance(5_001);
    expect(await store.lease(ask({ holder: 'b', sequence: 2, want: 0, keep }))).toMatchObject({
      used: 400,
    });
    await advance(600_001);
    expect(await store.lease(ask({ holder: 'b', sequence: 3, want: 0, keep }))).toMatchObject({
      used: 400,
    });
    // Its late correction no longer finds it, and is ignored.
    await store.settle({ key: 'budget', holder: 'a', sequence: 2, used: 30 });
    expect(await store.lease(ask({ holder: 'b', sequence: 4, want: 0, keep }))).toMatchObject({
      used: 400,
    });
  },

  'shares count as used if their holder does not return': async ({ store, advance }) => {
    await store.lease(ask({ want: 400 }));
    await advance(5_001);
    expect(await store.lease(ask({ holder: 'b', want: 1_000 }))).toMatchObject({
      granted: 600,
      used: 400,
      held: 0,
    });
  },

  'shares are corrected when their holder returns late': async ({ store, advance }) => {
    await store.lease(ask({ want: 400 }));
    await advance(5_001);
    expect(await store.lease(ask({ holder: 'b', want: 0 }))).toMatchObject({ used: 400 });
    await store.settle({ key: 'budget', holder: 'a', sequence: 2, used: 30 });
    expect(await store.lease(ask({ holder: 'b', sequence: 2, want: 0 }))).toMatchObject({ used: 30 });
  },

  'shares are free again if an expired part is to be returned': async ({ store, advance }) => {
    await store.lease(ask({ limit: 2, want: 2, expired: 'returned' }));
    expect(await store.lease(ask({ holder: 'b', limit: 2, want: 1, expired: 'returned' }))).toMatchObject({
      granted: 0,
      held: 2,
    });
    await advance(5_001);
    expect(
      await store.lease(ask({ holder: 'b', sequence: 2, limit: 2, want: 1, expired: 'returned' })),
    ).toMatchObject({ granted: 1, used: 0 });
  },

  'shares are at least one if anything is free': async ({ store }) => {
    for (const holder of ['a', 'b', 'c']) await store.lease(ask({ holder, limit: 4, want: 1 }));
    expect(await store.lease(ask({ holder: 'd', limit: 4, want: 1 }))).toMatchObject({ granted: 1 });
    expect(await store.lease(ask({ holder: 'e', limit: 4, want: 1 }))).toMatchObject({ granted: 0 });
  },

  'shares keep the part that is still in use, however little is free': async ({ store }) => {
    await store.lease(ask({ want: 600 }));
    await store.lease(ask({ holder: 'b', want: 600 }));
    const kept = await store.lease(ask({ sequence: 2, want: 0, used: 100, reserved: 450 }));
    expect(kept).toMatchObject({ granted: 450, used: 100, held: 200 });
    expect(await store.lease(ask({ sequence: 3, want: 600, used: 100, reserved: 450 }))).toMatchObject({
      granted: 575, // half of what is free on top
    });
  },

  'shares are as large as is useful, or are not granted at all': async ({ store }) => {
    for (const holder of ['a', 'b', 'c']) await store.lease(ask({ holder, want: 100 }));
    expect(await store.lease(ask({ holder: 'd', want: 650, least: 600 }))).toMatchObject({
      granted: 600,
    });
    expect(await store.lease(ask({ holder: 'e', want: 200, least: 150 }))).toMatchObject({ granted: 0 });
    expect(await store.lease(ask({ holder: 'e', sequence: 2, want: 200, least: 90 }))).toMatchObject({
      granted: 90,
    });
  },

  'shares are refilled at the rate of a limit per minute': async ({ store, advance }) => {
    const perMinute = { limit: 60, refill: 60_000, want: 60 };
    await store.lease(ask(perMinute));
    expect(await store.lease(ask({ ...perMinute, sequence: 2, used: 60 }))).toMatchObject({ granted: 0 });
    await advance(10_000);
    const { granted } = await store.lease(ask({ ...perMinute, sequence: 3, used: 60 }));
    expect(granted).toBeAtLeast(10);
    expect(granted).toBeAtMost(12);
  },

  'shares follow a limit that is changed': async ({ store }) => {
    await store.lease(ask({ want: 400 }));
    expect(await store.lease(ask({ holder: 'b', limit: 300, want: 100 }))).toMatchObject({ granted: 0 });
    expect(await store.lease(ask({ holder: 'b', sequence: 2, limit: 2_000 }))).toMatchObject({
      granted: 100,
    });
  },

  'shares book usage beyond the granted amount': async ({ store }) => {
    await store.lease(ask({ want: 100 }));
    expect(await store.lease(ask({ sequence: 2, want: 0, used: 180 }))).toMatchObject({ used: 180 });
  },

  'shares expire': async ({ store, advance }) => {
    await store.lease(ask({ want: 100 }));
    await store.lease(ask({ sequence: 2, want: 0, used: 100, keep: 1_000 }));
    await advance(1_001);
    expect(await store.lease(ask({ holder: 'b', want: 1_000 }))).toMatchObject({
      granted: 1_000,
      used: 0,
    });
  },

  'shares of different keys are independent': async ({ store }) => {
    await store.lease(ask({ want: 1_000 }));
    expect(await store.lease(ask({ key: 'other', want: 1_000 }))).toMatchObject({ granted: 1_000 });
  },
};
