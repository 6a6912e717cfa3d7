import { Redis } from 'ioredis';
import { createRouter, isRouterError } from '../../src/index.ts';
import { limits } from '../../src/plugins/budgets/index.ts';
import { openaiCompatible } from '../../src/providers/openai-compatible/index.ts';
import { redis } from '../../src/stores/redis/index.ts';
import { redisServer } from '../support/redis-server.ts';
import { billingVendor, price } from './vendor.ts';

/** Milliseconds of each refusal, and of each answer to other tenants. */
export interface AtLimit {
  /** While nothing else happens. */
  readonly alone: readonly number[];
  /** While other tenants get answers. */
  readonly beside: readonly number[];
  /** Each the first of a process that has just started and warmed up. */
  readonly first: readonly number[];
  /** Each the first of a process that has not. */
  readonly cold: readonly number[];
  /** Answers to others, before and while the tenant at its limit asks. */
  readonly othersBefore: readonly number[];
  readonly othersBeside: readonly number[];
  /** Commands to Redis a second while the tenant at its limit asks. */
  readonly commands: number;
}

/** Processes that start. */
const starts = 50;
const ask = { prompt: 'What is the weather like?', maxOutputTokens: 60 };

/**
 * How long a tenant at its limit waits for its refusals, and whether others notice: one process, a real Redis and real sockets.
 *
 * @param ms of each of the three parts
 */
export async function atLimit(ms: number): Promise<AtLimit> {
  const vendor = await billingVendor({ delay: [5, 30] });
  const server = await redisServer();
  const client = new Redis({ port: server.port, host: '127.0.0.1' });
  const start = () =>
    createRouter({
      targets: [
        {
          provider: openaiCompatible({ name: 'vendor', baseURL: vendor.url, apiKey: 'none' }),
          model: 'm',
          price,
        },
      ],
      store: redis(client),
      plugins: [limits([{ by: 'tenant', usd: (tenant) => (tenant === 'poor' ? 0.5 : 1e6), per: 'month' }])],
    });
  const router = start();
  const timed = async (tenant: string, at = router): Promise<number> => {
    const from = performance.now();
    const error = await at.chat(ask, { tenant }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error !== undefined && !isRouterError(error, 'budget')) throw error;
    if ((error !== undefined) !== (tenant === 'poor')) throw new Error('the wrong tenant has been refused');
    return performance.now() - from;
  };
  /** One call after the other, with a short pause, until the time is over. */
  const repeat = async (tenant: string, pause: number): Promise<readonly number[]> => {
    const times: number[] = [];
    for (const end = performance.now() + ms; performance.now() < end; ) {
      times.push(await timed(tenant));
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    return times;
  };
  /** The first refusals of routers that start one after the other. */
  const firsts = async (warm: boolean): Promise<readonly number[]> => {
    const times: number[] = [];
    for (let n = 0; n < starts; n++) {
      const fresh = start();
      if (warm) await fresh.warmup();
      times.push(await timed('poor', fresh));
      await fresh.close();
    }
    return times;
  };
  const others = async (): Promise<readonly number[]> =>
    (await Promise.all(['a', 'b', 'c', 'd'].map((tenant) => repeat(tenant, 5)))).flat();

  try {
    await router.chat(ask, { tenant: 'a' });
    await useUp(() => router.chat(ask, { tenant: 'poor' }));
    const before = commandsOf(server.cli('info', 'commandstats'));
    const alone = await repeat('poor', 2);
    const commands = (commandsOf(server.cli('info', 'commandstats')) - before) / (ms / 1_000);
    const [first, cold] = [await firsts(true), await firsts(false)];
    const othersBefore = await others();
    const [beside, othersBeside] = await Promise.all([repeat('poor', 2), others()]);
    return { alone, beside, first, cold, othersBefore, othersBeside, commands };
  } finally {
    await router.close();
    client.disconnect();
    await server.stop();
    await vendor.close();
  }
}

async function useUp(call: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await call();
    } catch (error) {
      if (isRouterError(error, 'budget')) return;
      throw error;
    }
  }
}

function commandsOf(info: string): number {
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(info)?.[1] ?? 0);
}
