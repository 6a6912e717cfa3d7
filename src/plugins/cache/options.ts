import type { RequestContext } from '../../types/plugin.ts';
import type { Store } from '../../types/store.ts';
import { check, checkObject, refuse, show } from '../../util/option-check.ts';
import { amount } from '../../util/shape.ts';
import { checkSemantic, type SemanticOptions } from './semantic/options.ts';

/**
 * Which requests share entries: those of one tenant, those of one user of a tenant, or all. A request without a tenant, or
 * without a user, then has no entries.
 */
export type Scope = 'tenant' | 'user' | 'public';

/** Options of `cache`. */
export interface CacheOptions {
  /**
   * The storage of entries. The memory of this process holds them by default; a store shares them with other processes, and needs
   * `secret`.
   *
   * @default the router's `store` if it is shared, otherwise the memory of this process
   */
  readonly store?: Store;
  /**
   * Secret of the keys, the same in all processes that share a store. Keys are HMACs, so that the store cannot be probed for
   * prompts. The answers themselves are stored unencrypted.
   *
   * @default a random one, for entries in memory
   */
  readonly secret?: string;
  /** Prefix of keys in the store. @default 'cache' */
  readonly namespace?: string;
  /**
   * Which requests share entries, or a function that returns the name of the group that does; `undefined`: the request has no
   * entries. `'public'` shares answers between all tenants. Calls with keys of their own (`auth`) share entries only with calls
   * of the same keys, except with `'public'` or a function.
   *
   * @default 'tenant'
   */
  readonly scope?: Scope | ((context: RequestContext) => string | undefined);
  /** Milliseconds for which an entry is fresh, shortened at random by up to a tenth. @default 300,000 */
  readonly ttl?: number;
  /**
   * Milliseconds after `ttl` in which the answer to a chat or stream is still used, while a request in the background refreshes it.
   *
   * @default 0
   */
  readonly staleWhileRevalidate?: number;
  /** Maximum bytes of one entry; larger answers are not stored. @default 1 MiB */
  readonly maxEntryBytes?: number;
  /** Maximum bytes of all entries in memory; the least recently used are evicted first. @default 64 MiB */
  readonly maxBytes?: number;
  /** Whether answers that call tools are stored. @default false */
  readonly toolCalls?: boolean;
  /**
   * Highest `temperature` of requests that have entries. Requests that set none have them.
   *
   * @default 0
   */
  readonly temperature?: number;
  /** Milliseconds between the parts of a stored answer as a stream. @default 0 */
  readonly pace?: number;
  /**
   * Whether identical requests in flight share one answer. With a shared store, `wait` is the maximum number of
   * milliseconds to wait for the answer of another process.
   *
   * @default true, with a wait of 10,000
   */
  readonly coalesce?:
    | boolean
    | {
        /** Maximum milliseconds to wait for the answer of another process. @default 10,000 */
        readonly wait?: number;
      };
  /** Maximum milliseconds for an operation of the store. @default 100 */
  readonly storeTimeout?: number;
  /** Also answers questions that mean the same as an earlier one, on the routes that it names. @default none */
  readonly semantic?: SemanticOptions;
  /**
   * `'auto'` sets the vendors' own prompt cache markers (Anthropic's `cache_control`, OpenAI's `prompt_cache_breakpoint` and
   * `prompt_cache_key`) on routes where the reuse so far pays for them. A caller's own markers stay unchanged.
   *
   * @default no markers
   */
  readonly promptCache?: 'auto';
}

/** The call option `cache`, beside `false`, which neither reads nor stores. */
export interface CacheCallOptions {
  /** Milliseconds for which the entry is fresh. @default that of the cache */
  readonly ttl?: number;
  /** @default that of the cache */
  readonly scope?: Scope;
  /** Does not read an entry, but stores the new answer. @default false */
  readonly refresh?: boolean;
  /** Maximum age in milliseconds of an entry that answers this call. @default none */
  readonly maxAge?: number;
}

/** Options with their defaults. */
export interface Settings extends CacheOptions {
  readonly namespace: string;
  readonly scope: NonNullable<CacheOptions['scope']>;
  readonly ttl: number;
  readonly staleWhileRevalidate: number;
  readonly maxEntryBytes: number;
  readonly maxBytes: number;
  readonly toolCalls: boolean;
  readonly temperature: number;
  readonly pace: number;
  readonly coalesces: boolean;
  readonly wait: number;
  readonly storeTimeout: number;
}

const scopes: readonly unknown[] = ['tenant', 'user', 'public'];
const numbers = [
  'ttl',
  'staleWhileRevalidate',
  'maxEntryBytes',
  'maxBytes',
  'temperature',
  'pace',
  'storeTimeout',
] as const;

/** Checks the options and fills in defaults. Throws `ConfigError`. */
export function settingsOf(options: CacheOptions): Settings {
  const words = ['store', 'secret', 'namespace', 'scope', 'toolCalls', 'coalesce', 'semantic', 'promptCache'];
  checkObject('cache', options, [...numbers, ...words]);
  for (const name of numbers) check(`cache.${name}`, options[name], amount);
  checkSemantic(options.semantic, refuse);
  const { secret, namespace = 'cache', scope = 'tenant', toolCalls = false, coalesce = true } = options;
  if (secret !== undefined && (typeof secret !== 'string' || secret.length < 16))
    refuse(
      'cache.secret',
      'a secret of at least 16 characters',
      typeof secret === 'string' ? 'a shorter one' : show(secret),
    );
  if (typeof namespace !== 'string' || namespace === '') refuse('cache.namespace', 'a name', show(namespace));
  if (typeof scope !== 'function' && !scopes.includes(scope))
    refuse('cache.scope', "'tenant', 'user', 'public' or a function", show(scope));
  if (typeof toolCalls !== 'boolean') refuse('cache.toolCalls', 'true or false', show(toolCalls));
  if (options.promptCache !== undefined && options.promptCache !== 'auto')
    refuse('cache.promptCache', "'auto'", show(options.promptCache));
  if (typeof coalesce !== 'boolean') {
    checkObject('cache.coalesce', coalesce, ['wait']);
    check('cache.coalesce.wait', coalesce.wait, amount);
  }
  return {
    ...options,
    namespace,
    scope,
    toolCalls,
    ttl: options.ttl ?? 300_000,
    staleWhileRevalidate: options.staleWhileRevalidate ?? 0,
    maxEntryBytes: options.maxEntryBytes ?? 2 ** 20,
    maxBytes: options.maxBytes ?? 2 ** 26,
    temperature: options.temperature ?? 0,
    pace: options.pace ?? 0,
    coalesces: coalesce !== false,
    wait: (typeof coalesce === 'object' ? coalesce.wait : undefined) ?? 10_000,
    storeTimeout: options.storeTimeout ?? 100,
  };
}

/** The expected form of the call option `cache`; `undefined` if it is valid. */
export function expectedCallOption(value: unknown): string | undefined {
  if (value === false) return undefined;
  const expected = 'false, or an object with ttl, scope, refresh and maxAge';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return expected;
  const { ttl, scope, refresh, maxAge, ...others } = value as Readonly<Record<string, unknown>>;
  const isDuration = (ms: unknown): boolean => ms === undefined || (typeof ms === 'number' && ms >= 0);
  const isValid =
    Object.keys(others).length === 0 &&
    isDuration(ttl) &&
    isDuration(maxAge) &&
    (scope === undefined || scopes.includes(scope)) &&
    (refresh === undefined || typeof refresh === 'boolean');
  return isValid ? undefined : expected;
}
