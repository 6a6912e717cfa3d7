import { createRouter, type Strategy } from 'signalbox';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { read, rejection, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };

describe('routes', () => {
  const routes = { second: { targets: ['b', 'a'] }, both: {}, hasty: { timeout: { attempt: 50 } } };

  it('are chosen by name, with their own order of targets', async () => {
    const { router } = world({ a: [{}], b: [{}] }, { routes });
    expect((await router.chat(ask, { route: 'second' })).target).toBe('b');
    expect((await router.chat(ask, { route: 'both' })).target).toBe('a');
  });

  it('and targets can be listed by name', () => {
    const { router } = world({ a: [{}], b: [{}] }, { routes });
    expect(router.routes).toEqual({ second: ['b', 'a'], both: ['a', 'b'], hasty: ['a', 'b'] });
    expect(router.targets).toEqual(['a', 'b']);
  });

  it('go over all targets in their order when none is named', async () => {
    const { router } = world({ a: [{}], b: [{}] }, { routes });
    expect((await router.chat(ask)).target).toBe('a');
  });

  it('use the route named default when a call names none', async () => {
    const { router } = world({ a: [{}], b: [{}] }, { routes: { default: { targets: ['b'] } } });
    expect((await router.chat(ask)).target).toBe('b');
  });

  it('can be a single target, by its id', async () => {
    const { router } = world({ a: [{}], b: [{ error: { kind: 'bad-request' } }] });
    expect(await rejection(router.chat(ask, { route: 'b' }))).toMatchObject({ kind: 'bad-request' });
  });

  it('inherit the router’s policies and override them field by field', async () => {
    const { router, clock } = world(
      { a: [{ delay: 100 }], b: [{}] },
      { routes, timeout: { attempt: 200, request: 1_000 } },
    );
    const patient = router.chat(ask, { route: 'both' });
    const hasty = router.chat(ask, { route: 'hasty' });
    await clock.advance(100);
    expect((await patient).target).toBe('a');
    expect((await hasty).target).toBe('b');
  });

  it('give way to what a call sets for itself', async () => {
    const { router, clock } = world({ a: [{ delay: 100 }], b: [{}] }, { routes });
    const answer = router.chat(ask, { route: 'hasty', timeout: { attempt: 200 } });
    await clock.advance(100);
    expect((await answer).target).toBe('a');
  });
});

describe('a strategy of the user’s own', () => {
  it('is an object with a name and a rank function, and decides the order', async () => {
    const lastFirst: Strategy = { name: 'last-first', rank: (candidates) => candidates.toReversed() };
    const { router, of } = world({ a: [{}], b: [{}] }, { strategy: lastFirst });
    expect((await router.chat(ask)).target).toBe('b');
    expect(of('request-end')[0]?.decision?.strategy).toBe('last-first');
  });

  it('leaves out what it does not name', async () => {
    const none: Strategy = { name: 'none', rank: () => [] };
    const { router } = world({ a: [{}] }, { strategy: none });
    expect(await rejection(router.chat(ask))).toMatchObject({
      code: 'no-target',
      decision: { skipped: [{ target: 'a', reason: 'not-ranked' }] },
    });
  });

  it('sees prices, statistics, session, metadata and whether it is a stream', async () => {
    const seen: unknown[] = [];
    const spy: Strategy = {
      name: 'spy',
      rank(candidates, { session, metadata, stream }) {
        seen.push({
          session,
          metadata,
          stream,
          price: candidates[0]?.target.price,
          first: candidates[0]?.stats.attempts,
        });
        return candidates;
      },
    };
    const { router } = world({ a: [{}] }, { strategy: spy });
    await router.chat(ask, { session: 's', metadata: { tenant: 1 } });
    await read(await router.stream(ask));
    const price = { input: 1, output: 2 };
    expect(seen).toEqual([
      { session: 's', metadata: { tenant: 1 }, stream: false, price, first: 0 },
      { session: undefined, metadata: {}, stream: true, price, first: 1 },
    ]);
  });
});

describe('explain', () => {
  it('shows order, costs and reasons without sending anything', async () => {
    const { router, providers } = world({ a: [{}], b: [{}], c: [{}] });
    const decision = await router.explain(ask, { only: ['a', 'b'] });
    expect(decision.candidates.map(({ target }) => target)).toEqual(['a', 'b']);
    expect(decision.candidates[0]?.estimatedCost).toBeGreaterThan(0);
    expect(decision.skipped).toEqual([{ target: 'c', reason: 'excluded' }]);
    expect(providers['a']?.calls).toHaveLength(0);
  });

  it('reports until when a target cools down', async () => {
    const { router, clock } = world({ a: [{ error: { kind: 'rate-limit', retryAfter: 4_000 } }], b: [{}] });
    await router.chat(ask);
    expect((await router.explain(ask)).skipped).toEqual([
      { target: 'a', reason: 'cooling-down', retryAt: clock.date() + 4_000 },
    ]);
  });
});

describe('two targets of one provider object', () => {
  it('share what is known of their key', async () => {
    const clock = virtualClock();
    const provider = scriptedProvider(
      'p',
      [{ error: { kind: 'quota', status: 429, retryAfter: 60_000 } }],
      clock,
    );
    const price = { input: 1, output: 1 };
    const router = createRouter({
      targets: [
        { provider, model: 'one', price },
        { provider, model: 'two', price },
      ],
      clock,
    });
    await rejection(router.chat(ask));
    expect(provider.calls).toHaveLength(1);
    expect(router.stats().map(({ health }) => health)).toEqual(['cooling-down', 'cooling-down']);
  });
});
