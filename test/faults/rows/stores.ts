import { limits } from 'signalbox/budgets';
import { redis } from 'signalbox/redis';
import { sharedHealth } from 'signalbox/shared-health';
import { type VirtualClock, virtualClock } from 'signalbox/testing';
import { ioredis, type Opened } from '../../stores/redis/clients.ts';
import { noRedis, type RedisServer, redisServer } from '../../support/redis-server.ts';
import { ask, eachWay, type Facts, onStage, type Row, type StageOptions, turns, until } from '../stage.ts';
import { all, type How, type Vendor } from '../vendors.ts';

/** Why the rows with a real Redis are not played; in CI they always are. */
export const storeRowsSkipped = process.env['CI'] === undefined ? noRedis() : undefined;

const faults: Readonly<Record<string, (server: RedisServer) => unknown>> = {
  down: (server) => server.kill(),
  frozen: (server) => server.freeze(),
  full: (server) => server.cli('config', 'set', 'maxmemory', '1'),
  'of wrong data': (server) => {
    for (const key of server.cli('keys', '*').split('\n')) server.cli('set', key, 'no hash', 'px', '600000');
  },
};

/** Lets time pass, with room for the sockets, until something holds. */
async function passing(clock: VirtualClock, holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) {
    await turns(5);
    await clock.advance(20);
  }
}

/** The router's options for a store in this Redis. */
function over(opened: Opened, clock: VirtualClock, storeTimeout: number): StageOptions {
  return {
    clock,
    store: redis(opened.client, { clock, timeout: 2 * storeTimeout }),
    plugins: [limits([{ usd: 1, per: 'month' }], { storeTimeout }), sharedHealth({ storeTimeout })],
  };
}

async function withRedis<T>(
  clients: number,
  play: (server: RedisServer, own: readonly Opened[]) => Promise<T>,
) {
  const server = await redisServer();
  const opened = await Promise.all(Array.from({ length: clients }, () => ioredis(server.port)));
  try {
    return await play(server, opened);
  } finally {
    server.thaw();
    for (const each of opened) await each.close();
    await server.stop();
  }
}

/** One request before a fault of the store, and one while it lasts. */
async function withFault(vendor: Vendor, how: How, fault: (server: RedisServer) => unknown): Promise<Facts> {
  return withRedis(1, async (server, [opened]) => {
    if (opened === undefined) throw new Error('no client');
    const clock = virtualClock();
    let isPlayed = false;
    let isClosed = false;
    const playing = onStage(vendor, over(opened, clock, 500), async (stage) => {
      let isAway = false;
      stage.router.on('store-state', ({ plugin, state }) => {
        if (plugin === 'limits') isAway = state === 'away';
      });
      await ask(stage, how).seen;
      await fault(server);
      await passing(clock, () => isAway);
      const before = clock.now();
      const { answer, hits } = await ask(stage, how).seen;
      isPlayed = true;
      return { answer, hits, waited: clock.now() - before };
    }).finally(() => {
      isClosed = true;
    });
    // Closing a router waits for the store, for a while.
    playing.catch(() => {});
    await until(() => isPlayed || isClosed);
    await passing(clock, () => isClosed);
    return playing;
  });
}

/** Virtual milliseconds that are never over before a real server answers. */
const patient = 10_000_000;
const minute = 60_000;

/** Of two processes, the first is asked to wait. What requests in the second do before and after the second process has heard of it. */
function twoProcesses(vendor: Vendor, how: How): Promise<Facts> {
  return withRedis(2, async (_, [one, other]) => {
    if (one === undefined || other === undefined) throw new Error('no client');
    const clocks = [virtualClock(), virtualClock()] as const;
    return onStage(vendor, over(one, clocks[0], patient), (first) =>
      onStage(vendor, over(other, clocks[1], patient), async (second) => {
        const before = await ask(second, how).seen;
        first.t1.behave(vendor.later(minute));
        await ask(first, how).seen;
        const isKnown = async (): Promise<boolean> =>
          (await second.router.explain({ prompt: 'Hi' })).skipped.some(({ target }) => target === 'T1');
        await passing(clocks[0], async () => {
          await turns(5);
          await clocks[1].advance(20);
          return isKnown();
        });
        const meanwhile = await ask(second, how).seen;
        return {
          before: before['answer'],
          meanwhile: meanwhile['answer'],
          hits: meanwhile['hits'],
        };
      }),
    );
  });
}

const undisturbed = { answer: 'T1', hits: 1, waited: 0 } as const;

/** A store that several processes share: a real Redis. */
export const stores: readonly Row[] = [
  {
    number: 62,
    fault: 'a shared store that is down, frozen, full, or holds something else',
    vendors: all,
    expected: () =>
      Object.fromEntries(
        Object.keys(faults).map((name) => [name, { chat: undisturbed, stream: undisturbed }]),
      ),
    async play(vendor) {
      const seen: Record<string, Facts> = {};
      for (const [name, fault] of Object.entries(faults))
        seen[name] = await eachWay((how) => withFault(vendor, how, fault));
      return seen;
    },
  },
  {
    number: 63,
    fault: 'two processes, of which one is asked to wait for a minute: the other one stops, too',
    vendors: all,
    expected: () => {
      const heeded = { before: 'T1', meanwhile: 'T2', hits: 0 };
      return { chat: heeded, stream: heeded };
    },
    play: (vendor) => eachWay((how) => twoProcesses(vendor, how)),
  },
];
