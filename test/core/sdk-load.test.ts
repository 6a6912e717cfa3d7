import { createRouter, isRouterError, type Provider, type RouterOptions } from 'signalbox';
import { scriptedProvider, type VirtualClock, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { read, rejection } from '../support/requests.ts';

/** A provider whose SDK takes `ms` to load at the first call, and then answers after 10 ms. */
function slowToLoad(clock: VirtualClock, ms: number, fails = false) {
  let loads = 0;
  let isLoaded = false;
  const load = async (): Promise<void> => {
    loads += 1;
    await new Promise<void>((resolve) => clock.after(ms, resolve));
    if (fails) throw new Error('not loaded');
    isLoaded = true;
  };
  const scripted = scriptedProvider('a', [{ delay: 10 }], clock);
  const provider: Provider = { ...scripted, load: () => (isLoaded ? undefined : load()) };
  return { provider, scripted, loads: () => loads };
}

function stage(ms: number, options: Pick<RouterOptions, 'timeout'> = {}, fails = false) {
  const clock = virtualClock();
  const sdk = slowToLoad(clock, ms, fails);
  const target = { provider: sdk.provider, model: 'm', price: { input: 1, output: 1 } };
  return { clock, ...sdk, router: createRouter({ targets: [target], clock, ...options }) };
}

const operations = {
  chat: (router) => router.chat({ prompt: 'Hi' }),
  stream: async (router) => {
    const stream = await router.stream({ prompt: 'Hi' });
    await read(stream);
    return stream.result;
  },
  embed: (router) => router.embed({ values: ['Hi'] }),
  image: (router) => router.image({ prompt: 'Hi' }),
} satisfies Record<string, (router: ReturnType<typeof createRouter>) => Promise<unknown>>;

describe('loading an SDK', () => {
  it.each(Object.entries(operations))('is no part of the duration of an attempt (%s)', async (_, call) => {
    const { clock, router } = stage(400);
    const answered = call(router) as Promise<{ attempts: readonly { duration: number }[] }>;
    await clock.advance(1_000);
    expect((await answered).attempts.map(({ duration }) => duration)).toEqual([10]);
  });

  it('is no part of the latency of its target', async () => {
    const { clock, router } = stage(400);
    const answered = router.chat({ prompt: 'Hi' });
    await clock.advance(1_000);
    await answered;
    expect(router.stats()[0]?.total).toBeCloseTo(10, 0);
  });

  it.each(['attempt', 'firstToken'] as const)('does not count for timeout.%s', async (name) => {
    const { clock, router } = stage(400, { timeout: { [name]: 100 } });
    const answered = operations.stream(router);
    await clock.advance(1_000);
    expect((await answered).text).toBe('ok');
  });

  it('counts for the time of the request', async () => {
    const { clock, router, scripted } = stage(400, { timeout: { request: 100 } });
    const failed = rejection(router.chat({ prompt: 'Hi' }));
    await clock.advance(100);
    expect(isRouterError(await failed, 'deadline')).toBe(true);
    await clock.advance(1_000);
    expect(scripted.calls).toHaveLength(0);
    expect(router.stats()[0]).toMatchObject({ inFlight: 0, failures: 0, health: 'healthy' });
  });

  it('ends with the caller’s abort, and keeps no place', async () => {
    const { clock, router } = stage(400, {});
    const abort = new AbortController();
    const failed = rejection(router.chat({ prompt: 'Hi' }, { signal: abort.signal }));
    await clock.advance(50);
    abort.abort('enough');
    expect(await failed).toBe('enough');
    await clock.advance(1_000);
    expect(router.stats()[0]?.inFlight).toBe(0);
  });

  it('happens once', async () => {
    const { clock, router, loads } = stage(400);
    for (let count = 0; count < 3; count++) {
      const answered = router.chat({ prompt: 'Hi' });
      await clock.advance(1_000);
      await answered;
    }
    expect(loads()).toBe(1);
  });

  it('that fails leaves the verdict to the call itself', async () => {
    const { clock, router } = stage(400, {}, true);
    const answered = router.chat({ prompt: 'Hi' });
    await clock.advance(1_000);
    expect((await answered).target).toBe('a/m');
  });
});
