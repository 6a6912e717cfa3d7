import { isRouterError, type Store } from 'signalbox';
import { type Limit, limits } from 'signalbox/budgets';
import { memory } from 'signalbox/memory';
import { virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome, read, world } from '../../support/requests.ts';
import { settled } from './passing-time.ts';

type Script = Extract<Parameters<typeof world>[0][string], readonly unknown[]>[number];

const ask = { prompt: 'Hi', maxOutputTokens: 20 };
/** 10 input tokens at US$ 1 and 5 output tokens at US$ 2 per million. */
const cost = 20 / 1e6;
const perDay: Limit = { usd: 0.02, per: 'day', storeAway: 'closed' };
/** Milliseconds in which all processes book again. */
const pause = 3_500;

/** Processes that share a store, which can lose its data. */
function processes(limit: Limit, script: Script = {}) {
  const clock = virtualClock();
  let data = memory({ clock });
  const store: Store = {
    name: 'shared',
    get: (keys) => data.get(keys),
    set: (key, value, options) => data.set(key, value, options),
    delete: (keys) => data.delete(keys),
    publish: (changes) => data.publish(changes),
    read: (keys) => data.read(keys),
    lease: (request) => data.lease(request),
    settle: (settlement) => data.settle(settlement),
  };
  let answers = 0;
  const start = () => {
    const plugin = limits([limit]);
    const made = world({ a: [script] }, { clock, store, plugins: [plugin] });
    const call = async (): Promise<'answered' | 'refused'> => {
      const asked = await outcome(settled(made.router.chat(ask, { tenant: 'acme' }), clock));
      if ('value' in asked) {
        answers += 1;
        return 'answered';
      }
      if (!isRouterError(asked.error, 'budget')) throw asked.error;
      return 'refused';
    };
    return { ...made, call, budgets: plugin.methods.budgets };
  };
  return {
    clock,
    start,
    lose: () => {
      data = memory({ clock });
    },
    answers: () => answers,
    spent: () => answers * cost,
  };
}

/** Calls in turn until all are refused. */
async function useUp(all: readonly { call(): Promise<string> }[]): Promise<void> {
  for (let left = [...all]; left.length > 0; )
    for (const each of [...left])
      if ((await each.call()) === 'refused') left = left.filter((one) => one !== each);
}

/** Each calls so many times, in turn. */
async function spend(all: readonly { call(): Promise<string> }[], times: number): Promise<void> {
  for (let n = 0; n < times; n++) for (const each of all) expect(await each.call()).toBe('answered');
}

describe('limits, when the store has lost its data', () => {
  it('never exceed a limit, of which nearly all is used', async () => {
    const all = processes(perDay);
    const crew = [all.start(), all.start(), all.start()];
    await spend(crew, 200);
    all.lose();
    await useUp(crew);
    for (let n = 0; n < 3; n++) {
      await all.clock.advance(2 * pause);
      await useUp(crew);
    }
    expect(all.spent()).toBeLessThanOrEqual(0.02);
    expect(all.spent()).toBeGreaterThan(0.99 * 0.02);
  });

  it('remember the use of processes that are gone, by those that remain', async () => {
    const all = processes(perDay);
    const [gone, stays] = [all.start(), all.start()];
    await spend([gone, stays], 300);
    await all.clock.advance(2_000);
    await gone.router.close();
    await all.clock.advance(2_000);
    await stays.call();
    await all.clock.advance(2_000);
    all.lose();
    await all.clock.advance(2 * pause);
    await useUp([stays, all.start()]);
    expect(all.spent()).toBeLessThanOrEqual(0.02);
    expect(all.spent()).toBeGreaterThan(0.99 * 0.02);
  });

  it('restore a tenant that no process has seen lately, before another process has spent much for it', async () => {
    const all = processes({ ...perDay, by: 'tenant' });
    const [one, other] = [all.start(), all.start()];
    await spend([one], 900);
    await all.clock.advance(300_000);
    all.lose();
    await all.clock.advance(2 * pause);
    await useUp([other]);
    expect(all.spent()).toBeLessThanOrEqual(0.02);
  });

  it('refuse or wait for no longer than it takes until processes have booked again', async () => {
    const all = processes(perDay);
    const one = all.start();
    await spend([one], 200);
    await all.clock.advance(2_000);
    all.lose();
    await useUp([one]);
    const refused = await outcome(one.router.chat(ask));
    if (!isRouterError(refused.error, 'budget')) throw new Error('was not refused');
    expect(refused.error.message).toContain('lost its data');
    expect((refused.error.retryAt ?? 0) - all.clock.date()).toBeLessThanOrEqual(pause);
    await all.clock.advance((refused.error.retryAt ?? 0) - all.clock.date());
    expect(await one.call()).toBe('answered');
  });

  it.each(['local', 'open'] as const)('go on meanwhile, where storeAway is %s', async (storeAway) => {
    const all = processes({ ...perDay, storeAway });
    const crew = [all.start(), all.start()];
    await spend(crew, 50);
    await all.clock.advance(2_000);
    all.lose();
    await spend(crew, 100);
  });

  it('report it once per process', async () => {
    const all = processes({ ...perDay, by: 'tenant' });
    const one = all.start();
    const states: string[] = [];
    one.router.on('store-state', ({ state }) => states.push(state));
    await spend([one], 20);
    for (const tenant of ['b', 'c', 'd']) await settled(one.router.chat(ask, { tenant }), all.clock);
    await all.clock.advance(2_000);
    all.lose();
    await all.clock.advance(60_000);
    expect(states).toEqual(['lost']);
  });

  it('let a rolling limit continue at its rate, for any earlier use', async () => {
    const all = processes({ requests: 60, per: 'minute', rolling: true, storeAway: 'closed' });
    const one = all.start();
    for (let minute = 0; minute < 5; minute++) {
      await useUp([one]);
      await all.clock.advance(60_000);
    }
    const before = all.answers();
    expect(before).toBeGreaterThan(200);
    all.lose();
    await all.clock.advance(60_000);
    await useUp([one]);
    expect(all.answers() - before).toBeGreaterThan(50);
    expect(all.answers() - before).toBeLessThanOrEqual(130);
  });

  it('keep a limit on requests at the same time', async () => {
    const slow: Script = { text: ['a', 'b', 'c'], gap: 10_000 };
    const all = processes({ concurrency: 4, storeAway: 'closed' }, slow);
    const [one, other] = [all.start(), all.start()];
    const readings = [];
    for (let n = 0; n < 4; n++) readings.push(read(await settled(one.router.stream(ask), all.clock)));
    all.lose();
    await all.clock.advance(1_500);
    expect(await other.call()).toBe('refused');
    await all.clock.advance(2 * pause);
    expect(await other.call()).toBe('refused');
    await settled(Promise.all(readings), all.clock);
    await all.clock.advance(5_000);
    expect(await other.call()).toBe('answered');
  });
});
