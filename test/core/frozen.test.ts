import { isRouterError } from 'signalbox';
import type { Script } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outcome, read, rejection, textOf, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const frozen = 3_000;

describe('time in which the process stood still', () => {
  it('is not idle time of a stream: the next token may still come', async () => {
    const { router, clock } = world(
      { a: [{ text: ['one ', 'two'], gap: frozen + 300 }] },
      { timeout: { idle: 2_000 } },
    );
    const reading = router.stream(ask).then(read);
    await clock.advance(0);
    clock.freeze(frozen);
    await clock.advance(frozen + 600);
    expect(textOf(await reading)).toBe('one two');
  });

  it('does not save a stream that stays silent after it', async () => {
    const { router, clock } = world(
      { a: [{ text: ['one'], after: 1, hang: true }] },
      { timeout: { idle: 2_000 } },
    );
    const failing = rejection(router.stream(ask).then(read));
    await clock.advance(500);
    clock.freeze(frozen);
    await clock.advance(1_499);
    expect(router.stats()[0]?.inFlight).toBe(1);
    await clock.advance(1);
    expect(isRouterError(await failing, 'stream-interrupted')).toBe(true);
  });

  it('is not idle time after empty deltas either', async () => {
    const { router, clock } = world(
      { a: [{ text: ['one ', '', 'two'], gap: 900 }] },
      { timeout: { idle: 2_000 } },
    );
    const reading = router.stream(ask).then(read);
    await clock.advance(100);
    clock.freeze(frozen);
    await clock.advance(2_000);
    expect(textOf(await reading)).toBe('one two');
  });

  it('is no time to a first token', async () => {
    const { router, clock } = world(
      { a: [{ delay: frozen + 300 }], b: [{}] },
      { timeout: { firstToken: 2_000 } },
    );
    const opening = router.stream(ask);
    await clock.advance(100);
    clock.freeze(frozen);
    await clock.advance(200);
    expect((await opening).target).toBe('a');
  });

  it('is no time of an attempt', async () => {
    const { router, clock } = world(
      { a: [{ delay: frozen + 300 }], b: [{}] },
      { timeout: { attempt: 2_000 } },
    );
    const answer = router.chat(ask);
    await clock.advance(100);
    clock.freeze(frozen);
    await clock.advance(200);
    expect((await answer).target).toBe('a');
  });

  it('does not count as the request’s time, which fails over to another target', async () => {
    const broken: Script = { delay: frozen + 300, error: { kind: 'server', status: 500 } };
    const { router, clock } = world({ a: [broken], b: [{ delay: 1_000 }] }, { timeout: { request: 2_000 } });
    const answer = router.chat(ask);
    await clock.advance(0);
    clock.freeze(frozen);
    await clock.advance(1_300);
    expect((await answer).target).toBe('b');
  });

  it('does not save a request whose time is over after it', async () => {
    const { router, clock } = world({ a: [{ hang: true }] }, { timeout: { request: 2_000 } });
    const failing = rejection(router.chat(ask));
    await clock.advance(0);
    clock.freeze(frozen);
    await clock.advance(2_000);
    expect(isRouterError(await failing, 'deadline')).toBe(true);
  });

  it('is no time in the queue', async () => {
    const { router, clock } = world(
      { a: [{ delay: frozen + 300 }, {}] },
      { concurrency: 1, queue: { maxWait: 2_000 } },
    );
    const both = [router.chat(ask), router.chat(ask)];
    await clock.advance(0);
    clock.freeze(frozen);
    await clock.advance(300);
    expect((await Promise.all(both)).map(({ target }) => target)).toEqual(['a', 'a']);
  });

  it('is no slowness for which a request is hedged', async () => {
    const { router, clock, providers } = world(
      { a: [{ delay: frozen + 300 }], b: [{}] },
      { hedge: { delay: 1_000 } },
    );
    const answer = router.chat(ask);
    await clock.advance(0);
    clock.freeze(frozen);
    await clock.advance(300);
    expect((await answer).target).toBe('a');
    expect(providers['b']?.calls).toHaveLength(0);
  });

  it('is no time in which a route has to be selected', async () => {
    let select = (_route: string): void => {};
    const { router, clock } = world(
      { a: [{}], b: [{}] },
      {
        routes: { slow: { targets: ['b'] } },
        select: () =>
          new Promise<string>((resolve) => {
            select = resolve;
          }),
      },
    );
    const answer = router.chat(ask);
    await clock.advance(0);
    clock.freeze(60_000);
    await clock.advance(0);
    select('slow');
    expect((await answer).target).toBe('b');
  });

  it('makes a target neither suspect nor slow in its statistics', async () => {
    let delay = 500;
    const { router, clock, of } = world({ a: () => ({ delay }), b: [{}] });
    const known = Promise.all(Array.from({ length: 150 }, () => router.stream(ask).then(read)));
    await clock.advance(delay);
    await known;
    delay = frozen + 500;
    const opening = Promise.all(Array.from({ length: 10 }, () => router.stream(ask)));
    await clock.advance(100);
    clock.freeze(frozen);
    await clock.advance(400);
    expect((await opening).map(({ target }) => target)).toEqual(Array(10).fill('a'));
    expect(of('target-state')).toEqual([]);
    const latency = router.stats()[0]?.latencies.find(({ kind }) => kind === 'stream');
    expect(latency?.p99).toBeLessThan(600);
    await router.close();
  });

  it('makes no streams look as if they had stopped', async () => {
    const words = Array.from({ length: 100 }, () => 'word ');
    let index = 0;
    const learned = 30;
    const { router, clock } = world({
      a: () => ({ text: words, gap: index++ < learned ? 50 : frozen + 200 }),
    });
    const known = Promise.all(Array.from({ length: learned }, () => router.stream(ask).then(read)));
    await clock.advance(50 * words.length);
    await known;
    const streams = await Promise.all(Array.from({ length: 8 }, () => router.stream(ask)));
    const second = streams.map(async (stream) => {
      const iterator = stream[Symbol.asyncIterator]();
      await iterator.next();
      return outcome(iterator.next());
    });
    await clock.advance(0);
    clock.freeze(frozen);
    await clock.advance(200);
    for (const next of await Promise.all(second)) expect(next).toMatchObject({ value: { done: false } });
    await router.close();
  });
});

describe('moments', () => {
  it('at which a vendor wants to be asked again are not put off by it', async () => {
    const refused: Script = { error: { kind: 'rate-limit', status: 429, retryAfter: 5_000 } };
    const { router, clock } = world({ a: [refused, {}] });
    const answer = router.chat(ask);
    await clock.advance(1_000);
    clock.freeze(5_000);
    await clock.advance(0);
    expect((await answer).attempts).toHaveLength(2);
  });

  it('at which a call has to be over are not put off by it', async () => {
    const { router, clock } = world({ a: [{ hang: true }] });
    const failing = rejection(router.chat(ask, { deadline: clock.date() + 2_000 }));
    await clock.advance(500);
    clock.freeze(1_000);
    await clock.advance(499);
    expect(router.stats()[0]?.inFlight).toBe(1);
    await clock.advance(1);
    expect(isRouterError(await failing, 'deadline')).toBe(true);
    expect(clock.timers).toBe(0);
  });
});
