import type { CallOptions, ChatStream, StreamPart } from 'signalbox';
import { seededRandom } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { connectionLost } from '../../support/continuing.ts';
import { type Outcome, outcome, read, rejection, textOf } from '../../support/requests.ts';
import { acme, type CachedWorld, cached } from './world.ts';

const ask = { prompt: 'Why is the sky blue?' };
const words = ['the ', 'sky ', 'scatters ', 'blue ', 'light'];
const whole = words.join('');
const slow = { text: words, delay: 100, gap: 100 };

interface Reading {
  readonly parts: StreamPart[];
  readonly done: Promise<Outcome<ChatStream>>;
}

/** Reads a stream as it comes. */
function reading(all: CachedWorld, options: CallOptions = acme): Reading {
  const parts: StreamPart[] = [];
  const work = async (): Promise<ChatStream> => {
    const stream = await all.router.stream(ask, options);
    for await (const part of stream) parts.push(part);
    return stream;
  };
  return { parts, done: outcome(work()) };
}

describe('identical requests in flight', () => {
  it('are one call: a hundred streams at once, all whole', async () => {
    const all = cached({ a: [slow] });
    const readers = Array.from({ length: 100 }, () => reading(all));
    await all.clock.advance(1_000);
    for (const { parts, done } of readers) {
      expect('value' in (await done)).toBe(true);
      expect(textOf(parts)).toBe(whole);
      expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop', target: 'a' });
    }
    expect(all.calls()).toBe(1);
    const ends = all.of('request-end');
    expect(ends.map(({ lookup }) => lookup?.source ?? 'miss').filter((each) => each === 'miss')).toHaveLength(
      1,
    );
    const [leader] = ends.filter(({ lookup }) => lookup === undefined);
    const costs = ends.filter(({ lookup }) => lookup !== undefined);
    expect(
      costs.every(({ cost, lookup }) => cost?.total === 0 && lookup?.savedCost === leader?.cost?.total),
    ).toBe(true);
    expect(all.clock.timers).toBe(0);
  });

  it.each(words.map((_, index) => index))('may join at each part: after part %i', async (index) => {
    const all = cached({ a: [slow] });
    const first = reading(all);
    await all.clock.advance(100 + 100 * index + 1);
    expect(textOf(first.parts)).toBe(words.slice(0, index + 1).join(''));
    const late = reading(all);
    await all.clock.advance(1_000);
    await late.done;
    expect(textOf(late.parts)).toBe(whole);
    expect(late.parts).toHaveLength(first.parts.length);
    expect(all.calls()).toBe(1);
  });

  it('are one call for chats as well, also with a running stream', async () => {
    const all = cached({ a: [slow] });
    const stream = reading(all);
    await all.clock.advance(150);
    const chats = [all.router.chat(ask, acme), all.router.chat(ask, acme)];
    await all.clock.advance(1_000);
    await stream.done;
    for (const chat of chats) expect((await chat).text).toBe(whole);
    expect(all.calls()).toBe(1);
  });

  it('do not make a stream wait for the end of a chat', async () => {
    const all = cached({ a: [slow, slow] });
    const chat = all.router.chat(ask, acme);
    const stream = reading(all);
    await all.clock.advance(100);
    expect(stream.parts).toHaveLength(1);
    await all.clock.advance(1_000);
    await chat;
    await stream.done;
    expect(all.calls()).toBe(2);
  });

  it('are separate for other tenants, without a cache, and without coalescing', async () => {
    for (const [second, options] of [
      [{ tenant: 'b' }, {}],
      [{ ...acme, cache: false }, {}],
      [acme, { coalesce: false }],
    ] as const) {
      const all = cached({ a: [slow] }, options);
      const both = [reading(all), reading(all, second)];
      await all.clock.advance(1_000);
      for (const { done } of both) await done;
      expect(all.calls()).toBe(2);
    }
  });

  it('go on when the first caller leaves, and end when the last one has left', async () => {
    const all = cached({ a: [slow] });
    const aborts = Array.from({ length: 3 }, () => new AbortController());
    const readers = aborts.map(({ signal }) => reading(all, { ...acme, signal }));
    await all.clock.advance(150);
    aborts[0]?.abort('one');
    expect(await readers[0]?.done).toMatchObject({ error: 'one' });
    await all.clock.advance(100);
    expect(readers[1]?.parts).toHaveLength(2);
    aborts[1]?.abort('two');
    expect(await readers[1]?.done).toMatchObject({ error: 'two' });
    expect(all.providers['a']?.open).toBe(1);
    aborts[2]?.abort('three');
    expect(await readers[2]?.done).toMatchObject({ error: 'three' });
    await all.clock.advance(0);
    expect([all.providers['a']?.open, all.clock.timers]).toEqual([0, 0]);
    expect(all.of('request-end').map(({ outcome: end }) => end)).toEqual(['aborted', 'aborted', 'aborted']);
  });

  it('store the answer although the first caller has left', async () => {
    const all = cached({ a: [slow] });
    const abort = new AbortController();
    const first = reading(all, { ...acme, signal: abort.signal });
    const second = reading(all);
    await all.clock.advance(150);
    abort.abort('enough');
    await all.clock.advance(1_000);
    await first.done;
    await second.done;
    expect(textOf(second.parts)).toBe(whole);
    expect((await all.router.chat(ask, acme)).text).toBe(whole);
    expect(all.calls()).toBe(1);
  });

  it('are not slowed by a leader whose stream is not read', async () => {
    const all = cached({ a: [slow] });
    const opening = all.router.stream(ask, acme);
    await all.clock.advance(100);
    const stream = await opening;
    const second = reading(all);
    await all.clock.advance(1_000);
    await second.done;
    expect(textOf(second.parts)).toBe(whole);
    expect(textOf(await read(stream))).toBe(whole);
  });

  it('each have their own deadline', async () => {
    const all = cached({ a: [slow] });
    const first = reading(all, { ...acme, timeout: { request: 200 } });
    const second = reading(all);
    await all.clock.advance(1_000);
    expect(await first.done).toMatchObject({ error: { code: 'deadline' } });
    await second.done;
    expect(textOf(second.parts)).toBe(whole);
    expect(all.calls()).toBe(1);
  });

  it.each(['chat', 'stream'] as const)(
    'wait for the first for half of their time, then ask for themselves: %s',
    async (kind) => {
      const all = cached({ a: [{ hang: true }, { text: 'Rayleigh' }] });
      const abort = new AbortController();
      const begin = async (options: CallOptions) => all.router[kind](ask, { ...acme, ...options });
      const first = outcome(begin({ signal: abort.signal }));
      await all.clock.advance(10);
      const second = outcome(begin({ timeout: { request: 10_000 } }));
      await all.clock.advance(4_999);
      expect(all.calls()).toBe(1);
      await all.clock.advance(1);
      const opened = await second;
      if (!('value' in opened)) throw opened.error;
      const { text } = 'result' in opened.value ? await opened.value.result : opened.value;
      expect(text).toBe('Rayleigh');
      expect(all.calls()).toBe(2);
      abort.abort('left');
      expect(await first).toMatchObject({ error: 'left' });
      await all.clock.advance(0);
      expect(all.clock.timers).toBe(0);
    },
  );

  it('keep following a stream whose beginning they have delivered', async () => {
    const all = cached({ a: [{ text: words, delay: 100, gap: 2_000 }] });
    const first = reading(all);
    await all.clock.advance(10);
    const second = reading(all, { ...acme, timeout: { request: 10_000 } });
    await all.clock.advance(9_000);
    expect(textOf(second.parts)).toBe(whole);
    await first.done;
    await second.done;
    expect(all.calls()).toBe(1);
  });

  it('do not fail with the leader: if its vendor breaks before the first part, the next one leads', async () => {
    const all = cached({ a: [{ error: { kind: 'bad-request', status: 400 }, delay: 50 }, slow] });
    const readers = Array.from({ length: 10 }, () => reading(all));
    await all.clock.advance(2_000);
    const [first, ...others] = readers;
    expect(await first?.done).toMatchObject({ error: { kind: 'bad-request' } });
    for (const { parts, done } of others) {
      await done;
      expect(textOf(parts)).toBe(whole);
    }
    expect(all.calls()).toBe(2);
  });

  it('all make their own call if the second leader fails too', async () => {
    const broken = { error: { kind: 'bad-request', status: 400 }, delay: 50 } as const;
    const all = cached({ a: [broken, broken, slow] });
    const readers = Array.from({ length: 10 }, () => reading(all));
    await all.clock.advance(2_000);
    const ends = await Promise.all(readers.map(({ done }) => done));
    expect(ends.filter((end) => 'value' in end)).toHaveLength(8);
    expect(all.calls()).toBe(10);
  });

  it('restart together if the vendor breaks after the first part', async () => {
    const all = cached(
      { a: [{ ...slow, after: 2, error: connectionLost }], b: [slow] },
      {},
      { interrupted: 'restart', retry: false },
    );
    const readers = [reading(all), reading(all)];
    await all.clock.advance(150);
    readers.push(reading(all));
    await all.clock.advance(2_000);
    for (const { parts, done } of readers) {
      expect('value' in (await done)).toBe(true);
      expect(textOf(parts)).toBe(whole);
      expect(parts.filter(({ type }) => type === 'restart')).toHaveLength(1);
    }
    expect([all.calls('a'), all.calls('b')]).toEqual([1, 1]);
  });

  it('that join after a restart see nothing of what came before it', async () => {
    const all = cached(
      { a: [{ text: ['void', 'void'], delay: 100, gap: 100, after: 1, error: connectionLost }], b: [slow] },
      {},
      { interrupted: 'restart', retry: false },
    );
    const first = reading(all);
    await all.clock.advance(350);
    const late = reading(all);
    await all.clock.advance(2_000);
    await first.done;
    await late.done;
    expect(JSON.stringify(late.parts)).not.toContain('void');
    expect(textOf(late.parts)).toBe(whole);
  });

  it('take over from a leader that fails in the middle, if they may restart', async () => {
    const broken = { ...slow, after: 2, error: { kind: 'bad-request', status: 400 } } as const;
    const all = cached({ a: [broken, slow] }, {}, { interrupted: 'restart', retry: false, maxAttempts: 1 });
    const readers = Array.from({ length: 5 }, () => reading(all));
    await all.clock.advance(3_000);
    const [first, ...others] = readers;
    expect(await first?.done).toMatchObject({ error: { code: 'stream-interrupted' } });
    for (const { parts, done } of others) {
      expect('value' in (await done)).toBe(true);
      expect(textOf(parts)).toBe(whole);
    }
    expect(all.calls()).toBe(2);
    expect(all.clock.timers).toBe(0);
  });

  it('are whole or end with an error of their own, whichever caller leaves and whatever breaks', async () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = seededRandom(seed);
      const script = (index: number) => {
        const roll = random();
        if (roll < 0.3) return { ...slow, after: Math.floor(random() * 5), error: connectionLost };
        return { ...slow, text: words.map((word) => `${index}${word}`) };
      };
      const all = cached(
        { a: scripts(script), b: scripts(script) },
        {},
        { interrupted: random() < 0.5 ? 'restart' : 'error', retry: false },
      );
      const readers = Array.from({ length: seed % 30 === 0 ? 100 : 12 }, () => {
        const abort = new AbortController();
        const at = Math.floor(random() * 700);
        const leavesAt = random() < 0.4 ? at + Math.floor(random() * 600) : undefined;
        return { abort, at, leavesAt, reading: undefined as Reading | undefined, reason: { at } };
      });
      for (const reader of readers) {
        all.clock.after(reader.at, () => {
          reader.reading = reading(all, { ...acme, signal: reader.abort.signal });
        });
        if (reader.leavesAt !== undefined)
          all.clock.after(reader.leavesAt, () => reader.abort.abort(reader.reason));
      }
      await all.clock.advance(10_000);
      for (const { reading: own, leavesAt, reason } of readers) {
        const end = await own?.done;
        if (end === undefined) throw new Error('never began');
        if ('value' in end) {
          const text = textOf(own?.parts ?? []);
          const by = text[0] ?? '';
          expect(text, `seed ${seed}`).toBe(words.map((word) => `${by}${word}`).join(''));
          expect(own?.parts.filter(({ type }) => type === 'finish')).toHaveLength(1);
        } else if (end.error === reason) expect(leavesAt).toBeDefined();
        else
          expect(['stream-interrupted', 'all-targets-failed', 'provider', 'no-target']).toContain(
            (end.error as { code?: string }).code,
          );
      }
      expect(all.of('request-end'), `seed ${seed}`).toHaveLength(readers.length);
      expect([all.providers['a']?.open, all.providers['b']?.open], `seed ${seed}`).toEqual([0, 0]);
      expect(all.clock.timers, `seed ${seed}`).toBe(0);
    }
  });

  it('close with their router', async () => {
    const all = cached({ a: [slow] });
    const readers = [reading(all), reading(all)];
    await all.clock.advance(150);
    await all.router.close();
    for (const { done } of readers) expect(await done).toMatchObject({ error: { code: 'closed' } });
    expect(await rejection(all.router.chat(ask, acme))).toMatchObject({ code: 'closed' });
    expect([all.providers['a']?.open, all.clock.timers]).toEqual([0, 0]);
  });
});

/** The same kind of script for as many calls as there are. */
function scripts<T>(make: (index: number) => T): readonly T[] {
  return Array.from({ length: 9 }, (_, index) => make(index));
}
