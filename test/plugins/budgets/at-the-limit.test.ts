import { isRouterError, type Router, type Store } from 'signalbox';
import { type Limit, limits } from 'signalbox/budgets';
import { memory } from 'signalbox/memory';
import { virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome, world } from '../../support/requests.ts';
import { pass, settled, turns } from './passing-time.ts';

const ask = { prompt: 'Hi', maxOutputTokens: 20 };
const perDay: Limit = { by: 'tenant', usd: 0.001, per: 'day' };
const never = (): Promise<never> => new Promise(() => {});

/** A router with limits, over a store that can be frozen, and can be asked what it got. */
function limited(list: readonly Limit[], more: Parameters<typeof world>[1] = {}) {
  const clock = virtualClock();
  const real = memory({ clock });
  const state = { frozen: false, leases: 0 };
  const keys = new Set<string>();
  const store: Store = {
    ...real,
    lease(request) {
      state.leases += 1;
      keys.add(request.key);
      return state.frozen ? never() : real.lease(request);
    },
  };
  const start = () => world({ a: [{}] }, { clock, store, plugins: [limits(list)], ...more });
  return { ...start(), clock, state, start, forget: () => real.delete([...keys]) };
}

async function useUp({ router, clock }: ReturnType<typeof limited>, tenant: string): Promise<void> {
  for (;;) {
    const asked = await outcome(settled(router.chat(ask, { tenant }), clock));
    if ('value' in asked) continue;
    if (!isRouterError(asked.error, 'budget')) throw asked.error;
    return;
  }
}

/** The refusal of a request that gets one without any time passing. */
async function refusedAtOnce({ router, clock }: ReturnType<typeof limited>, tenant: string) {
  const before = clock.now();
  const waits = turns().then(() => 'it waits' as const);
  const asked = await Promise.race([outcome(router.chat(ask, { tenant })), waits]);
  expect(clock.now()).toBe(before);
  if (asked === 'it waits' || !isRouterError(asked.error, 'budget')) throw new Error(JSON.stringify(asked));
  return asked.error;
}

describe('a tenant at its limit', () => {
  it('is refused without the store, however long ago the store was asked', async () => {
    const all = limited([perDay]);
    await useUp(all, 'acme');
    for (const pause of [0, 10_000, 50_000, 600_000, 3_600_000]) {
      await all.clock.advance(pause);
      all.state.frozen = true;
      await refusedAtOnce(all, 'acme');
      all.state.frozen = false;
      await all.clock.advance(600);
    }
  });

  it('is admitted again in the next period', async () => {
    const all = limited([perDay]);
    await useUp(all, 'acme');
    await pass(all.clock, 120_000);
    const { retryAt = 0 } = await refusedAtOnce(all, 'acme');
    await all.clock.advance(retryAt - all.clock.date());
    expect((await settled(all.router.chat(ask, { tenant: 'acme' }), all.clock)).target).toBe('a');
  });

  it('is admitted again when its amount is raised', async () => {
    let usd = 0.001;
    const all = limited([{ ...perDay, usd: () => usd }]);
    await useUp(all, 'acme');
    await pass(all.clock, 120_000);
    usd = 0.002;
    expect((await settled(all.router.chat(ask, { tenant: 'acme' }), all.clock)).target).toBe('a');
  });

  it('is not admitted again because the store has lost its data', async () => {
    const all = limited([perDay]);
    await useUp(all, 'acme');
    await pass(all.clock, 120_000);
    await all.forget();
    for (let second = 0; second < 10; second++) {
      await refusedAtOnce(all, 'acme'); // asks in the background
      await pass(all.clock, 1_000);
    }
  });

  it('asks the store ever less often, however many requests are refused', async () => {
    const all = limited([perDay]);
    await useUp(all, 'acme');
    await pass(all.clock, 5_000);
    all.state.leases = 0;
    for (let second = 0; second < 10; second++) {
      for (let n = 0; n < 50; n++) {
        await refusedAtOnce(all, 'acme');
        await all.clock.advance(20);
      }
    }
    expect(all.state.leases).toBeLessThanOrEqual(25);
  });

  it('takes part in a rolling limit as it refills', async () => {
    const all = limited([{ by: 'tenant', requests: 60, per: 'minute', rolling: true }]);
    await useUp(all, 'acme');
    all.state.frozen = true;
    await refusedAtOnce(all, 'acme');
    all.state.frozen = false;
    await pass(all.clock, 2_000);
    expect((await settled(all.router.chat(ask, { tenant: 'acme' }), all.clock)).target).toBe('a');
  });
});

describe('a request that is larger than the whole limit', () => {
  it('is refused, and leases nothing that others could use', async () => {
    const all = limited([perDay]);
    const other = all.start();
    for (let n = 0; n < 20; n++) {
      const large = { ...ask, maxOutputTokens: 1_000 };
      const { error } = await outcome(settled(all.router.chat(large, { tenant: 'acme' }), all.clock));
      expect(isRouterError(error, 'budget')).toBe(true);
      await all.clock.advance(500);
    }
    const most = { ...ask, maxOutputTokens: 400 };
    expect((await settled(other.router.chat(most, { tenant: 'acme' }), all.clock)).target).toBe('a');
  });
});

describe('a process that has never seen a tenant at its limit', () => {
  const refused = async (router: Router, tenant: string): Promise<unknown> =>
    outcome(router.chat(ask, { tenant })).then(({ error }) => isRouterError(error, 'budget') || error);

  it('refuses without the store after warmup()', async () => {
    const all = limited([perDay]);
    await useUp(all, 'acme');
    await pass(all.clock, 2_000);
    const { router } = all.start();
    await router.warmup();
    all.state.frozen = true;
    expect(await refused(router, 'acme')).toBe(true);
    expect(all.state.leases).toBeGreaterThan(0);
  });

  it('refuses without the store where it ran already when the limit was reached', async () => {
    const all = limited([perDay]);
    const { router } = all.start();
    await router.warmup();
    await useUp(all, 'acme');
    await pass(all.clock, 3_000);
    all.state.frozen = true;
    expect(await refused(router, 'acme')).toBe(true);
  });

  it('asks the store in the next period', async () => {
    const all = limited([perDay]);
    await useUp(all, 'acme');
    await pass(all.clock, 2_000);
    const { router } = all.start();
    await router.warmup();
    await all.clock.advance(86_400_000);
    await turns();
    expect((await settled(router.chat(ask, { tenant: 'acme' }), all.clock)).target).toBe('a');
  });
});

describe('a request that waits for the store', () => {
  it('delays no other tenant, be it the first of its tenant', async () => {
    const usd = (tenant?: string): number => (tenant === 'other' ? 1 : 0.001);
    const all = limited([{ ...perDay, usd }], { concurrency: 2 });
    await settled(all.router.chat(ask, { tenant: 'other' }), all.clock);
    all.state.frozen = true;
    const waiting = Array.from({ length: 5 }, () => outcome(all.router.chat(ask, { tenant: 'acme' })));
    await turns();
    const before = all.clock.now();
    expect((await all.router.chat(ask, { tenant: 'other' })).target).toBe('a');
    expect(all.clock.now()).toBe(before);
    await Promise.all(waiting.map((each) => settled(each, all.clock)));
  });

  it('gets its answer when the store has answered, and no later', async () => {
    const all = limited([perDay]);
    await settled(all.router.chat(ask, { tenant: 'acme' }), all.clock);
    const before = all.clock.now();
    // More than has been leased.
    await all.router.chat({ ...ask, maxOutputTokens: 300 }, { tenant: 'acme' });
    expect(all.clock.now()).toBe(before);
  });
});
