import { describe, expect, it } from 'vitest';
import { acme, cached } from './world.ts';

const valuesOf = (all: ReturnType<typeof cached>, target = 'a') =>
  all.providers[target]?.embedCalls.map(({ values }) => values);

describe('embeddings', () => {
  it('are stored by value: only unknown ones are requested', async () => {
    const all = cached({ a: [{}] });
    const first = await all.router.embed({ values: ['one', 'three'] }, acme);
    const second = await all.router.embed({ values: ['one', 'two!', 'three', 'four!!'] }, acme);
    expect(valuesOf(all)).toEqual([
      ['one', 'three'],
      ['two!', 'four!!'],
    ]);
    expect(second.embeddings).toEqual([first.embeddings[0], [4, 1], first.embeddings[1], [6, 1]]);
    const [, partial] = all.of('request-end');
    expect(partial?.lookup).toMatchObject({ plugin: 'cache', source: 'partial' });
    expect(partial?.lookup?.savedCost).toBeCloseTo(first.cost?.total ?? Number.NaN, 12);
    expect(partial?.cost?.source).toBe('declared');
    const third = await all.router.embed({ values: ['four!!', 'one'] }, acme);
    expect(third).toMatchObject({
      embeddings: [
        [6, 1],
        [3, 1],
      ],
      cost: { total: 0 },
      attempts: [],
    });
    expect(all.calls()).toBe(2);
    expect(all.cache.stats()).toMatchObject({ default: { hits: 1, partial: 1, misses: 1, stored: 4 } });
  });

  it('come back with the tokens of the call that made them', async () => {
    const all = cached({ a: [{ usage: { inputTokens: 17 } }] });
    await all.router.embed({ values: ['one', 'two', 'a longer value'] }, acme);
    const found = await all.router.embed({ values: ['a longer value', 'two', 'one'] }, acme);
    expect(found.usage.inputTokens).toBe(17);
  });

  it('of a value that a request has twice are both requested', async () => {
    const all = cached({ a: [{}] });
    await all.router.embed({ values: ['one', 'one'] }, acme);
    expect((await all.router.embed({ values: ['one'] }, acme)).embeddings).toEqual([[3, 1]]);
    expect(all.calls()).toBe(1);
  });

  it('never mix the vectors of two models', async () => {
    const down = { error: { kind: 'server' } } as const;
    const all = cached(
      { a: [{ embeddings: [[1, 0]] }, down, down, down], b: [{}, {}] },
      {},
      { retry: false },
    );
    await all.router.embed({ values: ['one'] }, acme);
    const second = await all.router.embed({ values: ['one', 'two!'] }, acme);
    expect(second.target).toBe('b');
    expect(second.embeddings).toEqual([
      [3, 1],
      [4, 1],
    ]);
  });

  it.each([
    ['other dimensions', { dimensions: 8 }, {}],
    ['other options', { providerOptions: { a: { task: 'query' } } }, {}],
    ['another tenant', {}, { tenant: 'b' }],
    ['another route', {}, { route: 'a' }],
  ])('are others with %s', async (_, request, options) => {
    const all = cached({ a: [{}] });
    await all.router.embed({ values: ['one'] }, acme);
    await all.router.embed({ values: ['one'], ...request }, { ...acme, ...options });
    expect(all.calls()).toBe(2);
  });

  it('expire, and are not used with `cache: false`', async () => {
    const all = cached({ a: [{}] }, { ttl: 1_000 });
    await all.router.embed({ values: ['one'] }, acme);
    await all.router.embed({ values: ['one'] }, { ...acme, cache: false });
    expect(all.calls()).toBe(2);
    await all.clock.advance(1_001);
    await all.router.embed({ values: ['one'] }, acme);
    expect(all.calls()).toBe(3);
  });

  it('requested at the same time are one call, which outlives its caller', async () => {
    const all = cached({ a: [{ delay: 100 }] });
    const abort = new AbortController();
    const first = all.router.embed({ values: ['one'] }, { ...acme, signal: abort.signal });
    const failed = expect(first).rejects.toBe('enough');
    const second = all.router.embed({ values: ['one'] }, acme);
    await all.clock.advance(50);
    abort.abort('enough');
    await failed;
    await all.clock.advance(50);
    expect(await second).toMatchObject({ embeddings: [[3, 1]], cost: { total: 0 } });
    expect(all.calls()).toBe(1);
    expect(all.of('request-end').at(-1)?.lookup).toMatchObject({ source: 'coalesced' });
  });
});
