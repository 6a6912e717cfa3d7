import { createRouter, type RouterEvent } from 'signalbox';
import { limits } from 'signalbox/budgets';
import { redis } from 'signalbox/redis';
import { sharedHealth } from 'signalbox/shared-health';
import { type Script, scriptedProvider, type VirtualClock, virtualClock } from 'signalbox/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ioredis, type Opened } from '../../stores/redis/clients.ts';
import { noRedis, type RedisServer, redisServer } from '../../support/redis-server.ts';

const reason = noRedis();
// In CI everything has to be there.
const skipped = reason !== undefined && process.env['CI'] === undefined;
if (skipped) console.warn(`shared health over Redis is skipped: ${reason}`);

const ask = { prompt: 'Hi', maxOutputTokens: 20 };
/** Virtual milliseconds that are never over before a real server answers. */
const patient = 10_000_000;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A process with both plugins that use the store. Its time is virtual; Redis and its sockets are real. */
function processWith(opened: Opened, scripts: readonly Script[] = [{}], storeTimeout = 500) {
  const clock = virtualClock();
  const router = createRouter({
    targets: ['a', 'b'].map((id) => ({
      provider: scriptedProvider(id, id === 'a' ? scripts : [{}], clock),
      model: 'm',
      id,
      price: { input: 1, output: 1 },
    })),
    clock,
    store: redis(opened.client, { clock, timeout: 2 * storeTimeout }),
    plugins: [limits([{ usd: 1, per: 'month' }], { storeTimeout }), sharedHealth({ storeTimeout })],
  });
  const states: RouterEvent[] = [];
  router.on('store-state', (event) => states.push(event));
  return { router, clock, states };
}

/** Lets time pass, with room for the sockets, until something holds. */
async function until(
  holds: () => boolean | Promise<boolean>,
  ...clocks: readonly VirtualClock[]
): Promise<void> {
  while (!(await holds())) {
    for (let n = 0; n < 5; n++) await turn();
    for (const clock of clocks) await clock.advance(20);
  }
}

describe.skipIf(skipped)('a shared Redis', () => {
  let server: RedisServer;
  let opened: Opened;
  beforeAll(() => {
    if (reason !== undefined) throw new Error(reason);
  });
  beforeEach(async () => {
    server = await redisServer();
    opened = await ioredis(server.port);
  });
  afterEach(async () => {
    server.thaw();
    await opened.close();
    await server.stop();
  });

  const faults: Readonly<Record<string, (own: RedisServer) => unknown>> = {
    dies: (own) => own.kill(),
    freezes: (own) => own.freeze(),
    'is full': (own) => own.cli('config', 'set', 'maxmemory', '1'),
    'becomes a replica that is read-only': (own) => own.cli('replicaof', '127.0.0.1', '1'),
  };

  it.each(Object.entries(faults))(
    'that %s delays no request, and is reported as an event',
    async (_, fault) => {
      const { router, clock, states } = processWith(opened);
      await untilAnswered(router, clock);
      await fault(server);
      await until(
        () => states.some((event) => event.type === 'store-state' && event.plugin === 'limits'),
        clock,
      );
      expect(states[0]).toMatchObject({ state: 'away', store: 'redis' });
      for (let n = 0; n < 20; n++) {
        const before = clock.now();
        await router.chat(ask);
        expect(clock.now()).toBe(before);
      }
    },
  );

  it('that is unreachable from the start delays only the first request, by its timeout', async () => {
    await server.kill();
    const { router, clock } = processWith(opened);
    const before = clock.now();
    await untilAnswered(router, clock);
    expect(clock.now() - before).toBeLessThanOrEqual(520);
    const then = clock.now();
    await router.chat(ask);
    expect(clock.now()).toBe(then);
  });

  it('that returns is reported as an event, and receives what was learned meanwhile', async () => {
    const { router, clock, states } = processWith(opened);
    await untilAnswered(router, clock);
    server.freeze();
    await until(
      () => states.some((event) => event.type === 'store-state' && event.plugin === 'limits'),
      clock,
    );
    await router.chat(ask);
    server.thaw();
    await until(
      async () => (await heard()) && ['limits', 'shared-health'].every((plugin) => isBack(states, plugin)),
      clock,
    );
    const spent = router.budgets()[0]?.used ?? 0;
    await until(async () => (await heard()) && usedIn(server) === Math.round(spent * 1e6), clock);
  });

  it('that lost its data is sent again what was spent', async () => {
    const { router, clock } = processWith(opened, [{}], patient);
    await untilAnswered(router, clock);
    server.cli('flushall');
    await untilAnswered(router, clock);
    const spent = router.budgets()[0]?.used ?? 0;
    await until(() => usedIn(server) === Math.round(spent * 1e6), clock);
  });

  it('that holds foreign values under its keys delays no request', async () => {
    const { router, clock, states } = processWith(opened);
    await untilAnswered(router, clock);
    for (const key of server.cli('keys', '*').split('\n')) server.cli('set', key, 'no hash', 'px', '60000');
    await until(() => states.length > 1, clock);
    await router.chat(ask);
  });

  it('makes a second process respect a 429', async () => {
    const limited = { error: { kind: 'rate-limit', status: 429, retryAfter: 30_000 } } as const;
    const second = await ioredis(server.port);
    const [one, other] = [processWith(opened, [limited], patient), processWith(second, [{}], patient)];
    await untilAnswered(one.router, one.clock);
    await untilAnswered(other.router, other.clock);
    const stopped = async (): Promise<boolean> =>
      (await other.router.explain(ask)).skipped.some(({ target }) => target === 'a');
    await until(stopped, one.clock, other.clock);
    expect((await other.router.chat(ask)).target).toBe('b');
    await second.close();
  });

  /** The first request of a process waits for the store. */
  async function untilAnswered(router: { chat(request: typeof ask): Promise<unknown> }, clock: VirtualClock) {
    let answered = false;
    const asking = router.chat(ask).finally(() => {
      answered = true;
    });
    await until(() => answered, clock);
    await asking;
  }

  /** Waits until the server has answered what it was sent so far, so that no virtual time passes meanwhile. */
  async function heard(): Promise<true> {
    if ('call' in opened.client) await opened.client.call('ping');
    return true;
  }

  function isBack(states: readonly RouterEvent[], plugin: string): boolean {
    const last = states.findLast((event) => event.type === 'store-state' && event.plugin === plugin);
    return last === undefined || (last.type === 'store-state' && last.state === 'back');
  }

  function usedIn(own: RedisServer): number {
    const key = own.cli('keys', '*:share');
    return key === '' ? 0 : Number(own.cli('hget', key, 'used'));
  }
});
