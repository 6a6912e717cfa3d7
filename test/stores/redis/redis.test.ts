import fc from 'fast-check';
import { isRouterError, type Lease, type LeaseRequest, type Store } from 'signalbox';
import { memory } from 'signalbox/memory';
import { type RedisClient, redis } from 'signalbox/redis';
import { virtualClock } from 'signalbox/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noRedis, type RedisServer, redisCluster, redisServer } from '../../support/redis-server.ts';
import { rejection } from '../../support/requests.ts';
import { storeSuite } from '../suite.ts';
import { clients, clusterClients, ioredis, ioredisCluster, type Opened } from './clients.ts';
import { age, serverDate } from './time.ts';

const reason = noRedis();
// In CI everything has to be there.
const skipped = reason !== undefined && process.env['CI'] === undefined;
if (skipped) console.warn(`redis() is skipped: ${reason}`);

describe.skipIf(skipped)('redis()', () => {
  let server: RedisServer;
  beforeAll(async () => {
    if (reason !== undefined) throw new Error(reason);
    server = await redisServer();
  });
  afterAll(() => server?.stop());
  beforeEach(() => void server.cli('flushall'));

  describe.each(Object.entries(clients))('over %s', (name, open) => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await open(server.port);
    });
    afterAll(() => opened.close());

    storeSuite(`redis() over ${name}`, async () => ({
      store: redis(opened.client, { timeout: 60_000 }),
      advance: async (ms) => age(server, ms),
      date: async () => serverDate(server),
    }));

    it('runs a script that the server no longer has', async () => {
      const store = redis(opened.client, { timeout: 60_000 });
      await store.set('a', '1', { ttl: 60_000 });
      server.cli('script', 'flush');
      expect(await store.set('a', '2', { ttl: 60_000 })).toEqual(expect.any(String));
      expect((await store.get(['a']))[0]?.value).toBe('2');
    });

    it('rejects with the error of the server', async () => {
      server.cli('set', '{signalbox}:knowledge:a', 'no hash');
      const error = await rejection(redis(opened.client).publish([{ key: 'a', add: { n: 1 }, ttl: 1_000 }]));
      expect(String(error)).toContain('WRONGTYPE');
    });
  });

  describe('with one client', () => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await ioredis(server.port);
    });
    afterAll(() => opened.close());

    it('leaves no key without an expiry', async () => {
      const store = redis(opened.client);
      await fill(store);
      for (const key of server.cli('keys', '*').split('\n'))
        expect(Number(server.cli('pttl', key)), key).toBeGreaterThan(0);
    });

    it('separates applications by prefix', async () => {
      const [one, two] = [redis(opened.client, { prefix: 'one' }), redis(opened.client, { prefix: 'two' })];
      await one.set('a', '1', { ttl: 60_000 });
      expect(await two.get(['a'])).toEqual([undefined]);
    });

    it('behaves like memory() for any sequence of operations', async () => {
      const store = redis(opened.client);
      let round = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          const key = `share-${++round}`;
          const clock = virtualClock();
          const model = memory({ clock });
          for (const each of steps) {
            if (each.call === 'delete') await Promise.all([store, model].map((one) => one.delete([key])));
            const [got, expected] = await Promise.all([called(store, key, each), called(model, key, each)]);
            expect(got).toEqual(expected);
          }
        }),
        { numRuns: 100 },
      );
    });

    it('delivers messages over a separate connection', async () => {
      const store = redis(opened.client);
      const received = new Promise<string>((resolve) => store.subscribe?.('health', resolve));
      while (server.cli('pubsub', 'numsub', 'signalbox:channel:health').endsWith('\n0'))
        await new Promise((resolve) => setImmediate(resolve));
      await store.notify?.('health', 'down');
      expect(await received).toBe('down');
      await store.close?.();
    });

    it('rejects after close(), and does not close the application’s client', async () => {
      const store = redis(opened.client);
      await store.close?.();
      expect(isRouterError(await rejection(store.get(['a'])), 'closed')).toBe(true);
      expect(await redis(opened.client).get(['a'])).toEqual([undefined]);
    });
  });
});

