import { isRouterError } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { outcome, read, rejection, textOf, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const words = ['one ', 'two ', 'three'];

describe('a stream', () => {
  it('gives its parts in order, then one finish with usage, cost and target', async () => {
    const { router } = world({ a: [{ text: words }] });
    const stream = await router.stream(ask);
    const parts = await read(stream);
    expect(parts.map(({ type }) => type)).toEqual(['text-delta', 'text-delta', 'text-delta', 'finish']);
    expect(parts.at(-1)).toMatchObject({
      finishReason: 'stop',
      target: 'a',
      usage: { inputTokens: 10, outputTokens: 5 },
    });
    expect(textOf(parts)).toBe('one two three');
  });

  it('gives the same result at its end as chat does', async () => {
    const script = {
      content: [
        { type: 'reasoning', text: 'hm' },
        { type: 'text', text: 'done' },
        { type: 'tool-call', toolCallId: '1', toolName: 'look', input: { at: 'sky' } },
      ],
    } as const;
    const { router } = world({ a: [script] });
    const stream = await router.stream(ask);
    await read(stream);
    const { response: _streamed, attempts: _attempts, decision: _why, ...result } = await stream.result;
    const { response: _asked, attempts: _other, decision: _also, ...expected } = await router.chat(ask);
    expect(result).toEqual(expected);
    expect(result.toolCalls).toHaveLength(1);
    expect(result.reasoning).toBe('hm');
  });

  it('has at its first token what the vendor has reported by then', async () => {
    const { router } = world({ a: [{ text: words }] });
    const stream = await router.stream(ask);
    const early = stream.response;
    await read(stream);
    expect(early).toEqual((await stream.result).response);
    expect(early.model).toBe('model');
  });

  it('fails over unseen before its first token', async () => {
    const { router } = world({ a: [{ cut: true }], b: [{ text: words }] });
    const stream = await router.stream(ask);
    expect(stream.target).toBe('b');
    expect(textOf(await read(stream))).toBe('one two three');
  });

  it('does not take an empty delta for a token', async () => {
    const { router } = world({ a: [{ text: ['', '', 'late'], cut: true, after: 2 }], b: [{ text: words }] });
    const stream = await router.stream(ask);
    expect(stream.target).toBe('b');
  });

  it('rejects like chat when no target gives a first token', async () => {
    const { router, clock } = world({ a: [{ cut: true }] });
    const failing = rejection(router.stream(ask));
    await clock.advance(10_000);
    expect(isRouterError(await failing, 'all-targets-failed')).toBe(true);
  });

  it('can be read once', async () => {
    const { router } = world({ a: [{}] });
    const stream = await router.stream(ask);
    await read(stream);
    expect(isRouterError(await rejection(read(stream)), 'request')).toBe(true);
  });

  it('gives its text alone as textStream', async () => {
    const { router } = world({ a: [{ text: words }] });
    const stream = await router.stream(ask);
    const texts: string[] = [];
    for await (const text of stream.textStream) texts.push(text);
    expect(texts).toEqual(words);
  });

  it('serves a reader that does not wait for one part before it asks for the next', async () => {
    const { router } = world({ a: [{ text: words }] });
    const iterator = (await router.stream(ask))[Symbol.asyncIterator]();
    const results = await Promise.all([1, 2, 3, 4, 5].map(() => iterator.next()));
    expect(results.map(({ value, done }) => (done === true ? 'done' : value.type))).toEqual([
      'text-delta',
      'text-delta',
      'text-delta',
      'finish',
      'done',
    ]);
  });
});

describe('a stream that breaks after its first token', () => {
  const cut = { text: words, cut: true, after: 2 } as const;

  it('never counts as complete: it throws, with the received content and its cost', async () => {
    const { router, of } = world({ a: [cut], b: [{}] });
    const stream = await router.stream(ask);
    const error = await rejection(read(stream));
    expect(isRouterError(error, 'stream-interrupted')).toBe(true);
    if (!isRouterError(error, 'stream-interrupted')) return;
    expect(error.partial.text).toBe('one two ');
    expect(error.reason?.kind).toBe('truncated');
    expect(error.attempts).toHaveLength(1);
    expect(await rejection(stream.result)).toBe(error);
    expect(of('usage')).toMatchObject([{ outcome: 'failed', billed: 'unknown', cost: { estimated: true } }]);
  });

  it('restarts at another target where the caller wants that, and reports it in between', async () => {
    const { router } = world({ a: [cut], b: [{ text: 'all of it' }] });
    const stream = await router.stream(ask, { interrupted: 'restart' });
    const parts = await read(stream);
    expect(parts.map((part) => (part.type === 'restart' ? part.target : part.type))).toEqual([
      'text-delta',
      'text-delta',
      'b',
      'text-delta',
      'text-delta',
      'text-delta',
      'finish',
    ]);
    expect(textOf(parts)).toBe('all of it');
    expect(stream.target).toBe('b');
    const { text, attempts } = await stream.result;
    expect(text).toBe('all of it');
    expect(attempts.map(({ outcome: end }) => end)).toEqual(['failed', 'success']);
  });

  it('restarts as often as attempts allow, then throws what came last', async () => {
    const { router, clock } = world(
      { a: [cut], b: [cut] },
      { interrupted: 'restart', retry: { sameTarget: 0 } },
    );
    const stream = await router.stream(ask);
    const failing = rejection(read(stream));
    await clock.advance(1_000);
    const error = await failing;
    expect(isRouterError(error, 'stream-interrupted') && error.attempts.map(({ target }) => target)).toEqual([
      'a',
      'b',
    ]);
  });

  it('accounts for the second attempt before the request ends, when time is up in the middle of a restart', async () => {
    const { router, clock, events } = world(
      { a: [cut], b: [{ hang: true }] },
      { interrupted: 'restart', timeout: { request: 1_000 } },
    );
    const failing = rejection(read(await router.stream(ask)));
    await clock.advance(1_000);
    expect(isRouterError(await failing, 'deadline')).toBe(true);
    expect(events.at(-1)).toMatchObject({
      type: 'request-end',
      attempts: [{ target: 'a' }, { target: 'b' }],
    });
  });

  it('does not restart on a refusal that other targets would share', async () => {
    const refused = { text: words, after: 1, error: { kind: 'content-filter' } } as const;
    const { router, providers } = world({ a: [refused], b: [{}] }, { interrupted: 'restart' });
    const error = await rejection(read(await router.stream(ask)));
    expect(isRouterError(error, 'stream-interrupted') && error.reason?.kind).toBe('content-filter');
    expect(providers['b']?.calls).toHaveLength(0);
  });

  it('never joins two answers in textStream', async () => {
    const { router, providers, of } = world(
      { a: [cut], b: [{ text: 'all of it' }] },
      { interrupted: 'restart' },
    );
    const stream = await router.stream(ask);
    const texts: string[] = [];
    const error = await rejection(
      (async () => {
        for await (const text of stream.textStream) texts.push(text);
      })(),
    );
    expect(texts.join('')).toBe('one two ');
    expect(isRouterError(error, 'stream-interrupted') && error.reason?.kind).toBe('truncated');
    expect(await rejection(stream.result)).toBe(error);
    expect(providers['b']?.calls).toHaveLength(0);
    expect(of('request-end')).toMatchObject([{ outcome: 'failed', error: 'stream-interrupted' }]);
  });

  it('ends after it has thrown', async () => {
    const { router } = world({ a: [cut] });
    const iterator = (await router.stream(ask))[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.next();
    await rejection(iterator.next());
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });
});

describe('leaving a stream', () => {
  it('while another target restarts stops that too, before the request ends', async () => {
    const { router, clock, providers, events } = world(
      { a: [{ text: ['one'], after: 1, cut: true }], b: [{ hang: true }] },
      { interrupted: 'restart' },
    );
    const reader = (await router.stream(ask))[Symbol.asyncIterator]();
    await reader.next();
    const next = reader.next();
    await clock.advance(10);
    expect(providers['b']?.open).toBe(1);
    await reader.return?.();
    expect(await next).toEqual({ done: true, value: undefined });
    await clock.advance(600_000);
    expect(providers['b']).toMatchObject({ open: 0, calls: { length: 1 } });
    expect(events.at(-1)).toMatchObject({ type: 'request-end', outcome: 'aborted', attempts: { length: 2 } });
    expect(clock.timers).toBe(0);
  });

  it('ends the wait for its next part', async () => {
    const { router, clock, providers } = world({ a: [{ text: ['one'], after: 1, hang: true }] });
    const reader = (await router.stream(ask))[Symbol.asyncIterator]();
    await reader.next();
    const next = reader.next();
    await clock.advance(10);
    await reader.return?.();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(providers['a']?.open).toBe(0);
  });

  it('ends the provider’s work and the request when the reader breaks out', async () => {
    const { router, providers, of, clock } = world({ a: [{ text: words, gap: 10 }] });
    const stream = await router.stream(ask);
    for await (const part of stream) {
      expect(part.type).toBe('text-delta');
      break;
    }
    await clock.advance(0);
    expect(providers['a']?.open).toBe(0);
    expect(providers['a']?.calls[0]?.signal.aborted).toBe(true);
    expect(of('request-end')).toMatchObject([{ outcome: 'aborted', attempts: [{ outcome: 'abandoned' }] }]);
    expect(of('usage')).toMatchObject([{ outcome: 'abandoned', billed: 'unknown' }]);
    expect(isRouterError(await rejection(stream.result), 'stream-interrupted')).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it('does no harm to the target’s record', async () => {
    const { router } = world({ a: [{ text: words }] });
    for await (const _part of await router.stream(ask)) break;
    expect(router.stats()[0]).toMatchObject({ inFlight: 0, failures: 0, errorRate: 0, health: 'healthy' });
  });

  it.each([
    ['a part', { a: [{ text: words, after: 1, hang: true }], b: [{}] }],
    ['another target to restart', { a: [{ text: words, after: 2, cut: true }], b: [{ hang: true }] }],
  ] as const)('ends the wait of the same reader for %s', async (_what, targets) => {
    const { router, providers, clock, events } = world(targets, { interrupted: 'restart' });
    const iterator = (await router.stream(ask))[Symbol.asyncIterator]();
    const parts = Array.from({ length: 4 }, () => iterator.next());
    await clock.advance(100);
    await iterator.return?.();
    expect((await Promise.all(parts)).at(-1)).toEqual({ done: true, value: undefined });
    expect(events.at(-1)).toMatchObject({ type: 'request-end', outcome: 'aborted' });
    expect(Object.values(providers).map(({ open }) => open)).toEqual([0, 0]);
    expect(clock.timers).toBe(0);
  });

  it('holds nothing against the target when time for the attempt runs out while the stream is not read', async () => {
    const { router, clock } = world({ a: [{}] }, { timeout: { attempt: 1_000 } });
    for (let stream = 0; stream < 5; stream++) await router.stream(ask);
    await clock.advance(1_000);
    expect(router.stats()[0]).toMatchObject({ failures: 0, health: 'healthy', inFlight: 0 });
  });

  it('frees the place of an unread stream at the request’s deadline', async () => {
    const { router, clock, providers, of } = world(
      { a: [{ text: words, gap: 1 }] },
      { timeout: { request: 5_000 } },
    );
    const stream = await router.stream(ask);
    await clock.advance(5_000);
    expect(providers['a']?.open).toBe(0);
    expect(of('request-end')).toMatchObject([{ outcome: 'failed', error: 'deadline' }]);
    expect(isRouterError((await outcome(read(stream))).error, 'deadline')).toBe(true);
  });
});
