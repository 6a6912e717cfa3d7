import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isRouterError } from '../../errors.ts';
import { UsageError } from '../../simulator/usage-error.ts';
import { type RedisClient, redis } from '../../stores/redis/index.ts';
import { sqlite } from '../../stores/sqlite/index.ts';
import type { Store } from '../../types/store.ts';
import { isStore } from '../load-router.ts';

/** The location of the keys: one of the first three. */
export interface StoreFlags {
  readonly file?: string | undefined;
  readonly redis?: string | undefined;
  readonly module?: string | undefined;
  /** The prefix of keys in Redis. */
  readonly prefix?: string | undefined;
}

/** A store and a function that closes it. */
export interface OpenedStore {
  readonly store: Store;
  close(): Promise<unknown>;
}

/**
 * Opens the store of a router: a SQLite file, a Redis server by its address, or an export of a module, which is a store or a
 * Redis client.
 *
 * @param folder the project whose Redis client is used
 * @throws UsageError for wrong flags, a module without a store, and an address without a client
 */
export async function openStore(
  { file, redis: url, module, prefix }: StoreFlags,
  folder = process.cwd(),
): Promise<OpenedStore> {
  const given = [file, url, module].filter((each) => each !== undefined).length;
  if (given !== 1)
    throw new UsageError(
      'signalbox keys',
      'one of --file, --redis and --module',
      given === 0 ? 'none' : `${given}`,
    );
  if (prefix !== undefined && file !== undefined)
    throw new UsageError('--prefix', 'a store in Redis', '--file');
  if (file !== undefined) {
    const store = sqlite(file);
    return { store, close: async () => store.close?.() };
  }
  const options = prefix === undefined ? {} : { prefix };
  if (module !== undefined) return exported(module, options);
  const { client, end } = await connect(url ?? '', folder);
  const store = redis(client, options);
  return {
    store,
    async close() {
      await store.close?.();
      end();
    },
  };
}

/** The first export that is a store, or a client from which one is made. The application's own code connects it. */
async function exported(module: string, options: { readonly prefix?: string }): Promise<OpenedStore> {
  const found: Readonly<Record<string, unknown>> = await import(pathToFileURL(resolve(module)).href);
  for (const value of Object.values(found)) {
    const store = isStore(value) ? value : storeOver(value, options);
    if (store !== undefined) return { store, close: () => end(store, value) };
  }
  throw new UsageError(
    module,
    'an export that is a store or a Redis client',
    Object.keys(found).join(', ') || 'no export',
  );
}

async function end(store: Store, value: unknown): Promise<void> {
  await store.close?.();
  const client = value as { destroy?(): void; disconnect?(): void; close?(): unknown };
  if (client === store) return;
  if (client.destroy !== undefined) client.destroy();
  else if (client.disconnect !== undefined) client.disconnect();
  else await client.close?.();
}

function storeOver(value: unknown, options: { readonly prefix?: string }): Store | undefined {
  try {
    return redis(value as RedisClient, options);
  } catch (error) {
    if (isRouterError(error, 'config') && error.option === 'redis()') return undefined;
    throw error;
  }
}

interface Connected {
  readonly client: RedisClient;
  end(): void;
}

/** A client of the class `Redis` of ioredis and iovalkey. */
type CallClass = new (
  url: string,
  options: object,
) => RedisClient & {
  connect(): Promise<unknown>;
  disconnect(): void;
  on(event: 'error', listener: () => void): unknown;
};
type CreateClient = (options: object) => RedisClient & {
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: 'error', listener: () => void): unknown;
};

/** Connects with the client that is installed where the command runs. */
async function connect(url: string, folder: string): Promise<Connected> {
  if (!/^(redis|rediss|valkey|valkeys):\/\//.test(url))
    throw new UsageError('--redis', 'an address such as redis://localhost:6379', `'${hidden(url)}'`);
  const address = url.replace(/^valkey/, 'redis');
  for (const name of ['redis', 'ioredis', 'iovalkey']) {
    const library = await installed(name, folder);
    if (library === undefined) continue;
    try {
      return await (name === 'redis' ? byCreateClient(library, address) : byClass(library, address));
    } catch {
      // The client's error may contain the address and its password.
      throw new UsageError('--redis', `a Redis that answers ${name}`, `'${hidden(url)}', which does not`);
    }
  }
  throw new UsageError('--redis', 'one of the packages redis, ioredis and iovalkey in this project', 'none');
}

async function byCreateClient(library: Readonly<Record<string, unknown>>, url: string): Promise<Connected> {
  const create = library['createClient'] as CreateClient;
  const client = create({ url, socket: { reconnectStrategy: false } });
  client.on('error', () => {});
  await client.connect();
  return { client, end: () => client.destroy() };
}

async function byClass(library: Readonly<Record<string, unknown>>, url: string): Promise<Connected> {
  const Client = (library['Redis'] ?? library['default']) as CallClass;
  const client = new Client(url, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {});
  await client.connect();
  return { client, end: () => client.disconnect() };
}

async function installed(
  name: string,
  folder: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const own = createRequire(join(folder, 'package.json'));
  let path: string;
  try {
    path = own.resolve(name);
  } catch {
    return undefined;
  }
  return import(pathToFileURL(path).href);
}

/** The address without user and password. */
function hidden(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
