import { createRouter, type Plugin, type PluginHost } from 'signalbox';
import { memory } from 'signalbox/memory';
import { scriptedProvider, virtualClock } from 'signalbox/testing';
import { describe, expect, it } from 'vitest';
import { rejection, world } from '../support/requests.ts';

const ask = { prompt: 'Hi' };

/** A plugin that keeps its host, and runs something when the router is closed. */
function keeps(name = 'keeps', end?: () => unknown) {
  let host: PluginHost | undefined;
  const plugin: Plugin = {
    name,
    install(own) {
      host = own;
      return end === undefined ? undefined : async () => void (await end());
    },
  };
  return {
    plugin,
    get host(): PluginHost {
      if (host === undefined) throw new Error('not installed');
      return host;
    },
  };
}

describe('install', () => {
  it('is called once, with the router and its clock', async () => {
    const kept = keeps();
    const { router, clock } = world({ a: [{}] }, { plugins: [kept.plugin] });
    expect(kept.host.router).toBe(router);
    expect(kept.host.clock).toBe(clock);
    expect((await kept.host.router.chat(ask)).target).toBe('a');
  });

  it('fails createRouter with what it throws', () => {
    const plugin: Plugin = {
      name: 'breaks',
      install() {
        throw new TypeError('a bug');
      },
    };
    expect(() => world({ a: [{}] }, { plugins: [plugin] })).toThrow('a bug');
  });

  it('gives the router’s store, or one in memory', async () => {
    const store = memory();
    const [first, second, none] = [keeps(), keeps(), keeps()];
    world({ a: [{}] }, { plugins: [first.plugin], store });
    world({ a: [{}] }, { plugins: [second.plugin], store });
    world({ a: [{}] }, { plugins: [none.plugin] });
    await first.host.store.set('key', 'value', { ttl: 1_000 });
    expect((await second.host.store.get(['key']))[0]?.value).toBe('value');
    expect(await none.host.store.get(['key'])).toEqual([undefined]);
    await none.host.store.set('key', 'other', { ttl: 1_000 });
    expect((await none.host.store.get(['key']))[0]?.value).toBe('other');
  });
});

describe('close()', () => {
  it('waits for what plugins have to finish, the last one first', async () => {
    const order: string[] = [];
    const slow = (name: string) => async () => {
      await Promise.resolve();
      order.push(name);
    };
    const { router } = world(
      { a: [{}] },
      { plugins: [keeps('one', slow('one')).plugin, keeps('two', slow('two')).plugin] },
    );
    await router.close();
    expect(order).toEqual(['two', 'one']);
  });

  it('does so once, however often it is called', async () => {
    const ends: string[] = [];
    const { router } = world({ a: [{}] }, { plugins: [keeps('x', () => ends.push('end')).plugin] });
    await Promise.all([router.close(), router.close()]);
    await router.close();
    expect(ends).toEqual(['end']);
  });

  it('never rejects: what a plugin throws is an event', async () => {
    const error = new Error('the disk is full');
    const all = world({ a: [{}] }, { plugins: [keeps('x', () => Promise.reject(error)).plugin] });
    await all.router.close();
    expect(all.of('plugin-error')).toEqual([
      { type: 'plugin-error', plugin: 'x', station: 'background', error },
    ]);
  });

  it('ends requests before plugins, which see them end', async () => {
    const order: string[] = [];
    const plugin: Plugin = {
      name: 'x',
      install: () => () => void order.push('plugin'),
      observe: () => ({ end: ({ outcome }) => order.push(outcome) }),
    };
    const { router, clock } = world({ a: [{ hang: true }] }, { plugins: [plugin] });
    const failed = rejection(router.chat(ask));
    await clock.advance(10);
    await router.close();
    await failed;
    expect(order).toEqual(['failed', 'plugin']);
  });
});

describe('host.every()', () => {
  it('runs something again and again until it is ended', async () => {
    const kept = keeps();
    const { clock } = world({ a: [{}] }, { plugins: [kept.plugin] });
    let runs = 0;
    const end = kept.host.every(1_000, () => {
      runs += 1;
    });
    await clock.advance(3_500);
    expect(runs).toBe(3);
    end();
    await clock.advance(5_000);
    expect([runs, clock.timers]).toEqual([3, 0]);
  });

  it('ends when the router is closed', async () => {
    const kept = keeps();
    const { router, clock } = world({ a: [{}] }, { plugins: [kept.plugin] });
    kept.host.every(1_000, () => {});
    await router.close();
    expect(clock.timers).toBe(0);
  });

  it('never runs twice at a time', async () => {
    const kept = keeps();
    const { clock } = world({ a: [{}] }, { plugins: [kept.plugin] });
    let running = 0;
    let most = 0;
    kept.host.every(100, async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => clock.after(450, resolve));
      running -= 1;
    });
    await clock.advance(5_000);
    expect(most).toBe(1);
  });

  it('continues after something was thrown, which is an event', async () => {
    const kept = keeps();
    const all = world({ a: [{}] }, { plugins: [kept.plugin] });
    let runs = 0;
    kept.host.every(1_000, () => {
      runs += 1;
      throw new Error('a bug');
    });
    await all.clock.advance(2_000);
    expect([runs, all.of('plugin-error').length]).toEqual([2, 2]);
    expect(all.of('plugin-error')[0]).toMatchObject({ plugin: 'keeps', station: 'background' });
  });
});

