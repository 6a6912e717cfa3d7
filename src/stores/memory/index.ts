/**
 * A store in the memory of one process.
 *
 * @module memory
 */
import type { Clock } from '../../types/clock.ts';
import type { Change, Store, StoredValue } from '../../types/store.ts';
import { systemClock } from '../../util/time/clock.ts';
import { emptyShare, leaseFrom, type Share, settleIn } from '../shared/share.ts';

/** Options of `memory`. */
export interface MemoryStoreOptions {
  /**
   * Maximum bytes of values; the least recently used are evicted first.
   * @default 64 MiB
   */
  readonly maxBytes?: number;
  /**
   * The clock for expiry.
   * @default the runtime's clock
   */
  readonly clock?: Clock;
}

interface Kept<T> {
  readonly data: T;
  expiresAt: number;
}

const usualBytes = 64 * 2 ** 20;
/** Expired keys to look for with each write: more than a write adds, so that none stay forever. */
const sweep = 4;

/**
 * A store in the memory of this process: the default. Routers that receive the same store share it.
 *
 * @example
 * const store = memory({ maxBytes: 16 * 2 ** 20 });
 * const router = createRouter({ targets, store, plugins });
 */
export function memory({ maxBytes = usualBytes, clock = systemClock }: MemoryStoreOptions = {}): Store {
  const values = expiring<StoredValue>(clock);
  const knowledge = expiring<Map<string, number>>(clock);
  const shares = expiring<Share>(clock);
  const subscribers = new Map<string, Set<(message: string) => void>>();
  let bytes = 0;
  let versions = 0;

  const drop = (key: string): void => {
    const before = values.peek(key);
    if (before !== undefined) bytes -= sizeOf(key, before.data);
    values.delete(key);
  };
  const write = (key: string, value: string, ttl: number): string => {
    drop(key);
    const stored = { value, version: String(++versions) };
    bytes += sizeOf(key, stored);
    values.set(key, stored, ttl);
    for (const oldest of values.keys()) {
      if (bytes <= maxBytes) break;
      drop(oldest);
    }
    return stored.version;
  };

  return {
    name: 'memory',
    async get(keys) {
      return keys.map((key) => {
        const found = values.get(key);
        if (found === undefined) drop(key);
        else values.touch(key);
        return found;
      });
    },
    async set(key, value, { ttl, onlyIf }) {
      const before = values.get(key);
      if (onlyIf === 'absent' && before !== undefined) return undefined;
      if (typeof onlyIf === 'object' && before?.version !== onlyIf.version) return undefined;
      for (const expired of values.expired(sweep)) drop(expired);
      return write(key, value, ttl);
    },
    async delete(keys) {
      for (const key of keys) {
        drop(key);
        knowledge.delete(key);
        shares.delete(key);
      }
    },
    async publish(changes) {
      for (const expired of knowledge.expired(sweep)) knowledge.delete(expired);
      for (const change of changes) merge(knowledge, change);
    },
    async read(keys) {
      const entries = keys.map((key) => Object.fromEntries(knowledge.get(key) ?? []));
      return { now: clock.date(), entries };
    },
    async lease(request) {
      const { key, keep } = request;
      for (const expired of shares.expired(sweep)) shares.delete(expired);
      const share = shares.get(key) ?? emptyShare(clock.date());
      const lease = leaseFrom(share, request, clock.date());
      shares.set(key, share, keep);
      return lease;
    },
    async settle(settlement) {
      const share = shares.get(settlement.key);
      if (share !== undefined) settleIn(share, settlement);
    },
    async notify(channel, message) {
      for (const onMessage of subscribers.get(channel) ?? []) onMessage(message);
    },
    subscribe(channel, onMessage) {
      const own = (message: string): void => onMessage(message);
      const all = subscribers.get(channel) ?? new Set();
      subscribers.set(channel, all.add(own));
      return () => {
        all.delete(own);
        if (all.size === 0) subscribers.delete(channel);
      };
    },
  };
}

function merge(knowledge: Expiring<Map<string, number>>, { key, add = {}, max = {}, ttl }: Change): void {
  const fields = knowledge.get(key) ?? new Map<string, number>();
  for (const [field, by] of Object.entries(add)) fields.set(field, (fields.get(field) ?? 0) + by);
  for (const [field, value] of Object.entries(max))
    fields.set(field, Math.max(fields.get(field) ?? value, value));
  knowledge.set(key, fields, ttl, true);
}

/** Size in bytes: two per character, the maximum. */
function sizeOf(key: string, { value }: StoredValue): number {
  return 2 * (key.length + value.length);
}

/** Items by key that expire, in insertion order. */
interface Expiring<T> {
  /** The item, unless it has expired. */
  get(key: string): T | undefined;
  peek(key: string): Kept<T> | undefined;
  /** Marks the item as most recently used. */
  touch(key: string): void;
  /** `extend`: an existing later expiry is kept. */
  set(key: string, data: T, ttl: number, extend?: boolean): void;
  delete(key: string): void;
  keys(): Iterable<string>;
  /** Expired keys among the oldest few. */
  expired(most: number): readonly string[];
}

function expiring<T>(clock: Clock): Expiring<T> {
  const kept = new Map<string, Kept<T>>();
  const isOver = ({ expiresAt }: Kept<T>): boolean => expiresAt <= clock.date();
  return {
    get(key) {
      const found = kept.get(key);
      return found === undefined || isOver(found) ? undefined : found.data;
    },
    peek: (key) => kept.get(key),
    touch(key) {
      const found = kept.get(key);
      if (found === undefined) return;
      kept.delete(key);
      kept.set(key, found);
    },
    set(key, data, ttl, extend = false) {
      const before = kept.get(key);
      const expiresAt = clock.date() + ttl;
      const earlier = extend && before !== undefined && !isOver(before) ? before.expiresAt : 0;
      kept.delete(key);
      kept.set(key, { data, expiresAt: Math.max(expiresAt, earlier) });
    },
    delete: (key) => void kept.delete(key),
    keys: () => kept.keys(),
    expired(most) {
      const over: string[] = [];
      let looked = 0;
      for (const [key, each] of kept) {
        if (++looked > most) break;
        if (isOver(each)) over.push(key);
      }
      return over;
    },
  };
}
