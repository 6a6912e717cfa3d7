// One process of several that spend from one limit, until they are stopped or killed.
import { Redis } from 'ioredis';
import { createRouter, isRouterError, type Store } from '../../src/index.ts';
import { type Limit, limits } from '../../src/plugins/budgets/index.ts';
import { openaiCompatible } from '../../src/providers/openai-compatible/index.ts';
import { redis } from '../../src/stores/redis/index.ts';
import { sqlite } from '../../src/stores/sqlite/index.ts';
import { price } from './vendor.ts';

/** A worker's settings. */
export interface WorkerOrders {
  readonly vendor: string;
  /** The port of a Redis, or a file for SQLite; neither: no limit at all. */
  readonly redis?: number;
  readonly file?: string;
  readonly limit?: Limit;
  /** Milliseconds by which its wall clock is wrong. */
  readonly skew?: number;
  readonly callers: number;
  /** Milliseconds of pause of a caller that has been refused. */
  readonly pause: number;
}

/** What it reports when it is stopped. */
export interface WorkerReport {
  readonly answers: number;
  readonly refusals: number;
  /** Milliseconds of each call, of those that were answered and those that were refused. */
  readonly answered: readonly number[];
  readonly refused: readonly number[];
  /** Commands that went to the store. */
  readonly commands: number;
  readonly seconds: number;
}

const orders: WorkerOrders = JSON.parse(process.argv[2] ?? '');
const skew = orders.skew ?? 0;
let commands = 0;
const store = orders.limit === undefined ? undefined : counted(storeOf(orders));
const router = createRouter({
  targets: [
    {
      provider: openaiCompatible({ name: 'vendor', baseURL: orders.vendor, apiKey: 'none' }),
      model: 'm',
      price,
    },
  ],
  clock: {
    now: () => performance.now(),
    date: () => Date.now() + skew,
    after(ms, run) {
      const timer = setTimeout(run, Math.min(Math.max(0, ms), 2 ** 31 - 1));
      return () => clearTimeout(timer);
    },
  },
  ...(store === undefined ? {} : { store }),
  plugins: orders.limit === undefined ? [] : [limits([orders.limit])],
});

let stopped = false;
const answered: number[] = [];
const refused: number[] = [];
const startedAt = performance.now();

async function call(): Promise<void> {
  while (!stopped) {
    const from = performance.now();
    try {
      await router.chat({ prompt: 'What is the weather like?', maxOutputTokens: 60 });
      answered.push(performance.now() - from);
    } catch (error) {
      if (!isRouterError(error, 'budget')) {
        if (stopped) return;
        throw error;
      }
      refused.push(performance.now() - from);
      await new Promise((resolve) => setTimeout(resolve, orders.pause));
    }
    if (answered.length % 20 === 0 || refused.length % 5 === 0)
      process.send?.({ answers: answered.length, refusals: refused.length });
  }
}

process.on('message', async () => {
  stopped = true;
  const seconds = (performance.now() - startedAt) / 1_000;
  await all;
  await router.close();
  const report: WorkerReport = {
    answers: answered.length,
    refusals: refused.length,
    answered,
    refused,
    commands,
    seconds,
  };
  process.send?.({ report }, () => process.exit(0));
});
process.on('disconnect', () => process.exit(0));
const all = Promise.all(Array.from({ length: orders.callers }, call));

function storeOf({ redis: port, file }: WorkerOrders): Store {
  if (port === undefined) return sqlite(file ?? '');
  const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 100 });
  client.on('error', () => {});
  return redis(client);
}

function counted(real: Store): Store {
  return {
    ...real,
    lease(request) {
      commands += 1;
      return real.lease(request);
    },
    read(keys) {
      commands += 1;
      return real.read(keys);
    },
  };
}
