import type { Plugin } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { read, rejection, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const two = { a: [{ text: 'bad' }], b: [{ text: 'good' }] };

/** Rejects answers with a word in them. */
function rejects(word: string, name = `no-${word}`): Plugin {
  return {
    name,
    review: async ({ text }) => (text.includes(word) ? { reject: `has ${word}` } : undefined),
  };
}

describe('review', () => {
  it('sends a rejected answer to the next target, and books it as wasted', async () => {
    const all = world(two, { plugins: [rejects('bad')] });
    const { text, attempts } = await all.router.chat(ask);
    expect(text).toBe('good');
    expect(attempts).toMatchObject([
      { target: 'a', outcome: 'failed', error: { kind: 'output' }, billed: 'yes' },
      { target: 'b', outcome: 'success' },
    ]);
    expect(all.of('request-end')[0]?.wastedCost).toBeGreaterThan(0);
  });

  it('fails the request where no target gives an answer that passes', async () => {
    const { router } = world({ a: [{ text: 'bad' }] }, { plugins: [rejects('bad')] });
    expect(await rejection(router.chat(ask))).toMatchObject({
      code: 'output',
      by: 'plugin',
      plugin: 'no-bad',
      issues: ['has bad'],
    });
  });

  it('holds nothing against a target whose answer was rejected', async () => {
    const { router } = world(two, { plugins: [rejects('bad')] });
    for (let request = 0; request < 10; request++) await router.chat(ask);
    expect(router.stats()[0]).toMatchObject({ health: 'healthy', failures: 0 });
  });

  it('judges streams when they are complete, which restart where they may', async () => {
    const { router } = world(two, { plugins: [rejects('bad')], interrupted: 'restart' });
    const parts = await read(await router.stream(ask));
    expect(parts.map(({ type }) => type)).toEqual(['text-delta', 'restart', 'text-delta', 'finish']);
    const strict = world(two, { plugins: [rejects('bad')] });
    expect(await rejection(strict.router.stream(ask).then(read))).toMatchObject({
      code: 'output',
      by: 'plugin',
    });
  });

  it('counts with the first rejection, and later plugins are not asked', async () => {
    const { router } = world(
      { a: [{ text: 'bad and worse' }] },
      { plugins: [rejects('bad'), rejects('worse')] },
    );
    expect(await rejection(router.chat(ask))).toMatchObject({ plugin: 'no-bad' });
  });

  it('comes before accept, of the route and of the call, which add to each other', async () => {
    const order: string[] = [];
    const says = (word: string) => () => order.push(word) > 0;
    const plugin: Plugin = { name: 'plugin', review: () => void order.push('plugin') };
    const { router } = world({ a: [{}] }, { plugins: [plugin], accept: says('route') });
    await router.chat(ask, { accept: says('call') });
    expect(order).toEqual(['plugin', 'route', 'call']);
  });

  it('cannot be circumvented by the accept of a call', async () => {
    const { router } = world(two, { accept: ({ text }) => text !== 'bad' });
    expect((await router.chat(ask, { accept: () => true })).text).toBe('good');
  });

  it('may replace the result, as what later plugins and the caller see', async () => {
    const seen: string[] = [];
    const shout: Plugin = {
      name: 'shout',
      review: (result) => ({ replace: { ...result, text: result.text.toUpperCase() } }),
    };
    const { router } = world(
      { a: [{ text: 'good' }] },
      {
        plugins: [shout, { name: 'sees', review: ({ text }) => void seen.push(text) }],
        accept: ({ text }) => text === 'GOOD',
      },
    );
    expect((await router.chat(ask)).text).toBe('GOOD');
    expect(seen).toEqual(['GOOD']);
  });

  it('sees an answer that has passed the schema', async () => {
    const seen: unknown[] = [];
    const { router } = world(
      { a: [{ text: '{}' }, { text: 'no JSON' }] },
      { plugins: [{ name: 'sees', review: ({ object }) => void seen.push(object) }] },
    );
    const schema = { type: 'object' } as const;
    await router.chat({ ...ask, schema });
    await rejection(router.chat({ ...ask, schema }));
    expect(seen).toEqual([{}]);
  });

  it('fails the request with what it throws; the answer has been paid for', async () => {
    const bug = new TypeError('a bug');
    const all = world(
      { a: [{}], b: [{}] },
      { plugins: [{ name: 'breaks', review: () => Promise.reject(bug) }] },
    );
    expect(await rejection(all.router.chat(ask))).toBe(bug);
    expect(all.of('usage')).toMatchObject([{ target: 'a', billed: 'yes' }]);
    expect(all.providers['b']?.calls).toHaveLength(0);
  });

  it('fails the request where it takes longer than it may', async () => {
    const slow: Plugin = { name: 'slow', timeout: 300, review: () => new Promise(() => {}) };
    const { router, clock } = world({ a: [{}] }, { plugins: [slow] });
    const failed = rejection(router.chat(ask));
    await clock.advance(300);
    expect(await failed).toMatchObject({ code: 'plugin', plugin: 'slow', station: 'review' });
    expect([clock.timers, router.stats()[0]?.inFlight]).toEqual([0, 0]);
  });

  it('judges no embeddings and no images', async () => {
    const { router } = world(
      { a: [{}] },
      { plugins: [{ name: 'never', review: () => ({ reject: 'never' }) }] },
    );
    expect((await router.embed({ values: ['x'] })).target).toBe('a');
    expect((await router.image({ prompt: 'x' })).target).toBe('a');
  });
});
