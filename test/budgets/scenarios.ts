import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Limit } from '../../src/plugins/budgets/index.ts';
import { seededRandom } from '../../src/testing/index.ts';
import { type RedisServer, redisServer } from '../support/redis-server.ts';
import { type Crew, crew } from './crew.ts';
import { billingVendor } from './vendor.ts';
import type { WorkerOrders, WorkerReport } from './worker.ts';

/** One way to try to make processes spend more than they may. */
export interface Scenario {
  readonly name: string;
  readonly processes: number;
  /** US$. */
  readonly usd: number;
  readonly limit?: Partial<Limit>;
  /** Milliseconds after which the store counts as away. Default: that of the plugin */
  readonly storeTimeout?: number;
  /** Milliseconds by which the wall clock of each process is wrong. */
  readonly skew?: (index: number) => number;
  readonly store: 'redis' | 'sqlite' | 'none';
  /** What happens while they spend; until the end of it, or of the money. */
  happen(scene: Scene): Promise<void>;
}

export interface Scene {
  readonly crew: Crew;
  /** Undefined where the store is another one. */
  readonly server: RedisServer | undefined;
  readonly random: () => number;
  /** How many have been killed. */
  killed: number;
}

export interface Result {
  readonly scenario: Scenario;
  /** US$ that the vendor billed. */
  readonly billed: number;
  /** Periods that have begun, each with the whole limit. */
  readonly periods: number;
  readonly killed: number;
  readonly reports: readonly WorkerReport[];
}

const callers = 4;
const pause = 60;
/** Refusals of each process until the money is used up for sure: two seconds, in which others return what they have leased. */
const enough = 120;

/** Plays a scenario with real processes, sockets and stores. */
export async function play(scenario: Scenario): Promise<Result> {
  const vendor = await billingVendor({ delay: [5, 30] });
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always'];
  const server = scenario.store === 'redis' ? await redisServer(...durable) : undefined;
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-budgets-'));
  const limit: Limit = { usd: scenario.usd, per: 'month', storeAway: 'closed', ...scenario.limit };
  const startedAt = Date.now();
  const own = crew(
    scenario.processes,
    (index): WorkerOrders => ({
      vendor: vendor.url,
      ...(server === undefined ? {} : { redis: server.port }),
      ...(scenario.store === 'sqlite' ? { file: join(folder, 'store.db') } : {}),
      ...(scenario.store === 'none' ? {} : { limit }),
      ...(scenario.storeTimeout === undefined ? {} : { storeTimeout: scenario.storeTimeout }),
      skew: scenario.skew?.(index) ?? 0,
      callers,
      pause,
    }),
  );
  const scene: Scene = { crew: own, server, random: seededRandom(7), killed: 0 };
  try {
    await scenario.happen(scene);
    const reports = await own.stop();
    const length = typeof limit.per === 'number' ? limit.per : undefined;
    const periods =
      length === undefined ? 1 : Math.floor(Date.now() / length) - Math.floor(startedAt / length) + 1;
    return { scenario, billed: vendor.billed / 1e9, periods, killed: scene.killed, reports };
  } finally {
    await vendor.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Kills one process after the other, each after so many milliseconds at most, until the money is used up. */
export async function killUntilRefused(scene: Scene, processes: number, most: number): Promise<void> {
  let over = false;
  const all = scene.crew.refused(enough).then(() => {
    over = true;
  });
  for (let index = 0; !over && scene.killed < 20; index = (index + 1) % processes) {
    await Promise.race([all, sleep(most * (0.3 + 0.7 * scene.random()))]);
    if (over) break;
    scene.crew.replace(index);
    scene.killed += 1;
  }
  await all;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const minutes = 60_000;
const eight = { processes: 8, usd: 40, store: 'redis' } as const;

export const scenarios: readonly Scenario[] = [
  { ...eight, name: 'nothing goes wrong', happen: ({ crew: own }) => own.refused(enough) },
  {
    ...eight,
    name: '`kill -9` of one process after the other',
    happen: (scene) => killUntilRefused(scene, 8, 3_000),
  },
  {
    ...eight,
    name: 'wall clocks that are wrong by up to five minutes, a limit for each 10 s',
    usd: 8,
    limit: { per: 10_000 },
    skew: (index) => (index - 4) * 1.25 * minutes,
    happen: () => sleep(25_000),
  },
  {
    ...eight,
    name: 'Redis frozen for ten seconds (`closed`)',
    async happen({ crew: own, server }) {
      await own.answered(300);
      server?.freeze();
      await sleep(10_000);
      server?.thaw();
      await sleep(3_000);
      await own.refused(enough);
    },
  },
  {
    ...eight,
    name: 'Redis killed and restarted',
    async happen({ crew: own, server }) {
      for (const answers of [200, 500]) {
        await own.answered(answers);
        await server?.kill();
        await sleep(500);
        await server?.restart();
      }
      await sleep(3_000);
      await own.refused(30);
    },
  },
  {
    ...eight,
    name: 'Redis flushed: its data is lost',
    async happen({ crew: own, server }) {
      await own.answered(700);
      server?.cli('flushall');
      await sleep(5_000); // while processes book again, all are refused
      await own.refused(enough);
    },
  },
  {
    name: 'SQLite, four processes, `kill -9` of one after the other',
    processes: 4,
    usd: 40,
    store: 'sqlite',
    happen: (scene) => killUntilRefused(scene, 4, 3_000),
  },
];
