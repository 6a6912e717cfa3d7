import fc from 'fast-check';
import { virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { memoryShelf } from '../../../src/plugins/cache/shelf/memory-shelf.ts';

const labels = { scope: 'a', route: 'r', tags: [] };
const life = { ttl: 60_000, age: 0 };

const bytesOf = (keys: readonly string[]): number =>
  keys.reduce((sum, key) => sum + 2 * (key.length + 1) + 200, 0);

describe('entries in memory', () => {
  it('stay within maxBytes, the least recently used evicted first', () => {
    const most = 2 ** 20;
    const shelf = memoryShelf(most, virtualClock());
    for (let entry = 0; entry < 100_000; entry++) {
      void shelf.set(`key ${entry}`, `text ${entry}`, labels, life);
      expect(shelf.bytes).toBeLessThanOrEqual(most);
      void shelf.get(['key 0'], labels);
    }
    expect(shelf.get(['key 0', 'key 1', 'key 99999'], labels)).toEqual(['text 0', undefined, 'text 99999']);
    expect(shelf.bytes).toBeGreaterThan(most * 0.99);
  });

  it('can be 100,000, and take no more memory than counted', () => {
    const shelf = memoryShelf(2 ** 26, virtualClock());
    for (let entry = 0; entry < 100_000; entry++) void shelf.set(`${entry}`, `text ${entry}`, labels, life);
    expect(shelf.get(['0', '99999'], labels)).toEqual(['text 0', 'text 99999']);
    expect(shelf.bytes).toBeLessThanOrEqual(2 ** 26);
  });

  it('are those used last, whatever is stored, read and dropped', () => {
    const key = fc.integer({ min: 0, max: 12 }).map((number) => `key ${number}`);
    const step = fc.tuple(fc.constantFrom('set', 'get', 'drop'), key);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        // Six entries, each of 2 * (5 or 6 + 1) + 200 bytes.
        const shelf = memoryShelf(6 * 214, virtualClock());
        let model: string[] = [];
        for (const [what, name] of steps) {
          const isKept = model.includes(name);
          if (what === 'get') {
            expect(shelf.get([name], labels)).toEqual([isKept ? 'x' : undefined]);
            if (isKept) model = [...model.filter((each) => each !== name), name];
          } else {
            model = model.filter((each) => each !== name);
            if (what === 'drop') shelf.drop(name);
            else {
              void shelf.set(name, 'x', labels, life);
              model.push(name);
              while (bytesOf(model) > 6 * 214) model.shift();
            }
          }
          expect(shelf.bytes).toBe(bytesOf(model));
        }
      }),
    );
  });

  it('are not stored if one alone exceeds maxBytes', () => {
    const shelf = memoryShelf(1_000, virtualClock());
    void shelf.set('small', 'x', labels, life);
    void shelf.set('large', 'x'.repeat(1_000), labels, life);
    expect(shelf.get(['small', 'large'], labels)).toEqual(['x', undefined]);
  });

  it('make room when they have expired', async () => {
    const clock = virtualClock();
    const shelf = memoryShelf(2 ** 20, clock);
    void shelf.set('old', 'x', labels, { ttl: 10, age: 0 });
    const { bytes } = shelf;
    await clock.advance(10);
    void shelf.set('new', 'x', labels, life);
    expect(shelf.bytes).toBe(bytes);
  });
});
