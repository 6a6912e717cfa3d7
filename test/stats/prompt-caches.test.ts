import { seededRandom } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { outputLengths } from '../../src/stats/output-lengths.ts';
import { promptCaches } from '../../src/stats/prompt-caches.ts';

const minute = 60_000;

describe('prompt caches', () => {
  it('expect no cached tokens from an unknown target', () => {
    expect(promptCaches().expect('s', 't', 1_000, 0)).toEqual({ read: 0, write: 0 });
  });

  it('expect of a continued conversation what earlier ones had', () => {
    const caches = promptCaches();
    caches.note('s', 't', { inputTokens: 1_000, cacheReadTokens: 0 }, 0);
    caches.note('s', 't', { inputTokens: 1_500, cacheReadTokens: 900 }, minute);
    expect(caches.expect('s', 't', 2_000, 2 * minute).read).toBeCloseTo(0.9 * 1_500, 6);
    // A new one has nothing there yet.
    expect(caches.expect('other', 't', 2_000, 2 * minute).read).toBe(0);
    expect(caches.expect('s', 'other target', 2_000, 2 * minute).read).toBe(0);
  });

  it('expect nothing after five minutes without requests', () => {
    const caches = promptCaches();
    caches.note('s', 't', { inputTokens: 1_000, cacheReadTokens: 0 }, 0);
    caches.note('s', 't', { inputTokens: 1_000, cacheReadTokens: 1_000 }, minute);
    expect(caches.expect('s', 't', 1_000, 6 * minute).read).toBe(1_000);
    expect(caches.expect('s', 't', 1_000, 6 * minute + 1).read).toBe(0);
  });

  it('expect of prompts without a session the share that all of them had', () => {
    const caches = promptCaches();
    for (let index = 0; index < 20; index++)
      caches.note(undefined, 't', { inputTokens: 1_000, cacheReadTokens: 600 }, index);
    expect(caches.expect(undefined, 't', 500, 20).read).toBeCloseTo(300, 6);
  });

  it('include the price of cache writes', () => {
    const caches = promptCaches();
    caches.note('s', 't', { inputTokens: 1_000, cacheReadTokens: 0, cacheWriteTokens: 500 }, 0);
    expect(caches.expect('t2', 't', 2_000, 0)).toEqual({ read: 0, write: 1_000 });
  });

  it('learn nothing from vendors that do not report cached tokens', () => {
    const caches = promptCaches();
    caches.note('s', 't', { inputTokens: 1_000 }, 0);
    caches.note('s', 't', { inputTokens: 1_000 }, 1);
    expect(caches.expect('s', 't', 1_000, 2)).toEqual({ read: 0, write: 0 });
  });

  it('never expect more tokens than the prompt has', () => {
    const caches = promptCaches();
    caches.note('s', 't', { inputTokens: 1_000, cacheReadTokens: 0 }, 0);
    caches.note('s', 't', { inputTokens: 1_000, cacheReadTokens: 5_000, cacheWriteTokens: 5_000 }, 1);
    const { read, write } = caches.expect('s', 't', 100, 2);
    expect(read + write).toBeLessThanOrEqual(100);
  });

  it('drop the least recently used sessions at their limit', () => {
    const caches = promptCaches();
    const had = { inputTokens: 1_000, cacheReadTokens: 1_000 };
    caches.note('first', 't', had, 0);
    caches.note('first', 't', had, 0);
    for (let index = 0; index < 10_000; index++) caches.note(`session ${index}`, 't', had, 0);
    expect(caches.expect('session 9999', 't', 1_000, 1).read).toBe(1_000);
    caches.note('probe', 't', { inputTokens: 1_000, cacheReadTokens: 0 }, 1);
    // No more than what any new prompt has.
    expect(caches.expect('first', 't', 1_000, 1).read).toBeLessThan(1_000);
  });
});

describe('output lengths', () => {
  it('are those of the route until a target has samples', () => {
    const lengths = outputLengths();
    expect(lengths.expect('t', 0)).toBeUndefined();
    for (let index = 0; index < 10; index++) lengths.add('t', 100, 0);
    expect(lengths.expect('other', 0)).toBe(100);
  });

  it('are a target’s own once it has samples', () => {
    const lengths = outputLengths();
    for (let index = 0; index < 1_000; index++) {
      lengths.add('brief', 100, index);
      lengths.add('wordy', 900, index);
    }
    expect(lengths.expect('brief', 1_000)).toBeCloseTo(100, -1);
    expect(lengths.expect('wordy', 1_000)).toBeCloseTo(900, -1);
  });

  it('are compared within one prompt size, because a strategy sends each size to one target', () => {
    const lengths = outputLengths();
    for (let index = 0; index < 300; index++) {
      lengths.add(index % 10 === 0 ? 'rare' : 'small', 380 + (index % 41), index, 1_000);
      lengths.add(index % 10 === 0 ? 'rare' : 'large', 80 + (index % 21), index, 4_000);
    }
    expect(lengths.expect('small', 300)).toBe(lengths.expect('other', 300));
    expect(lengths.expect('large', 300)).toBe(lengths.expect('other', 300));
  });

  it('do not depend on the order of answers, of which the shortest end first', () => {
    const lengths = outputLengths();
    for (let index = 0; index < 300; index++) lengths.add('busy', 50 + index, index, 1_000);
    expect(lengths.expect('busy', 300)).toBe(lengths.expect('other', 300));
  });

  it('are the same for all targets unless their difference is significant', () => {
    const lengths = outputLengths();
    const random = seededRandom(1);
    for (let index = 0; index < 300; index++) lengths.add(`t${index % 3}`, 50 + 200 * random(), index);
    expect(lengths.expect('t1', 300)).toBe(lengths.expect('t0', 300));
    expect(lengths.expect('t2', 300)).toBe(lengths.expect('t0', 300));
  });
});