describe('host.report()', () => {
  it('makes an event of what went wrong', () => {
    const kept = keeps();
    const all = world({ a: [{}] }, { plugins: [kept.plugin] });
    const error = new Error('the store is gone');
    kept.host.report(error);
    expect(all.of('plugin-error')).toEqual([
      { type: 'plugin-error', plugin: 'keeps', station: 'background', error },
    ]);
  });
});

describe('host.shadow()', () => {
  it('measures another target, and reports the end', async () => {
    let host: PluginHost | undefined;
    const over: string[] = [];
    const plugin: Plugin = {
      name: 'x',
      install(own) {
        host = own;
        return undefined;
      },
      observe: (context) => ({ routed: () => host?.shadow(context, 'b', () => over.push('over')) }),
    };
    const { router, clock, providers } = world({ a: [{}], b: [{ delay: 500 }] }, { plugins: [plugin] });
    await router.chat(ask);
    await clock.advance(499);
    expect([providers['b']?.calls.length, over]).toEqual([1, []]);
    await clock.advance(1);
    expect(over).toEqual(['over']);
    expect(router.stats()[1]).toMatchObject({ attempts: 1 });
  });

  it('reports at once if there is nothing to send', async () => {
    const kept = keeps();
    const seen: unknown[] = [];
    const plugin: Plugin = {
      name: 'x',
      observe: (context) => ({
        routed() {
          kept.host.shadow(context, 'nowhere', () => seen.push('unknown target'));
          kept.host.shadow({ ...context }, 'a', () => seen.push('no context'));
        },
      }),
    };
    const { router } = world({ a: [{}] }, { plugins: [kept.plugin, plugin] });
    await router.chat(ask);
    expect(seen).toEqual(['unknown target', 'no context']);
  });
});

describe('host.replicas', () => {
  const limited = { error: { kind: 'rate-limit', status: 429, retryAfter: 60_000 } } as const;

  it('carry a vendor’s limits to another process, on the time of the store', async () => {
    const [one, other] = [keeps(), keeps()];
    const first = world({ a: [limited], b: [{}] }, { plugins: [one.plugin] });
    const second = world({ a: [{}], b: [{}] }, { plugins: [other.plugin] });
    await second.clock.advance(500_000); // their clocks have nothing in common
    await first.router.chat(ask);
    const storeNow = 7_000_000;
    const changes = (await one.host.replicas()).flatMap((replica) => replica.changes(storeNow));
    expect(changes).toEqual([
      { key: 'cooldown/channel/a/0', max: { exhaustedUntil: 7_060_000 }, ttl: 60_000 },
    ]);
    const known = new Map(changes.map(({ key, max }) => [key, max]));
    for (const replica of await other.host.replicas())
      replica.absorb(
        replica.keys(storeNow + 10_000).map((key) => known.get(key) ?? {}),
        storeNow + 10_000,
      );
    expect((await second.router.explain(ask)).skipped).toMatchObject([
      { target: 'a', reason: 'cooling-down' },
    ]);
    expect(second.of('target-state')).toMatchObject([{ target: 'a', state: 'cooling-down' }]);
    await second.clock.advance(50_000);
    expect((await second.router.explain(ask)).skipped).toEqual([]);
  });

  it('publish nothing twice, and nothing received from others', async () => {
    const kept = keeps();
    const { router } = world({ a: [limited], b: [{}] }, { plugins: [kept.plugin] });
    await router.chat(ask);
    const replicas = await kept.host.replicas();
    const changes = () => replicas.flatMap((replica) => replica.changes(0));
    expect(changes()).toHaveLength(1);
    expect(changes()).toEqual([]);
    for (const replica of replicas) replica.absorb([{ exhaustedUntil: 900_000 }], 0);
    expect(changes()).toEqual([]);
  });

  it('never bring a target back earlier', async () => {
    const kept = keeps();
    const { router, clock } = world({ a: [limited], b: [{}] }, { plugins: [kept.plugin] });
    await router.chat(ask);
    for (const replica of await kept.host.replicas()) replica.absorb([{ exhaustedUntil: 1_000 }], 0);
    await clock.advance(5_000);
    expect((await router.explain(ask)).skipped).toMatchObject([{ target: 'a' }]);
  });

  it('are one for each key and endpoint, however many targets share them', async () => {
    const kept = keeps();
    const clock = virtualClock();
    const provider = {
      ...scriptedProvider('p', [{}], clock),
      keys: [scriptedProvider('p'), scriptedProvider('p')],
    };
    createRouter({
      targets: [
        { provider, model: 'm', id: 'a' },
        { provider, model: 'n', id: 'b' },
      ],
      clock,
      catalog: false,
      plugins: [kept.plugin],
    });
    const keys = (await kept.host.replicas()).flatMap((replica) => replica.keys(0));
    const chats = keys.filter((key) => key.startsWith('cooldown/') && !/\/(embed|image)/.test(key));
    expect(chats).toEqual([
      'cooldown/target/a',
      'cooldown/channel/a/0',
      'cooldown/key/a/0',
      'cooldown/endpoint/a',
      'cooldown/channel/a/1',
      'cooldown/key/a/1',
      'cooldown/target/b',
      'cooldown/channel/b/0',
      'cooldown/channel/b/1',
    ]);
    // Other workloads of a target have cooldowns of their own, but the same keys and endpoints.
    expect(keys.filter((key) => /^cooldown\/.*embed/.test(key))).toEqual([
      'cooldown/target/a/embed',
      'cooldown/channel/a/embed/0',
      'cooldown/channel/a/embed/1',
      'cooldown/target/b/embed',
      'cooldown/channel/b/embed/0',
      'cooldown/channel/b/embed/1',
    ]);
  });
});
