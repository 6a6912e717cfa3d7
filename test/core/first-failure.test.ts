import { AsyncLocalStorage } from 'node:async_hooks';
import { createRouter } from 'signalbox';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { billingPart } from '../../src/core/attempt/billing/billing-part.ts';
import { recoveryPart } from '../../src/core/failover/recovery-part.ts';
import { countingPart } from '../../src/pricing/counting-part.ts';
import type { Part } from '../../src/util/lazy.ts';
import { rejection } from '../support/requests.ts';

/** Lets the first loads of some code fail, by default of that for failures, as in a process without free descriptors. */
function loseFirst(times: number, part: Part<unknown> = recoveryPart): { readonly loads: () => number } {
  const { importIt } = part;
  let loads = 0;
  vi.spyOn(part, 'importIt').mockImplementation(async () => {
    loads += 1;
    if (loads <= times) throw new Error('too many open files');
    return importIt();
  });
  return { loads: () => loads };
}

const overloaded = { error: { kind: 'overloaded', status: 529 } } as const;

async function world(scripts: Readonly<Record<string, Parameters<typeof scriptedProvider>[1]>>) {
  const clock = virtualClock();
  await clock.advance(0); // loads the modules of all parts
  const targets = Object.entries(scripts).map(([id, script]) => ({
    id,
    provider: scriptedProvider(id, script, clock),
    model: 'm',
    price: { input: 1, output: 1 },
  }));
  return { clock, router: createRouter({ targets, clock }) };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the first failure of a router', () => {
  it('moves on to another target once the code for failures is loaded', async () => {
    const { router } = await world({ a: [overloaded], b: [{}] });
    const { loads } = loseFirst(0);
    expect((await router.chat({ prompt: 'Hi' })).target).toBe('b');
    expect(loads()).toBeGreaterThan(0);
  });

  it('waits for code that loads only at a later try', async () => {
    const { router, clock } = await world({ a: [overloaded], b: [{}] });
    loseFirst(3);
    const answer = router.chat({ prompt: 'Hi' });
    await clock.advance(5_000);
    const { target, attempts } = await answer;
    expect(target).toBe('b');
    expect(attempts.map(({ outcome, error }) => error?.kind ?? outcome)).toEqual(['overloaded', 'success']);
  });

  it("is the caller's, recorded, where the code cannot be loaded, and nothing is held", async () => {
    const { router, clock } = await world({ a: [overloaded, {}], b: [{}] });
    loseFirst(Number.POSITIVE_INFINITY);
    const failed = rejection(router.chat({ prompt: 'Hi' }));
    await clock.advance(5_000);
    expect(await failed).toMatchObject({ code: 'provider', kind: 'overloaded' });
    expect(router.stats()[0]).toMatchObject({ attempts: 1, inFlight: 0, health: 'healthy' });
    expect((await router.chat({ prompt: 'Hi' })).target).toBe('a');
  });

  it('counts against its target even if other code cannot be loaded', async () => {
    const { router, clock } = await world({
      a: [overloaded, overloaded, overloaded, {}],
      b: [{}, {}, {}, {}],
    });
    vi.spyOn(countingPart, 'importIt').mockRejectedValue(new Error('too many open files'));
    const answers = Promise.all([1, 2, 3].map(() => router.chat({ prompt: 'Hi' })));
    await clock.advance(2_000);
    for (const { attempts } of await answers)
      expect(attempts.map(({ target }) => target)).toEqual(['a', 'b']);
    vi.restoreAllMocks();
    expect((await router.chat({ prompt: 'Hi' })).attempts.map(({ target }) => target)).toEqual(['b']);
  });

  it('gets another attempt beside it where its target is silent, and the target is blamed for that', async () => {
    const { router, clock } = await world({ a: [{ hang: true }], b: [{}] });
    const { loads } = loseFirst(0);
    const answer = router.chat({ prompt: 'Hi' }, { timeout: { response: 1_000 } });
    await clock.advance(999);
    expect(loads()).toBe(0);
    await clock.advance(1);
    const { target, attempts } = await answer;
    expect(target).toBe('b');
    expect(attempts.map(({ outcome, error }) => error?.kind ?? outcome).toSorted()).toEqual([
      'success',
      'timeout',
    ]);
    expect(router.stats().map(({ inFlight }) => inFlight)).toEqual([0, 0]);
  });

  it('answers alone where its target is silent and no other may be asked', async () => {
    const { router, clock } = await world({ a: [{ delay: 3_000 }] });
    loseFirst(0);
    const answer = router.chat({ prompt: 'Hi' }, { timeout: { response: 1_000 } });
    await clock.advance(3_000);
    expect((await answer).target).toBe('a');
  });

  it('does not wait for the code longer than the caller does', async () => {
    const { router, clock } = await world({ a: [overloaded], b: [{}] });
    loseFirst(Number.POSITIVE_INFINITY);
    const failed = rejection(router.chat({ prompt: 'Hi' }, { timeout: { request: 100 } }));
    await clock.advance(100);
    expect(await failed).toBeDefined();
  });

  it('finds the code loaded after an answer', async () => {
    const { router, clock } = await world({ a: [{}, overloaded], b: [{}] });
    const { loads } = loseFirst(0);
    await router.chat({ prompt: 'Hi' });
    await clock.advance(0);
    const before = loads();
    expect(before).toBeGreaterThan(0);
    expect((await router.chat({ prompt: 'Hi' })).target).toBe('b');
    expect(loads()).toBe(before);
  });

  it('finds the code loaded by warmup()', async () => {
    const { router } = await world({ a: [overloaded], b: [{}] });
    const { loads } = loseFirst(0);
    await router.warmup();
    const before = loads();
    expect((await router.chat({ prompt: 'Hi' })).target).toBe('b');
    expect(loads()).toBe(before);
  });
});

