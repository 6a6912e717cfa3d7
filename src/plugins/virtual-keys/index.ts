/**
 * Keys that a server hands out to its callers: each with a tenant, allowed models, limits and an expiry.
 *
 * @module keys
 */
import { ConfigError, RouterError } from '../../errors.ts';
import type { Clock } from '../../types/clock.ts';
import type { Store } from '../../types/store.ts';
import { systemClock } from '../../util/time/clock.ts';
import type { Limit } from '../budgets/index.ts';
import { checkKey, type KeyOptions, type KeyRecord } from './record.ts';
import { digestOf, newToken, publicPart, sameDigest } from './token.ts';

export type { Amount, CalendarUnit, Limit } from '../budgets/index.ts';
export type { KeyLimits, KeyOptions, KeyRecord } from './record.ts';

/** The options that a key gives its caller; a `Caller` of `toFetch`. */
export interface KeyCaller {
  /** The key's tenant. */
  readonly tenant: string;
  /** The key's user, if it has one. */
  readonly user?: string;
  /** The key's tags, if it has any. */
  readonly tags?: readonly string[];
  /** The values of `model` that it may use. Omitted: all. */
  readonly models?: readonly string[];
  /** `admin` may also read the reports of `toFetch`. */
  readonly role: 'admin' | 'caller';
  /** `key`: the public part. `keyLimits`: for `keyLimits()`. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Virtual keys in a store. */
export interface VirtualKeys {
  /**
   * Creates a key. The token is returned once and stored only as a hash.
   *
   * @throws ConfigError for invalid options
   */
  create(options: KeyOptions): Promise<{ readonly token: string; readonly key: KeyRecord }>;
  /** All keys, without their tokens, oldest first. */
  list(): Promise<readonly KeyRecord[]>;
  /** Changes a key, for example `{ disabled: true }`. Returns `undefined` if it does not exist. */
  update(
    id: string,
    changes: Partial<KeyOptions> & { readonly disabled?: boolean },
  ): Promise<KeyRecord | undefined>;
  /** Deletes a key. Does nothing if it does not exist. */
  delete(id: string): Promise<void>;
  /**
   * The function for `toFetch`'s option `token`. `undefined` for tokens that are unknown, disabled or expired. Answers are cached for
   * `cacheFor`, those for unknown tokens too; while the store is away, known tokens keep working.
   */
  readonly identify: (token: string) => Promise<KeyCaller | undefined>;
}

/** The options of `virtualKeys`. */
export interface VirtualKeysOptions {
  /** Milliseconds until a change of a key takes effect in other processes. @default 10,000 */
  readonly cacheFor?: number;
  /** A ledger that records each key that is created, changed or deleted. @default none */
  readonly audit?: KeyAudit;
  /** Who makes the changes, for the audit. @default 'virtualKeys' */
  readonly actor?: string;
  /** @default the runtime's clock */
  readonly clock?: Clock;
}

/** The ledger for changes of keys, from `signalbox/ledger`. It stores hashes of the states. */
export interface KeyAudit {
  /** Records one change. */
  audit(entry: {
    readonly actor: string;
    readonly action: string;
    readonly subject: string;
    readonly before?: unknown;
    readonly after?: unknown;
    readonly details: Readonly<Record<string, unknown>>;
  }): void;
}

const listKey = 'virtual-keys';
/** A store's values expire, which keys do not: a hundred years. */
const forever = 3_155_760_000_000;
/** Tokens to remember; the oldest are dropped first. */
const mostCached = 10_000;

/**
 * A server's own keys, such as `sk-sb-…`, in a persistent store: `sqlite()` or `redis()`. Callers send them like an OpenAI key.
 *
 * @throws ConfigError for invalid options
 * @example
 * const keys = virtualKeys(store);
 * const router = createRouter({ targets, store, plugins: [limits([...keyLimits(), { by: 'tenant', usd: 100, per: 'month' }])] });
 * const handler = toFetch(router, { token: keys.identify });
 */
export function virtualKeys(store: Store, options: VirtualKeysOptions = {}): VirtualKeys {
  const { cacheFor = 10_000, clock = systemClock } = options;
  const record = recorder(options);
  if (typeof store?.get !== 'function') throw new ConfigError('virtualKeys()', 'a store', typeof store);
  if (options.audit !== undefined && typeof options.audit?.audit !== 'function')
    throw new ConfigError('virtualKeys().audit', 'a ledger of signalbox/ledger', typeof options.audit);
  if (!(cacheFor >= 0)) throw new ConfigError('virtualKeys().cacheFor', 'milliseconds', String(cacheFor));
  const cache = new Map<string, { readonly key: KeyRecord | undefined; readonly at: number }>();

  const read = async (): Promise<{ keys: readonly KeyRecord[]; version: string | undefined }> => {
    const [found] = await store.get([listKey]);
    return { keys: found === undefined ? [] : JSON.parse(found.value), version: found?.version };
  };
  /** Writes only if no other process has written meanwhile. */
  const change = async <T>(apply: (keys: readonly KeyRecord[]) => [readonly KeyRecord[], T]): Promise<T> => {
    for (let tries = 0; tries < 20; tries++) {
      const { keys, version } = await read();
      const [next, result] = apply(keys);
      const onlyIf = version === undefined ? 'absent' : { version };
      const written = await store.set(listKey, JSON.stringify(next), { ttl: forever, onlyIf });
      cache.clear();
      if (written !== undefined) return result;
    }
    throw new RouterError('store', 'the keys are being changed by too many others');
  };
  const find = async (id: string): Promise<KeyRecord | undefined> => {
    const known = cache.get(id);
    if (known !== undefined && clock.now() - known.at < cacheFor) return known.key;
    let key: KeyRecord | undefined;
    try {
      key = (await read()).keys.find((each) => each.id === id);
    } catch (error) {
      if (known?.key === undefined) throw error;
      return known.key;
    }
    cache.delete(id);
    cache.set(id, { key, at: clock.now() });
    for (const oldest of cache.keys()) {
      if (cache.size <= mostCached) break;
      cache.delete(oldest);
    }
    return key;
  };

  return {
    async create(given) {
      const checked = checkKey(given);
      const { token, id } = newToken();
      const key = { ...checked, id, digest: await digestOf(token), createdAt: clock.date() };
      await change((keys) => [[...keys, key], undefined]);
      record('key.create', undefined, key);
      return { token, key };
    },
    list: async () => (await read()).keys,
    async update(id, { disabled, ...changes }) {
      const changed = await change<readonly [KeyRecord, KeyRecord] | undefined>((keys) => {
        const before = keys.find((each) => each.id === id);
        if (before === undefined) return [keys, undefined];
        const { digest, createdAt } = before;
        const next = {
          ...checkKey({ ...before, ...changes }),
          id,
          digest,
          createdAt,
          disabled: disabled ?? before.disabled ?? false,
        };
        return [keys.map((each) => (each === before ? next : each)), [before, next]];
      });
      if (changed !== undefined) record('key.change', ...changed);
      return changed?.[1];
    },
    async delete(id) {
      const removed = await change((keys) => [
        keys.filter((each) => each.id !== id),
        keys.find((each) => each.id === id),
      ]);
      record('key.delete', removed, undefined);
    },
    async identify(token) {
      const id = publicPart(token);
      if (id === undefined) return undefined;
      const [key, digest] = [await find(id), await digestOf(token)];
      if (key === undefined || !sameDigest(key.digest, digest)) return undefined;
      if (key.disabled === true || clock.date() >= (key.expiresAt ?? Number.POSITIVE_INFINITY))
        return undefined;
      return callerOf(key);
    },
  };
}

/** Records a change that has been written. */
function recorder({ audit, actor = 'virtualKeys' }: VirtualKeysOptions) {
  return (action: string, before: KeyRecord | undefined, after: KeyRecord | undefined): void => {
    const key = after ?? before;
    if (audit === undefined || key === undefined) return;
    const { id: subject, tenant } = key;
    const states = { ...(before && { before: stateOf(before) }), ...(after && { after: stateOf(after) }) };
    const changed = before && after ? changedFields(before, after) : undefined;
    audit.audit({ actor, action, subject, ...states, details: { tenant, ...(changed && { changed }) } });
  };
}

/** The fields that may be hashed: all except the token's digest. */
function stateOf({ digest: _, ...state }: KeyRecord): Omit<KeyRecord, 'digest'> {
  return state;
}

function changedFields(before: KeyRecord, after: KeyRecord): readonly string[] {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)] as (keyof KeyRecord)[]);
  return [...fields].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

