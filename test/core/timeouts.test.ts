import { isRouterError } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { outcome, read, rejection, textOf, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const words = ['one ', 'two ', 'three'];

describe('timeout.request', () => {
  it('ends the whole request with DeadlineError, even if targets are left', async () => {
    const { router, clock } = world({ a: [{ hang: true }], b: [{ hang: true }] });
    const failing = rejection(
      router.chat(ask, { timeout: { request: 3_000, attempt: 2_000, response: Infinity } }),
    );
    await clock.advance(3_000);
    const error = await failing;
    expect(isRouterError(error, 'deadline') && error.timeout).toBe(3_000);
    expect(isRouterError(error, 'deadline') && error.attempts.map(({ outcome: end }) => end)).toEqual([
      'failed',
      'abandoned',
    ]);
    expect(clock.timers).toBe(0);
  });

  it('ends a running stream', async () => {
    const { router, clock } = world({ a: [{ text: words, after: 1, hang: true }] });
    const stream = await router.stream(ask, { timeout: { request: 1_000 } });
    const failing = rejection(read(stream));
    await clock.advance(1_000);
    expect(isRouterError(await failing, 'deadline')).toBe(true);
  });

  it('does not count as a failure of the target', async () => {
    const { router, clock } = world({ a: [{ hang: true }] });
    const failing = rejection(router.chat(ask, { timeout: { request: 1_000 } }));
    await clock.advance(1_000);
    await failing;
    expect(router.stats()[0]).toMatchObject({ failures: 0, inFlight: 0 });
  });
});

describe('timeout.attempt', () => {
  it('fails over, and counts against the target', async () => {
    const { router, clock } = world({ a: [{ hang: true }], b: [{}] }, { timeout: { attempt: 2_000 } });
    const answer = router.chat(ask);
    await clock.advance(2_000);
    expect((await answer).attempts[0]).toMatchObject({
      target: 'a',
      duration: 2_000,
      error: { kind: 'timeout' },
    });
    expect(router.stats()[0]?.failures).toBe(1);
  });

  it('ends a stream that is no longer read, and holds nothing against its target', async () => {
    const { router, clock } = world({ a: [{ text: words, gap: 10 }] }, { timeout: { attempt: 2_000 } });
    const stream = await router.stream(ask);
    await clock.advance(2_000);
    expect(router.stats()[0]).toMatchObject({ failures: 0, inFlight: 0 });
    expect(isRouterError(await rejection(read(stream)), 'stream-interrupted')).toBe(true);
  });
});

describe('timeout.firstToken', () => {
  it('fails over when headers and empty deltas come, but no token', async () => {
    const { router, clock } = world(
      { a: [{ text: ['', '', '', '', ''], gap: 400, cut: true, after: 5 }], b: [{ text: words }] },
      { timeout: { firstToken: 1_000 } },
    );
    const opening = router.stream(ask);
    await clock.advance(999);
    expect(router.stats()[0]?.inFlight).toBe(1);
    await clock.advance(1);
    expect((await opening).target).toBe('b');
  });

  it('does not apply to chat', async () => {
    const { router, clock } = world({ a: [{ delay: 5_000 }] }, { timeout: { firstToken: 1_000 } });
    const answer = router.chat(ask);
    await clock.advance(5_000);
    expect((await answer).target).toBe('a');
  });
});

describe('timeout.firstToken by default', () => {
  /** Streams that take a second each, and then silence: when it is given up. */
  const givenUpAfter = async (known: number, delay = 1_000): Promise<number> => {
    const { router, clock } = world({
      a: [...Array(known).fill({ text: words, delay }), { hang: true }],
      b: [{ text: words }],
    });
    const learnt = Promise.all(Array.from({ length: known }, () => router.stream(ask).then(read)));
    await clock.advance(delay);
    await learnt;
    const started = clock.now();
    const opening = router.stream(ask).then(() => clock.now() - started);
    await clock.advance(60_000);
    return opening;
  };

  it('is thirty seconds for a target that is not known', async () => {
    expect(await givenUpAfter(9)).toBe(30_000);
  });

  it('is four times its slowest, and at least ten seconds, for one that is known a little', async () => {
    expect(await givenUpAfter(10)).toBe(10_000);
    const slow = await givenUpAfter(10, 5_000);
    expect(slow).toBeGreaterThan(20_000 * 0.95);
    expect(slow).toBeLessThan(20_000 * 1.05);
  });

  it('is twice the p99 of a target with many samples', async () => {
    const well = await givenUpAfter(120, 3_000);
    expect(well).toBeGreaterThan(6_000 * 0.95);
    expect(well).toBeLessThan(6_000 * 1.05);
  });

  it('takes into account what has become known of the target while the request waited', async () => {
    let index = 0;
    // Of those that come from then on, the slow ones are known last.
    const delayOf = (number: number): number => {
      if (number < 120) return 500;
      return number === 120 ? 3_000 : number % 3 === 0 ? 1_800 : 500;
    };
    const { router, clock } = world({ a: () => ({ text: words, delay: delayOf(index++) }), b: [{}] });
    const learnt = Promise.all(Array.from({ length: 120 }, () => router.stream(ask).then(read)));
    await clock.advance(500);
    await learnt;
    const slow = router.stream(ask); // twice 500 ms, and at least 2,000, would not do for it
    const others: Promise<unknown>[] = [];
    for (let passed = 0; passed < 3_000; passed += 10) {
      others.push(router.stream(ask).then(read));
      await clock.advance(10);
    }
    expect((await slow).target).toBe('a');
    await clock.advance(2_000);
    await Promise.all(others);
  });

  it('grows with a target that has become slower, rather than give it up for ever', async () => {
    let index = 0;
    const { router, clock } = world(
      { a: () => ({ text: words, delay: index++ < 120 ? 1_000 : 5_000 }), b: [{ text: words }] },
      { breaker: false },
    );
    const answeredBy = async (): Promise<string> => {
      const opening = router.stream(ask);
      await clock.advance(6_000);
      const stream = await opening;
      await read(stream);
      return stream.target;
    };
    const learnt = Promise.all(Array.from({ length: 120 }, () => router.stream(ask).then(read)));
    await clock.advance(1_000);
    await learnt;
    expect(await answeredBy()).toBe('b');
    const later: string[] = [];
    for (let request = 0; request < 10; request++) later.push(await answeredBy());
    expect(later.slice(-5)).toEqual(['a', 'a', 'a', 'a', 'a']);
  });
});

describe('timeout.idle', () => {
  const quiet = { text: words, after: 2, hang: true } as const;

  it('ends a stream that falls silent between tokens', async () => {
    const { router, clock } = world({ a: [quiet] }, { timeout: { idle: 500 } });
    const stream = await router.stream(ask);
    const failing = rejection(read(stream));
    await clock.advance(500);
    const error = await failing;
    expect(isRouterError(error, 'stream-interrupted') && error.reason?.kind).toBe('timeout');
    expect(clock.timers).toBe(0);
  });

  it('restarts with each token', async () => {
    const { router, clock } = world({ a: [{ text: words, gap: 400 }] }, { timeout: { idle: 500 } });
    const reading = router.stream(ask).then(read);
    await clock.advance(2_000);
    expect(textOf(await reading)).toBe('one two three');
  });

  it('is not extended by empty deltas', async () => {
    const { router, clock } = world(
      { a: [{ text: ['one', '', '', '', 'two'], gap: 200 }] },
      { timeout: { idle: 500 } },
    );
    const reading = rejection(router.stream(ask).then(read));
    await clock.advance(2_000);
    expect(isRouterError(await reading, 'stream-interrupted')).toBe(true);
  });

  it('does not run while the reader is busy with something else', async () => {
    const { router, clock } = world({ a: [{ text: words, gap: 100 }] }, { timeout: { idle: 500 } });
    const iterator = (await router.stream(ask))[Symbol.asyncIterator]();
    for (let part = 0; part < 3; part++) {
      const next = outcome(iterator.next());
      await clock.advance(100);
      expect(await next).toMatchObject({ value: { done: false } });
      await clock.advance(10_000);
    }
  });
});

describe('timers', () => {
  it('are all gone when requests are over', async () => {
    const { router, clock } = world({ a: [{ text: words, gap: 5 }], b: [{}] });
    const requests = [router.chat(ask), router.stream(ask).then(read)];
    await clock.advance(100);
    await Promise.all(requests);
    expect(clock.timers).toBe(0);
  });
});