describe("a router's first request", () => {
  it('has a cost although the code for costs is loaded while its target works', async () => {
    const { router, clock } = await world({ a: [{}] });
    const { loads } = loseFirst(3, billingPart);
    const answer = router.chat({ prompt: 'Hi' });
    await clock.advance(5_000);
    expect((await answer).cost?.total).toBeGreaterThan(0);
    expect(loads()).toBeGreaterThan(3);
  });

  it('is answered without a cost where that code cannot be loaded', async () => {
    const { router, clock } = await world({ a: [{}] });
    loseFirst(Number.POSITIVE_INFINITY, billingPart);
    const answer = router.chat({ prompt: 'Hi' });
    await clock.advance(5_000);
    const { target, cost, attempts } = await answer;
    expect({ target, cost, billed: attempts[0]?.billed }).toEqual({
      target: 'a',
      cost: undefined,
      billed: 'yes',
    });
  });

  it('is on the bill where its caller leaves before the code for costs is loaded', async () => {
    const { router, clock } = await world({ a: [{ hang: true }] });
    loseFirst(1, billingPart);
    const leaving = new AbortController();
    const ends: unknown[] = [];
    router.on('request-end', ({ wastedCost }) => ends.push(wastedCost));
    const answer = rejection(router.chat({ prompt: 'Hi' }, { signal: leaving.signal }));
    await clock.advance(1);
    leaving.abort();
    await answer;
    expect(ends).toEqual([expect.any(Number)]);
    expect(ends[0]).toBeGreaterThan(0);
  });

  it('is observed within its call after warmup(), and in its async context without it', async () => {
    const clock = virtualClock();
    const store = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const made = () =>
      createRouter({
        targets: [{ id: 'a', provider: scriptedProvider('a', [{}], clock), model: 'm' }],
        catalog: false,
        clock,
        plugins: [{ name: 'x', observe: () => void seen.push(store.getStore()) }],
      });
    const warm = made();
    await warm.warmup();
    const first = store.run('warm', () => warm.chat({ prompt: 'Hi' }));
    expect(seen).toEqual(['warm']);
    await first;
    await store.run('cold', () => made().chat({ prompt: 'Hi' }));
    expect(seen).toEqual(['warm', 'cold']);
  });
});
