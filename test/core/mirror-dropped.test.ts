import { createRouter, type Provider, type RouterOptions, type TargetOptions } from 'signalbox';
import { type Script, scriptedProvider, seededRandom, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { type World, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };
const mirror = { target: 'b', ratio: 1 };

/** Target `a` is asked, and `b` gets a copy. */
function mirrored(copies: readonly Script[] = [{}], options: Parameters<typeof world>[1] = {}): World {
  return world({ a: [{}], b: copies }, { mirror, ...options });
}

const callsOf = ({ providers }: World, id = 'b'): number => providers[id]?.calls.length ?? 0;
const copyEnds = ({ of }: World) => of('request-end').filter((event) => event.mirror === true);

describe('a copy is dropped, and not queued,', () => {
  const dropped = async (all: World, options: object = {}, request: object = ask): Promise<void> => {
    const before = callsOf(all);
    await all.router.chat(request as typeof ask, options);
    await all.clock.advance(60_000);
    expect(callsOf(all)).toBe(before);
    expect(copyEnds(all)).toHaveLength(before);
    expect(all.clock.timers).toBe(0);
  };

  it('while the maximum number is in flight, and no longer after that', async () => {
    const all = mirrored([{ delay: 1_000 }], { mirror: { ...mirror, maxInFlight: 2 } });
    for (let request = 0; request < 5; request++) await all.router.chat(ask);
    await all.clock.advance(1_000);
    expect(callsOf(all)).toBe(2);
    await all.router.chat(ask);
    await all.clock.advance(1_000);
    expect(callsOf(all)).toBe(3);
  });

  it('ten of them by default', async () => {
    const all = mirrored([{ delay: 1_000 }]);
    for (let request = 0; request < 30; request++) await all.router.chat(ask);
    await all.clock.advance(1_000);
    expect(callsOf(all)).toBe(10);
  });

  it('where the target is busy', async () => {
    const all = mirrored([{ delay: 500 }], { concurrency: 1 });
    const busy = all.router.chat(ask, { route: 'b' });
    await all.clock.advance(10);
    await all.router.chat(ask);
    await all.clock.advance(1_000);
    expect([(await busy).target, callsOf(all)]).toEqual(['b', 1]);
  });

  it('where the target is unhealthy', async () => {
    const all = mirrored([{ error: { kind: 'auth', status: 401 } }]);
    await all.router.chat(ask);
    await all.clock.advance(0);
    expect(all.router.stats()[1]?.health).toBe('misconfigured');
    await dropped(all);
  });

  it('where it comes first anyway, and where the call leaves the target out', async () => {
    await dropped(mirrored([{}], { mirror: { target: 'b', ratio: 1 } }), { only: ['a'] });
    const all = mirrored([{}], { mirror: { target: 'a', ratio: 1 } });
    await all.router.chat(ask);
    await all.clock.advance(10);
    expect(callsOf(all, 'a')).toBe(1);
  });

  it('of requests with tools that the vendor runs', async () => {
    const tools = [{ type: 'provider', id: 'a.search', name: 'search', args: {} }];
    await dropped(mirrored(), {}, { ...ask, tools });
  });

  it('of embeddings', async () => {
    const all = mirrored();
    await all.router.embed({ values: ['x'] });
    await all.clock.advance(10);
    expect(all.providers['b']?.embedCalls).toHaveLength(0);
  });
});

/** Targets that need more than a script. */
function custom(
  targets: Record<string, Partial<TargetOptions> & { readonly wrap?: Partial<Provider> }>,
  options: Partial<RouterOptions> = {},
) {
  const clock = virtualClock();
  const scripted = Object.fromEntries(
    Object.keys(targets).map((id) => [id, scriptedProvider(id, [{}], clock)]),
  );
  const router = createRouter({
    targets: Object.entries(targets).map(([id, { wrap, ...target }]) => ({
      provider: { ...(scripted[id] as Provider), ...wrap },
      model: 'm',
      id,
      price: { input: 1, output: 1 },
      ...target,
    })),
    clock,
    random: seededRandom(1),
    mirror,
    ...options,
  });
  return { router, clock, copies: () => scripted['b']?.calls.length };
}

describe('two targets with one key', () => {
  it('a copy at one gives its place up to a request at the other', async () => {
    const clock = virtualClock();
    const own = scriptedProvider('a', [{}], clock);
    const shared = { ...scriptedProvider('s', [{ hang: true }, {}], clock), limits: { concurrency: 1 } };
    const price = { input: 1, output: 1 };
    const router = createRouter({
      targets: [
        { provider: own, model: 'm', id: 'a', price },
        { provider: shared, model: 'm', id: 'b', price },
        { provider: shared, model: 'n', id: 'c', price },
      ],
      clock,
      mirror: { ...mirror, target: 'b' },
    });
    await router.chat(ask, { route: 'a' });
    await clock.advance(10);
    expect((await router.chat(ask, { route: 'c' })).target).toBe('c');
    expect(router.stats().map(({ inFlight }) => inFlight)).toEqual([0, 0, 0]);
  });
});

describe('no copy is made', () => {
  it('of a request that depends on state at a vendor, whichever vendor it is', async () => {
    const boundBy: Provider['boundBy'] = (options) =>
      options['vendor']?.['store'] === true ? {} : undefined;
    for (const id of ['a', 'b']) {
      const { router, clock, copies } = custom({ a: {}, b: {}, [id]: { wrap: { boundBy } } });
      await router.chat({ ...ask, providerOptions: { vendor: { store: true } } }, { route: 'a' });
      await clock.advance(10);
      expect(copies()).toBe(0);
      await router.chat({ ...ask, providerOptions: { vendor: { store: false } } }, { route: 'a' });
      await clock.advance(10);
      expect(copies()).toBe(1);
    }
  });

  it('that others could continue from', async () => {
    const boundBy: Provider['boundBy'] = ({ vendor }) =>
      vendor === undefined ? undefined : { responseId: String(vendor['previous']) };
    const { router, clock } = custom({ a: { wrap: { boundBy } }, b: { wrap: { boundBy } } });
    await router.chat(ask);
    await clock.advance(10);
    const ofOriginal = await router.explain({ ...ask, providerOptions: { vendor: { previous: 'a-1' } } });
    expect(ofOriginal.skipped).toEqual([{ target: 'b', reason: 'pinned' }]);
    const ofCopy = await router.explain({ ...ask, providerOptions: { vendor: { previous: 'b-1' } } });
    expect(ofCopy.candidates.map(({ target }) => target)).toEqual(['a']);
  });

  it('if the target is incapable', async () => {
    const { router, clock, copies } = custom({ a: {}, b: { capabilities: { tools: false } } });
    await router.chat({ ...ask, tools: [{ name: 't', inputSchema: {} }] });
    await clock.advance(10);
    expect(copies()).toBe(0);
  });

  it('that would take the second half of what the target may be sent in a minute', async () => {
    const { router, clock, copies } = custom({ a: {}, b: { rpm: 10 } });
    for (let request = 0; request < 20; request++) {
      await router.chat(ask);
      await clock.advance(0);
    }
    expect(copies()).toBeGreaterThanOrEqual(5);
    expect(copies()).toBeLessThanOrEqual(6);
    expect((await router.chat(ask, { route: 'b' })).target).toBe('b');
  });
});
