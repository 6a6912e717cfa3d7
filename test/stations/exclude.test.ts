import { type Plugin, RouterError } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { rejection, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const three = { a: [{}], b: [{}], c: [{}] };

/** Leaves one target out. */
function without(id: string, more: Partial<Plugin> = {}): Plugin {
  return {
    name: `without-${id}`,
    exclude: ({ target }) => (target.id === id ? { reason: 'excluded', detail: `no ${id}` } : undefined),
    ...more,
  };
}

describe('exclude', () => {
  it('leaves targets out, with its reason in the decision', async () => {
    const all = world(three, { plugins: [without('a')] });
    const { target, decision } = await all.router.chat(ask);
    expect(target).toBe('b');
    expect(decision?.skipped).toEqual([
      { target: 'a', reason: 'excluded', detail: 'no a', plugin: 'without-a' },
    ]);
  });

  it('gives the same reason in explain()', async () => {
    const { router } = world(three, { plugins: [without('a')] });
    const { candidates, skipped } = await router.explain(ask);
    expect(candidates.map(({ target }) => target)).toEqual(['b', 'c']);
    expect(skipped).toMatchObject([{ target: 'a', plugin: 'without-a' }]);
  });

  it('counts with its first reason, of the first plugin that has one', async () => {
    const { router } = world(three, {
      plugins: [without('a'), { ...without('a'), name: 'second' }, without('b')],
    });
    const { decision } = await router.chat(ask);
    expect(decision?.skipped.map(({ target, plugin }) => [target, plugin])).toEqual([
      ['a', 'without-a'],
      ['b', 'without-b'],
    ]);
  });

  it('sees the identity of the request', async () => {
    const byTenant: Plugin = {
      name: 'by-tenant',
      exclude: ({ target }, { tenant, user, tags }) =>
        target.id === 'a' && tenant === 'free' && user === 'u' && tags.includes('batch')
          ? { reason: 'excluded' }
          : undefined,
    };
    const { router } = world(three, { plugins: [byTenant] });
    expect((await router.chat(ask)).target).toBe('a');
    const { target } = await router.chat(ask, { tenant: 'free', user: 'u', tags: ['batch'] });
    expect(target).toBe('b');
  });

  it('keeps a target from a failover, too', async () => {
    const { router, providers } = world(
      { a: [{ error: { kind: 'server' } }], b: [{}], c: [{}] },
      { plugins: [without('b')] },
    );
    expect((await router.chat(ask)).target).toBe('c');
    expect(providers['b']?.calls).toHaveLength(0);
  });

  it('keeps a target from being used where nothing else is left', async () => {
    const all = world(
      { a: [{ error: { kind: 'server' } }], b: [{}] },
      { plugins: [without('b')], maxAttempts: 2, retry: false },
    );
    expect(await rejection(all.router.chat(ask))).toMatchObject({ code: 'all-targets-failed' });
    expect(all.providers['b']?.calls).toHaveLength(0);
  });

  it('keeps a target from being a hedge', async () => {
    const { router, clock, providers } = world(
      { a: [{ delay: 1_000 }], b: [{}] },
      { plugins: [without('b')], hedge: { delay: 10, ratio: 1 } },
    );
    const answer = router.chat(ask);
    await clock.advance(1_000);
    expect((await answer).target).toBe('a');
    expect(providers['b']?.calls).toHaveLength(0);
  });

  it('can return a retry time and details', async () => {
    const over: Plugin = {
      name: 'budget',
      exclude: () => ({ reason: 'over-budget', retryAt: 1_800_000_000_000, facts: { spent: 3 } }),
    };
    const { router } = world({ a: [{}] }, { plugins: [over] });
    const { skipped } = await router.explain(ask);
    expect(skipped).toEqual([
      {
        target: 'a',
        reason: 'over-budget',
        retryAt: 1_800_000_000_000,
        facts: { spent: 3 },
        plugin: 'budget',
      },
    ]);
  });

  it('can return the caller’s error if no target is left', async () => {
    const error = new RouterError('refused', 'nothing is left of the budget');
    const over: Plugin = { name: 'budget', exclude: () => ({ reason: 'over-budget', error }) };
    expect(await rejection(world(three, { plugins: [over] }).router.chat(ask))).toBe(error);
    const { router } = world(three, { plugins: [without('a'), without('b'), without('c')] });
    expect(await rejection(router.chat(ask))).toMatchObject({ code: 'no-target' });
  });

  it('fails the request with what it throws, so that no rule is skipped', async () => {
    const bug = new TypeError('a bug');
    const breaks: Plugin = {
      name: 'breaks',
      exclude() {
        throw bug;
      },
    };
    const { router, providers } = world(three, { plugins: [breaks] });
    expect(await rejection(router.chat(ask))).toBe(bug);
    expect(providers['a']?.calls).toHaveLength(0);
  });

  it('also runs for embeddings and images', async () => {
    const { router } = world(three, { plugins: [without('a')] });
    expect((await router.embed({ values: ['x'] })).target).toBe('b');
    expect((await router.image({ prompt: 'x' })).target).toBe('b');
  });
});
