import { isRouterError } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { outcome, read, rejection, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const why = new Error('the user left');

describe('the caller’s abort', () => {
  it('rejects with the signal’s own reason before anything is sent', async () => {
    const { router, providers, of } = world({ a: [{}] });
    expect(await rejection(router.chat(ask, { signal: AbortSignal.abort(why) }))).toBe(why);
    expect(providers['a']?.calls).toHaveLength(0);
    expect(of('request-end')).toMatchObject([{ outcome: 'aborted' }]);
  });

  it('ends a running chat at once, starts no other attempt and counts no failure', async () => {
    const { router, providers, clock, of } = world({ a: [{ hang: true }], b: [{}] });
    const abort = new AbortController();
    const failing = rejection(router.chat(ask, { signal: abort.signal }));
    await clock.advance(50);
    abort.abort(why);
    expect(await failing).toBe(why);
    expect(providers['a']?.open).toBe(0);
    expect(providers['b']?.calls).toHaveLength(0);
    expect(router.stats()[0]).toMatchObject({ failures: 0, inFlight: 0, health: 'healthy' });
    expect(of('attempt-end')).toMatchObject([{ outcome: 'abandoned', billed: 'unknown' }]);
    expect(clock.timers).toBe(0);
  });

  it('works although the provider does not listen', async () => {
    const { router, providers, clock } = world({ a: [{}] });
    const deaf = providers['a'];
    if (deaf === undefined) throw new Error('no provider');
    deaf.chat = () => new Promise(() => {});
    deaf.stream = () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) });
    for (const start of [router.chat, router.stream]) {
      const abort = new AbortController();
      const failing = rejection(start(ask, { signal: abort.signal }));
      await clock.advance(10);
      abort.abort(why);
      expect(await failing).toBe(why);
    }
  });

  it('ends a wait for a retry', async () => {
    const { router, clock, providers } = world({
      a: [{ error: { kind: 'rate-limit', status: 429, retryAfter: 5_000 } }, {}],
    });
    const abort = new AbortController();
    const failing = rejection(router.chat(ask, { signal: abort.signal }));
    await clock.advance(1_000);
    abort.abort(why);
    expect(await failing).toBe(why);
    await clock.advance(10_000);
    expect(providers['a']?.calls).toHaveLength(1);
    expect(clock.timers).toBe(0);
  });

  it('ends a wait for a free place', async () => {
    const { router, clock, providers } = world({ a: [{ delay: 1_000 }] }, { concurrency: 1 });
    const first = router.chat(ask);
    const abort = new AbortController();
    const failing = rejection(router.chat(ask, { signal: abort.signal }));
    await clock.advance(10);
    abort.abort(why);
    expect(await failing).toBe(why);
    await clock.advance(1_000);
    await first;
    expect(providers['a']?.calls).toHaveLength(1);
    const next = router.chat(ask);
    await clock.advance(1_000);
    expect((await next).target).toBe('a');
  });

  it('ends a running stream for its reader and its result', async () => {
    const { router, clock, of } = world({ a: [{ text: ['one', 'two'], after: 1, hang: true }] });
    const abort = new AbortController();
    const stream = await router.stream(ask, { signal: abort.signal });
    const failing = rejection(read(stream));
    await clock.advance(10);
    abort.abort(why);
    expect(await failing).toBe(why);
    expect(await rejection(stream.result)).toBe(why);
    expect(of('request-end')).toMatchObject([{ outcome: 'aborted' }]);
  });

  it('reaches a reader that starts later', async () => {
    const { router, of } = world({ a: [{ text: ['one', 'two'] }] });
    const abort = new AbortController();
    const stream = await router.stream(ask, { signal: abort.signal });
    abort.abort(why);
    expect(of('request-end')).toHaveLength(1);
    expect(await rejection(read(stream))).toBe(why);
  });

  it('may come with a reason that is no Error', async () => {
    const { router } = world({ a: [{ hang: true }] });
    const abort = new AbortController();
    const failing = rejection(router.chat(ask, { signal: abort.signal }));
    abort.abort('enough');
    expect(await failing).toBe('enough');
  });

  it('lets 200 requests share one signal without a listener warning, and keeps none of them', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): number => warnings.push(warning);
    process.on('warning', onWarning);
    const { router, clock } = world({ a: [{ delay: 10 }] });
    const { signal } = new AbortController();
    const answers = Promise.all(Array.from({ length: 200 }, () => router.chat(ask, { signal })));
    await clock.advance(10);
    expect(await answers).toHaveLength(200);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});

describe('router.close()', () => {
  it('ends requests in flight and rejects later ones, with code closed', async () => {
    const { router, clock, of } = world({ a: [{ hang: true }] });
    const running = outcome(router.chat(ask));
    await clock.advance(10);
    await router.close();
    expect(isRouterError((await running).error, 'closed')).toBe(true);
    expect(isRouterError(await rejection(router.chat(ask)), 'closed')).toBe(true);
    expect(of('request-end').map(({ error }) => error)).toEqual(['closed', 'closed']);
    expect(clock.timers).toBe(0);
  });
});
