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
  /** Answers to others, before and while the tenant at its limit asks. */
  readonly othersBefore: readonly number[];
  readonly othersBeside: readonly number[];
  /** Commands to Redis a second while the tenant at its limit asks. */
  readonly commands: number;
}

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
  const router = createRouter({
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
  const timed = async (tenant: string): Promise<number> => {
    const from = performance.now();
    const error = await router.chat(ask, { tenant }).then(
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
  const others = async (): Promise<readonly number[]> =>
    (await Promise.all(['a', 'b', 'c', 'd'].map((tenant) => repeat(tenant, 5)))).flat();

  try {
    await router.chat(ask, { tenant: 'a' });
    await useUp(() => router.chat(ask, { tenant: 'poor' }));
    const before = commandsOf(server.cli('info', 'commandstats'));
    const alone = await repeat('poor', 2);
    const commands = (commandsOf(server.cli('info', 'commandstats')) - before) / (ms / 1_000);
    const othersBefore = await others();
    const [beside, othersBeside] = await Promise.all([repeat('poor', 2), others()]);
    return { alone, beside, othersBefore, othersBeside, commands };
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
