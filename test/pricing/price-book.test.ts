import { virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { priceBook } from '../../src/pricing/price-book.ts';

const target = { id: 'a', provider: { name: 'openai' }, model: 'gpt-5-mini', price: undefined };
const price = { input: 1, output: 2 };

/** A price book whose catalog cannot be loaded so many times, and the promises of all loads. */
function failing(times: number) {
  const clock = virtualClock();
  const loads: Promise<unknown>[] = [];
  const unknown: string[] = [];
  const load = () => {
    const loading =
      loads.length < times ? Promise.reject(new Error('EMFILE')) : Promise.resolve({ price: () => price });
    loads.push(loading);
    return loading;
  };
  const book = priceBook(undefined, clock, (id) => unknown.push(id), load);
  return { book, clock, loads, unknown };
}

describe('a catalog that cannot be loaded', () => {
  it('does not affect declared prices, and is retried after a pause', async () => {
    const { book, clock, loads } = failing(1);
    await book.ready();
    expect(book.priceOf(target)).toBeUndefined();
    expect(book.priceOf({ ...target, price })).toEqual({ price, source: 'declared' });
    expect(book.ready()).toBeUndefined();
    expect(loads).toHaveLength(1);
    await clock.advance(1_000);
    expect(book.ready()).toBeUndefined(); // nothing waits for it
    await clock.advance(0);
    expect(book.priceOf(target)).toEqual({ price, source: 'catalog' });
    expect(book.ready()).toBeUndefined();
    expect(loads).toHaveLength(2);
  });

  it('is retried as soon after many requests at the same time as after one', async () => {
    const { book, clock, loads } = failing(64);
    await Promise.all(Array.from({ length: 64 }, () => book.ready()));
    await clock.advance(1_000);
    expect(book.ready()).toBeUndefined();
    await clock.advance(0);
    expect(loads).toHaveLength(65);
    expect(book.priceOf(target)).toEqual({ price, source: 'catalog' });
  });

  it('is retried after growing pauses of at most five minutes', async () => {
    const { book, clock, loads } = failing(100);
    await book.ready();
    for (let second = 0; second < 7_200; second++) {
      await clock.advance(1_000);
      await book.ready();
    }
    // After 1, 2, 4 … 256 seconds, and then every 300.
    expect(loads.length).toBeGreaterThan(30);
    expect(loads.length).toBeLessThan(35);
  });

  it('is loaded by each request that arrives before it is loaded, so that none depends on another', async () => {
    const { book, loads } = failing(0);
    await Promise.all([book.ready(), book.ready(), book.ready()]);
    expect(loads).toHaveLength(3);
    expect(book.ready()).toBeUndefined();
  });
});