function callerOf({ id, tenant, user, tags, models, role, limits }: KeyRecord): KeyCaller {
  return {
    tenant,
    role,
    ...(user === undefined ? {} : { user }),
    ...(tags === undefined ? {} : { tags }),
    ...(models === undefined ? {} : { models }),
    metadata: { key: id, ...(limits === undefined ? {} : { keyLimits: limits }) },
  };
}

/**
 * The limits of each key, by its field `limits`, for the plugin `limits()`.
 *
 * @example
 * plugins: [limits([...keyLimits(), { by: 'tenant', usd: 100, per: 'month' }])]
 */
export function keyLimits(): readonly Limit[] {
  const key: Limit['by'] = ({ metadata }) => {
    const { key } = metadata;
    return typeof key === 'string' ? key : undefined;
  };
  const amount =
    (name: string): NonNullable<Limit['usd']> =>
    (_, { metadata }) => {
      const own = (metadata['keyLimits'] as Readonly<Record<string, unknown>> | undefined)?.[name];
      return typeof own === 'number' ? own : undefined;
    };
  return [
    { name: 'key: usd per day', by: key, usd: amount('usdPerDay'), per: 'day' },
    { name: 'key: usd per month', by: key, usd: amount('usdPerMonth'), per: 'month' },
    { name: 'key: requests per minute', by: key, requests: amount('requestsPerMinute'), per: 'minute' },
    { name: 'key: concurrency', by: key, concurrency: amount('concurrency') },
  ];
}
