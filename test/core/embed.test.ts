import { createRouter, isRouterError, type Provider, type RouterEvent } from 'signalbox';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { rejection } from '../support/requests.ts';

const price = { input: 1 };
const words = (count: number): string[] => Array.from({ length: count }, (_, index) => 'x'.repeat(index + 1));
const limited = <P extends Provider>(provider: P, values: number): P => {
  return Object.assign(provider, { embedLimits: { values, characters: 1_000_000 } });
};

function routerOf(...providers: readonly Provider[]) {
  const router = createRouter({
    targets: providers.map((provider) => ({ provider, model: provider.name, id: provider.name, price })),
    clock: virtualClock(),
    retry: { minDelay: 0, maxDelay: 0 },
  });
  const events: RouterEvent[] = [];
  for (const type of ['usage', 'request-end', 'attempt-end'] as const)
    router.on(type, (event) => events.push(event));
  return { router, events };
}

describe('embed', () => {
  it('gives one vector per value, in the order of the values, over as many calls as the limits ask for', async () => {
    const provider = limited(scriptedProvider('a', [{ usage: { inputTokens: 100 } }]), 3);
    const { router } = routerOf(provider);
    const result = await router.embed({ values: words(10) });
    expect(result.embeddings).toEqual(words(10).map(({ length }) => [length, 1]));
    expect(provider.embedCalls.map(({ values }) => values.length)).toEqual([3, 3, 3, 1]);
    expect(result.usage).toEqual({ inputTokens: 400 });
    expect(result.cost?.total).toBeCloseTo(0.0004, 12);
    expect(result.target).toBe('a');
    expect(result.attempts).toHaveLength(4);
  });

  it('also splits by the length of the values, and never cuts one', async () => {
    const provider = scriptedProvider('a');
    const { router } = routerOf(Object.assign(provider, { embedLimits: { values: 100, characters: 10 } }));
    await router.embed({ values: ['12345', '12345', '1', '123456789012345', '1'] });
    expect(provider.embedCalls.map(({ values }) => values.map(({ length }) => length))).toEqual([
      [5, 5],
      [1],
      [15],
      [1],
    ]);
  });

  it('passes dimensions and the vendor’s own options on', async () => {
    const provider = scriptedProvider('a');
    await routerOf(provider).router.embed({
      values: ['x'],
      dimensions: 8,
      providerOptions: { a: { task: 'q' } },
    });
    expect(provider.embedCalls[0]).toMatchObject({ dimensions: 8, providerOptions: { a: { task: 'q' } } });
  });

  it('emits one usage per call and one request-end', async () => {
    const { router, events } = routerOf(limited(scriptedProvider('a'), 2));
    await router.embed({ values: words(4) }, { metadata: { tenant: 7 } });
    expect(events.filter(({ type }) => type === 'usage')).toHaveLength(2);
    expect(events.filter(({ type }) => type === 'request-end')).toMatchObject([
      {
        kind: 'embed',
        outcome: 'success',
        target: 'a',
        metadata: { tenant: 7 },
        finishReason: undefined,
        wastedCost: 0,
      },
    ]);
  });

  it('never mixes models: where a target fails half-way, the next one does all of it', async () => {
    let calls = 0;
    const first = limited(
      scriptedProvider('a', () =>
        ++calls === 3 ? { error: { kind: 'server', status: 500 } } : { embeddings: [[0]] },
      ),
      1,
    );
    const second = limited(scriptedProvider('b'), 1);
    const { router, events } = routerOf(first, second);
    const result = await router.embed({ values: words(9) });
    expect(result.target).toBe('b');
    expect(result.embeddings).toEqual(words(9).map(({ length }) => [length, 1]));
    expect(second.embedCalls).toHaveLength(9);
    expect(first.open).toBe(0);
    // What the first target did before it failed was paid for nothing.
    const end = events.find((event) => event.type === 'request-end');
    expect(end?.wastedCost).toBeGreaterThan(0);
  });

  it('resumes where it was when the same target is tried again', async () => {
    let failed = false;
    const provider = limited(
      scriptedProvider('a', (call) => {
        const breaks = !failed && 'values' in call && call.values[0]?.length === 3;
        if (breaks) failed = true;
        return breaks ? { error: { kind: 'network', code: 'ECONNRESET' } } : {};
      }),
      1,
    );
    const { router } = routerOf(provider);
    const { embeddings } = await router.embed({ values: words(3) });
    expect(embeddings).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    expect(provider.embedCalls).toHaveLength(4);
  });

  it('asks a few at a time, and never more than the target’s own limit', async () => {
    const clock = virtualClock();
    const provider = limited(scriptedProvider('a', [{ delay: 10 }], clock), 1);
    const most = { a: 0 };
    const watched: Provider = {
      ...provider,
      embed: (call) => {
        const answer = provider.embed?.(call);
        most.a = Math.max(most.a, provider.open);
        return answer ?? Promise.reject(new Error('none'));
      },
    };
    for (const [concurrency, expected] of [
      [undefined, 4],
      [2, 2],
    ] as const) {
      most.a = 0;
      const router = createRouter({
        targets: [
          { provider: watched, model: 'm', price, ...(concurrency === undefined ? {} : { concurrency }) },
        ],
        clock,
      });
      const pending = router.embed({ values: words(9) });
      await clock.advance(1_000);
      await pending;
      expect(most.a).toBe(expected);
    }
  });

  it('refuses an answer with another number of vectors', async () => {
    const { router } = routerOf(scriptedProvider('a', [{ embeddings: [[1]] }]));
    const error = await rejection(router.embed({ values: ['x', 'y'] }));
    expect(isRouterError(error, 'all-targets-failed') && error.last).toMatchObject({ kind: 'malformed' });
  });

  it('skips targets without embeddings, with a reason', async () => {
    const { embed: _embed, ...chatOnly } = scriptedProvider('a');
    const { router, events } = routerOf(chatOnly, scriptedProvider('b'));
    expect((await router.embed({ values: ['x'] })).target).toBe('b');
    const end = events.find((event) => event.type === 'request-end');
    expect(end?.decision?.skipped).toEqual([{ target: 'a', reason: 'incapable', lacks: 'embeddings' }]);
  });

  it('estimates the cost where the vendor counts no tokens', async () => {
    const { router } = routerOf(scriptedProvider('a', [{ usage: {} }]));
    const { usage, cost } = await router.embed({ values: ['a few words to count'] });
    expect(usage).toEqual({});
    expect(cost).toMatchObject({ estimated: true });
    expect(cost?.total).toBeGreaterThan(0);
  });

  it('ends at once when the caller aborts', async () => {
    const provider = limited(scriptedProvider('a', [{ hang: true }]), 1);
    const { router, events } = routerOf(provider);
    const abort = new AbortController();
    const failing = rejection(router.embed({ values: words(9) }, { signal: abort.signal }));
    setImmediate(() => abort.abort('enough'));
    expect(await failing).toBe('enough');
    expect(provider.open).toBe(0);
    expect(events.filter(({ type }) => type === 'request-end')).toMatchObject([{ outcome: 'aborted' }]);
  });

  it('stops a target on probation when the one beside it has all vectors', async () => {
    const clock = virtualClock();
    let well = false;
    const recovering = scriptedProvider(
      'a',
      () => (well ? { hang: true } : { error: { kind: 'server', status: 500 } }),
      clock,
    );
    const spare = scriptedProvider('b', [{ delay: 10 }], clock);
    const router = createRouter({
      targets: [recovering, spare].map((provider) => ({ provider, model: 'm', id: provider.name, price })),
      clock,
      breaker: { openFor: 1_000 },
    });
    const events: RouterEvent[] = [];
    for (const type of ['attempt-end', 'request-end'] as const)
      router.on(type, (event) => events.push(event));
    for (let failure = 0; failure < 3; failure++) {
      const answer = router.embed({ values: ['x'] });
      await clock.advance(20);
      await answer;
    }
    await clock.advance(2_000);
    well = true;
    const answer = router.embed({ values: ['x'] });
    await clock.advance(2_000);
    expect((await answer).target).toBe('b');
    expect(recovering.open).toBe(0);
    expect(clock.timers).toBe(0);
    expect(events.at(-1)).toMatchObject({
      type: 'request-end',
      attempts: [{ target: 'b' }, { target: 'a' }],
    });
  });

  it.each([
    [{ values: [] }, 'values'],
    [{ values: 'x' }, 'values'],
    [{ values: ['x', ''] }, 'values[1]'],
    [{ values: ['x', 4] }, 'values[1]'],
    [{ values: ['x'], dimensions: 0 }, 'dimensions'],
    [{ values: ['x'], model: 'm' }, 'model'],
    [null, 'request'],
  ])('refuses %j and names the field', async (request, field) => {
    const error = await rejection(routerOf(scriptedProvider('a')).router.embed(request as never));
    expect(isRouterError(error, 'request') && error.message).toContain(field);
  });
});
