import { isRouterError, type StreamPart } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { outcome, read, rejection, textOf, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const words = ['one ', 'two ', 'three'];
const text = words.join('');
const broken = { kind: 'network', code: 'ECONNRESET', answered: true } as const;

describe('stream.result', () => {
  it('reads the stream where nothing else does', async () => {
    const { router, clock, of } = world({ a: [{ text: words, gap: 100 }] });
    const stream = await router.stream(ask);
    const result = outcome(stream.result);
    await clock.advance(300);
    expect(await result).toMatchObject({ value: { text, target: 'a', finishReason: 'stop' } });
    expect(of('request-end')).toMatchObject([{ outcome: 'success' }]);
    expect(clock.timers).toBe(0);
  });

  it('leaves all parts to an iteration that begins later', async () => {
    const { router } = world({ a: [{ text: words }] });
    const stream = await router.stream(ask);
    await stream.result;
    const parts = await read(stream);
    expect(textOf(parts)).toBe(text);
    expect(parts.map(({ type }) => type)).toEqual(['text-delta', 'text-delta', 'text-delta', 'finish']);
  });

  it('leaves all parts to an iteration that begins in the middle, each once', async () => {
    const { router, clock } = world({ a: [{ text: words, gap: 100 }] });
    const stream = await router.stream(ask);
    const result = outcome(stream.result);
    await clock.advance(150);
    const reading = read(stream);
    await clock.advance(200);
    expect(textOf(await reading)).toBe(text);
    expect(await result).toMatchObject({ value: { text } });
  });

  it('does not read ahead of an iterating reader', async () => {
    const { router, clock, providers } = world({ a: [{ text: words }] });
    const stream = await router.stream(ask);
    const { result } = stream;
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    await clock.advance(1_000);
    expect(providers['a']?.open).toBe(1);
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next());
    expect((await result).text).toBe(text);
  });

  it('rejects where the stream breaks, and a later iteration gets what came and then the same', async () => {
    const { router } = world({ a: [{ text: words, after: 2, error: broken }] });
    const stream = await router.stream(ask);
    const error = await rejection(stream.result);
    expect(isRouterError(error, 'stream-interrupted')).toBe(true);
    const parts: StreamPart[] = [];
    const thrown = await rejection(
      (async () => {
        for await (const part of stream) parts.push(part);
      })(),
    );
    expect(thrown).toBe(error);
    expect(textOf(parts)).toBe('one two ');
  });

  it('leaves out what was not read before a restart', async () => {
    const { router } = world(
      { a: [{ text: words, after: 2, error: broken }], b: [{ text: 'all of it' }] },
      { interrupted: 'restart' },
    );
    const stream = await router.stream(ask);
    expect((await stream.result).text).toBe('all of it');
    const parts = await read(stream);
    expect(textOf(parts)).toBe('all of it');
    expect(parts.map(({ type }) => type)).not.toContain('restart');
  });

  it('leaves it out also where the iteration begins while the next target is awaited', async () => {
    const { router, clock } = world(
      { a: [{ text: words, after: 2, error: broken }], b: [{ text: 'all of it', delay: 5_000 }] },
      { interrupted: 'restart' },
    );
    const stream = await router.stream(ask);
    const result = outcome(stream.result);
    await clock.advance(3_000);
    const reading = read(stream);
    await clock.advance(2_000);
    const parts = await reading;
    expect(textOf(parts)).toBe('all of it');
    expect(parts.map(({ type }) => type)).not.toContain('restart');
    expect(await result).toMatchObject({ value: { text: 'all of it' } });
  });

  it('gives an append-only reader that begins later a whole answer', async () => {
    const { router } = world(
      { a: [{ text: words, after: 2, error: broken }], b: [{ text: 'all of it' }] },
      { interrupted: 'restart' },
    );
    const stream = await router.stream(ask);
    await stream.result;
    let shown = '';
    for await (const delta of stream.textStream) shown += delta;
    expect(shown).toBe('all of it');
  });

  it('rejects when the reader leaves', async () => {
    const { router } = world({ a: [{ text: words }] });
    const stream = await router.stream(ask);
    const result = rejection(stream.result);
    for await (const _ of stream) break;
    expect(isRouterError(await result, 'stream-interrupted')).toBe(true);
  });

  it('rejects with the reason of an abort', async () => {
    const { router, clock } = world({ a: [{ text: words, gap: 100 }] });
    const abort = new AbortController();
    const stream = await router.stream(ask, { signal: abort.signal });
    const result = rejection(stream.result);
    await clock.advance(50);
    abort.abort('enough');
    expect(await result).toBe('enough');
    expect(clock.timers).toBe(0);
  });
});

describe('a stream that is not read', () => {
  it('is released after a minute, and does not count against its target', async () => {
    const { router, clock, of, providers } = world({ a: [{ text: words, gap: 10 }] });
    const stream = await router.stream(ask);
    await clock.advance(59_999);
    expect(router.stats()[0]?.inFlight).toBe(1);
    await clock.advance(1);
    expect(router.stats()[0]).toMatchObject({ inFlight: 0, failures: 0, health: 'healthy' });
    expect(providers['a']?.open).toBe(0);
    expect(of('request-end')).toMatchObject([{ outcome: 'aborted', attempts: [{ outcome: 'abandoned' }] }]);
    expect(clock.timers).toBe(0);
    const error = await rejection(read(stream));
    expect(String(error)).toContain('the stream was not read within timeout.unread = 60000 ms');
    expect(await rejection(stream.result)).toBe(error);
  });

  it('is also released where its answer is complete', async () => {
    const { router, clock, of } = world({ a: [{ text: [] }] });
    await router.stream(ask);
    await clock.advance(60_000);
    expect(router.stats()[0]).toMatchObject({ inFlight: 0, failures: 0 });
    expect(of('attempt-end')).toMatchObject([{ outcome: 'abandoned' }]);
    expect(clock.timers).toBe(0);
  });

  it('gives its place to a request that waits', async () => {
    const { router, clock } = world(
      { a: [{ text: words, gap: 10 }, {}] },
      { concurrency: 1, timeout: { unread: 5_000 } },
    );
    await router.stream(ask);
    const answer = router.chat(ask);
    await clock.advance(5_000);
    expect((await answer).target).toBe('a');
  });

  it('is kept for a reader that has begun and takes its time', async () => {
    const { router, clock } = world({ a: [{ text: words }] });
    const stream = await router.stream(ask);
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    await clock.advance(200_000);
    expect(await iterator.next()).toMatchObject({ value: { text: 'two ' } });
    await iterator.return?.();
  });

  it('is kept for `timeout.unread`', async () => {
    const { router, clock } = world({ a: [{ text: words }] }, { timeout: { unread: 100_000 } });
    const [usual, forever] = await Promise.all([
      router.stream(ask),
      router.stream(ask, { timeout: { unread: Number.POSITIVE_INFINITY } }),
    ]);
    await clock.advance(99_999);
    expect(router.stats()[0]?.inFlight).toBe(2);
    await clock.advance(1);
    expect(router.stats()[0]?.inFlight).toBe(1);
    expect(textOf(await read(forever))).toBe(text);
    await rejection(read(usual));
  });

  it('is not released for time in which the process was frozen', async () => {
    const { router, clock } = world({ a: [{ text: words }] });
    const stream = await router.stream(ask);
    clock.freeze(100_000);
    await clock.advance(0);
    expect(textOf(await read(stream))).toBe(text);
  });
});
