import { memory } from 'signalbox/memory';
import { virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { storeSuite } from './suite.ts';

storeSuite('memory()', async () => {
  const clock = virtualClock();
  return { store: memory({ clock }), advance: (ms) => clock.advance(ms), date: async () => clock.date() };
});

describe('memory() with a byte limit', () => {
  const text = 'x'.repeat(100);

  it('drops the least recently used values', async () => {
    const store = memory({ clock: virtualClock(), maxBytes: 700 });
    for (const key of ['a', 'b', 'c']) await store.set(key, text, { ttl: 1_000 });
    await store.get(['a']);
    await store.set('d', text, { ttl: 1_000 });
    const found = await store.get(['a', 'b', 'c', 'd']);
    expect(found.map((each) => each !== undefined)).toEqual([true, false, true, true]);
  });

  it('frees the bytes of values that are replaced, deleted or expired', async () => {
    const clock = virtualClock();
    const store = memory({ clock, maxBytes: 700 });
    for (let round = 0; round < 10; round++) await store.set('a', text, { ttl: 1_000 });
    await store.set('b', text, { ttl: 10 });
    await clock.advance(11);
    expect(await store.get(['b'])).toEqual([undefined]);
    await store.set('c', text, { ttl: 1_000 });
    await store.delete(['c']);
    await store.set('d', text, { ttl: 1_000 });
    await store.set('e', text, { ttl: 1_000 });
    const found = await store.get(['a', 'd', 'e']);
    expect(found.map((each) => each !== undefined)).toEqual([true, true, true]);
  });
});

describe('messages of memory()', () => {
  it('reach all subscribers of a channel until they unsubscribe', async () => {
    const store = memory();
    const received: string[] = [];
    const leave = store.subscribe?.('health', (message) => received.push(message));
    await store.notify?.('health', 'down');
    await store.notify?.('other', 'no');
    leave?.();
    await store.notify?.('health', 'up');
    expect(received).toEqual(['down']);
  });
});