describe.skipIf(skipped)('a frozen server', () => {
  it.each(Object.entries(clients))('fails each command in time, over %s', async (_, open) => {
    const server = await redisServer();
    const opened = await open(server.port);
    const clock = virtualClock();
    const store = redis(opened.client, { clock, timeout: 200 });
    await store.set('a', '1', { ttl: 60_000 });
    server.freeze();
    const failing = rejection(store.get(['a']));
    await clock.advance(200);
    expect(isRouterError(await failing, 'store')).toBe(true);
    // The next one would only wait behind it, so it is not sent.
    expect(isRouterError(await rejection(store.get(['a'])), 'store')).toBe(true);
    server.thaw();
    for (;;) {
      const found = await store.get(['a']).catch(() => undefined);
      if (found !== undefined) {
        expect(found[0]?.value).toBe('1');
        break;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    await opened.close();
    await server.stop();
  });
});

describe.skipIf(skipped)('a cluster of three nodes', () => {
  let nodes: readonly RedisServer[];
  beforeAll(async () => {
    if (reason !== undefined) throw new Error(reason);
    nodes = await redisCluster();
  });
  afterAll(() => Promise.all(nodes.map((node) => node.stop())));

  describe.each(Object.entries(clusterClients))('over %s', (name, open) => {
    let opened: Opened;
    let cases = 0;
    beforeAll(async () => {
      opened = await open(nodes[0]?.port ?? 0);
    });
    afterAll(() => opened.close());

    storeSuite(`redis() over a cluster, by ${name}`, async () => ({
      store: redis(opened.client, { prefix: `${name.replaceAll(/\W/g, '')}-${++cases}`, timeout: 60_000 }),
      advance: async (ms) => {
        for (const node of nodes) age(node, ms);
      },
      date: async () => serverDate(nodes[0] as RedisServer),
    }));
  });

  it.each(Object.entries(clusterClients))('supports every operation, over %s', async (name, open) => {
    const opened = await open(nodes[0]?.port ?? 0);
    const store = redis(opened.client, { prefix: name.replaceAll(/\W/g, '') });
    await fill(store);
    const keys = names.map((each) => `${each}/value`);
    expect((await store.get(keys)).map((each) => each?.value)).toEqual(names);
    expect((await store.read(names)).entries).toEqual(names.map((_, index) => ({ n: index, at: index })));
    for (const key of names)
      expect(await store.lease({ ...base, key, holder: 'b' })).toMatchObject({ held: 100, holders: 1 });
    await store.delete([...names, ...keys]);
    expect((await store.read(names)).entries).toEqual(names.map(() => ({})));
    expect((await store.get(keys)).every((each) => each === undefined)).toBe(true);
    await opened.close();
  });

  it('spreads values and shares over its nodes', async () => {
    const opened = await ioredisCluster(nodes[0]?.port ?? 0);
    await fill(redis(opened.client, { prefix: 'spread' }));
    for (const node of nodes) expect(node.cli('keys', 'spread:*')).not.toBe('');
    await opened.close();
  });
});

describe('redis() rejects', () => {
  const client: RedisClient = { call: async () => undefined };
  it.each<[string, () => unknown]>([
    ['redis()', () => redis({} as never)],
    ['redis()', () => redis(undefined as never)],
    ['redis()', () => redis((() => client) as never)],
    ['redis().prefix', () => redis(client, { prefix: 'a{b}' })],
    ['redis().timeout', () => redis(client, { timeout: 0 })],
  ])('a wrong %s', (option, make) => {
    try {
      make();
      throw new Error('was not refused');
    } catch (error) {
      expect(isRouterError(error, 'config') && error.option).toBe(option);
    }
  });
});

const names = Array.from({ length: 12 }, (_, index) => `key-${index}`);
const base: LeaseRequest = {
  key: 'share',
  holder: 'a',
  sequence: 1,
  limit: 1_000,
  want: 100,
  used: 0,
  ttl: 60_000,
  keep: 60_000,
};

async function fill(store: Store): Promise<void> {
  for (const key of names) await store.set(`${key}/value`, key, { ttl: 60_000 });
  await store.publish(names.map((key, n) => ({ key, add: { n }, max: { at: n }, ttl: 60_000 })));
  for (const key of names) await store.lease({ ...base, key });
}

/** One call of any holder, right or wrong in its sequence and total. */
const step = fc.record({
  holder: fc.constantFrom('a', 'b', 'c'),
  sequence: fc.nat(12),
  limit: fc.constantFrom(0, 500, 1_000, 9_007_199_254_740_991),
  want: fc.nat(700),
  used: fc.nat(900),
  reserved: fc.constantFrom(0, 0, 40, 400),
  least: fc.constantFrom(1, 1, 50, 500),
  call: fc.constantFrom('lease', 'lease', 'settle', 'delete'),
  last: fc.option(
    fc.record({
      isLost: fc.boolean(),
      used: fc.nat(900),
      usedSince: fc.nat(300),
      pause: fc.constantFrom(0, 3_600_000),
    }),
    { nil: undefined },
  ),
});

type Step = typeof step extends fc.Arbitrary<infer Made> ? Made : never;

/** Calls a store. What depends on its clock is left out of what it returns. */
async function called(
  store: Store,
  key: string,
  { call, last, ...figures }: Step,
): Promise<object | undefined> {
  const request = { ...base, ...figures, key };
  if (call === 'settle') return void (await store.settle(request));
  if (last === undefined) return timeless(await store.lease(request));
  // Asks under another name first, which record there is.
  const { record } = await store.lease({
    ...base,
    key,
    holder: 'd',
    sequence: figures.sequence + 100,
    want: 0,
  });
  const { isLost, ...known } = last;
  return timeless(
    await store.lease({ ...request, last: { ...known, record: isLost ? record + 1 : record } }),
  );
}

function timeless({ now, record, recoversAt, ...lease }: Lease): object {
  return { ...lease, isPaused: recoversAt !== undefined, isRecorded: record > 0 && now > 0 };
}
