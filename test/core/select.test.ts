import { isRouterError, type RouterOptions, type Select, type SelectContext } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { read, rejection, type World, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const never = (): Promise<string> => new Promise(() => {});

/** Two targets, a route over each of them, and a default over both. */
function selecting(
  select: NonNullable<RouterOptions['select']>,
  options: Omit<RouterOptions, 'targets'> = {},
) {
  const routes = { first: { targets: ['a'] }, second: { targets: ['b'] } };
  return world({ a: [{}], b: [{}] }, { routes, ...options, select });
}

const selectedOf = ({ of }: World) => of('request-end').map(({ decision }) => decision?.selected);

describe('select', () => {
  it('chooses the route of a chat and of a stream, at once or later', async () => {
    for (const select of [() => 'second', async () => 'second'] satisfies Select[]) {
      const all = selecting(select);
      expect((await all.router.chat(ask)).target).toBe('b');
      await read(await all.router.stream(ask));
      expect(all.of('request-end').map(({ route, target }) => [route, target])).toEqual([
        ['second', 'b'],
        ['second', 'b'],
      ]);
      expect(selectedOf(all)).toEqual([
        { by: 'select', route: 'second' },
        { by: 'select', route: 'second' },
      ]);
    }
  });

  it('may name a target by its id', async () => {
    expect((await selecting(() => 'b').router.chat(ask)).target).toBe('b');
  });

  it('is not asked where the call names a route, nor for embeddings', async () => {
    let asked = 0;
    const all = selecting(() => {
      asked += 1;
      return 'second';
    });
    expect((await all.router.chat(ask, { route: 'first' })).target).toBe('a');
    expect((await all.router.embed({ values: ['x'] })).target).toBe('a');
    expect(asked).toBe(0);
    expect(selectedOf(all)).toEqual([undefined, undefined]);
  });

  it('sees the request, the session, the metadata and whether it is a stream', async () => {
    const seen: unknown[] = [];
    const { router } = selecting((request, { session, metadata, stream, signal }) => {
      seen.push([request.prompt, session, metadata, stream, signal.aborted]);
      return 'first';
    });
    await router.chat(ask, { session: 's', metadata: { plan: 'free' } });
    await read(await router.stream(ask));
    expect(seen).toEqual([
      ['Hi', 's', { plan: 'free' }, false, false],
      ['Hi', undefined, {}, true, false],
    ]);
  });

  it('also runs in explain()', async () => {
    const decision = await selecting(async () => 'second').router.explain(ask);
    expect(decision).toMatchObject({ route: 'second', selected: { by: 'select', route: 'second' } });
    expect(decision.candidates.map(({ target }) => target)).toEqual(['b']);
  });

  it('is held to the time that the chosen route gives, from the call on', async () => {
    const { router, clock } = selecting(
      () => new Promise<string>((resolve) => clock.after(300, () => resolve('hasty'))),
      { routes: { hasty: { timeout: { request: 200 } } } },
    );
    const error = rejection(router.chat(ask));
    await clock.advance(300);
    expect(isRouterError(await error, 'deadline')).toBe(true);
  });
});

describe('a select that fails never fails the request', () => {
  const thrown: Select = () => {
    throw new Error('mine');
  };
  const hostile = {
    // biome-ignore lint/suspicious/noThenProperty: that is what is tested
    then: () => {
      throw new Error('mine');
    },
  };
  it.each<[string, Select, string]>([
    ['throws', thrown, 'error'],
    ['rejects', () => Promise.reject(new Error('mine')), 'error'],
    ['is no real promise', () => hostile as unknown as Promise<string>, 'error'],
    ['names no route that there is', () => 'third', 'unknown-route'],
    ['names one later that there is not', async () => 'third', 'unknown-route'],
    ['gives no name', () => undefined as unknown as string, 'unknown-route'],
    ['names what every object has', () => 'constructor', 'unknown-route'],
    ['never settles', never, 'timeout'],
  ])('%s: the default is used, and the decision says why', async (_, select, failed) => {
    const all = selecting(select);
    const answer = all.router.chat(ask);
    await all.clock.advance(1_000);
    expect((await answer).target).toBe('a');
    expect(selectedOf(all)).toEqual([{ by: 'select', route: 'default', failed }]);
    const explained = all.router.explain(ask);
    await all.clock.advance(1_000);
    expect((await explained).selected).toEqual({ by: 'select', route: 'default', failed });
    expect(all.clock.timers).toBe(0);
  });

  it('uses `otherwise`, after `timeout`, and tells it by its signal', async () => {
    let context: SelectContext | undefined;
    const all = selecting({
      by: (_, given) => {
        context = given;
        return never();
      },
      timeout: 40,
      otherwise: 'second',
    });
    const answer = all.router.chat(ask);
    await all.clock.advance(39);
    expect([context?.signal.aborted, all.events.length]).toEqual([false, 0]);
    await all.clock.advance(1);
    expect([(await answer).target, context?.signal.aborted]).toEqual(['b', true]);
    expect(all.of('request-end')[0]?.duration).toBe(40);
  });

  it('leaves at least half of the time to the request', async () => {
    const all = selecting({ by: never, timeout: Number.POSITIVE_INFINITY });
    const answer = all.router.chat(ask, { timeout: { request: 600 } });
    await all.clock.advance(300);
    expect((await answer).target).toBe('a');
  });

  it('ignores a late result', async () => {
    const all = selecting(
      () => new Promise<string>((_, reject) => all.clock.after(5_000, () => reject(new Error('late')))),
    );
    const answer = all.router.chat(ask);
    await all.clock.advance(10_000);
    expect((await answer).target).toBe('a');
  });

  it('is not followed to a route without the targets that the call allows', async () => {
    const all = selecting(() => 'second');
    expect((await all.router.chat(ask, { only: ['a'] })).target).toBe('a');
    expect(selectedOf(all)).toEqual([{ by: 'select', route: 'default', failed: 'not-allowed' }]);
    expect(await rejection(all.router.chat(ask, { only: ['z'] }))).toMatchObject({ field: 'options.only' });
  });
});

describe('a request that is aborted while its route is selected', () => {
  it('ends at once with the reason of the caller, and has its one end', async () => {
    let reason: unknown;
    const by: Select = (_, { signal }) => {
      signal.addEventListener('abort', () => {
        reason = signal.reason;
      });
      return never();
    };
    const all = selecting({ by, otherwise: 'first' });
    const abort = new AbortController();
    const calls = [
      rejection(all.router.chat(ask, { signal: abort.signal, only: ['b'] })),
      rejection(all.router.stream(ask, { signal: abort.signal })),
      rejection(all.router.explain(ask, { signal: abort.signal })),
    ];
    await all.clock.advance(10);
    abort.abort('enough');
    expect(await Promise.all(calls)).toEqual(['enough', 'enough', 'enough']);
    expect(reason).toBe('enough');
    expect(all.of('request-end').map(({ outcome, duration }) => [outcome, duration])).toEqual([
      ['aborted', 10],
      ['aborted', 10],
    ]);
    expect([all.clock.timers, all.providers['a']?.calls.length]).toEqual([0, 0]);
  });

  it('does not start if it was aborted before', async () => {
    let asked = 0;
    const all = selecting(() => {
      asked += 1;
      return 'first';
    });
    expect(await rejection(all.router.chat(ask, { signal: AbortSignal.abort('no') }))).toBe('no');
    expect([asked, all.of('request-end').length]).toEqual([0, 1]);
  });

  it('also ends when the router closes', async () => {
    const all = selecting(never);
    const error = rejection(all.router.chat(ask));
    await all.clock.advance(10);
    await all.router.close();
    expect(isRouterError(await error, 'closed')).toBe(true);
    expect([all.of('request-end').length, all.clock.timers]).toEqual([1, 0]);
  });
});
