/**
 * State shared by processes. The router and its plugins decide from memory and use the store in the background, so that a slow,
 * frozen or unreachable store slows no request. Only a plugin's `lookup` may wait for it, within its timeout.
 *
 * There are three kinds of data. Their operations are correct in whatever order processes write:
 *
 * - **values** (`get`, `set`, `delete`): opaque strings with a time to live, written unconditionally or by compare-and-set;
 * - **knowledge** (`publish`, `read`): integers that merge by sum or maximum;
 * - **shares** (`lease`, `settle`): integer amounts that are never handed out beyond their limit.
 *
 * Each operation is atomic and one round trip: one script in Redis, one transaction in SQLite, one turn of a Durable Object. There
 * is no general transaction, because not every store supports one without locks. All numbers are integers (money in micro-US$),
 * because scripts truncate fractions. Keys consist of names and hashes, never of prompts, vendor keys or plain user names.
 *
 * A store rejects when it is unreachable; its caller limits the wait.
 *
 * @example
 * const router = createRouter({ targets, store: memory(), plugins: [budgets()] });
 */
export interface Store {
  /** For events and errors: `memory`, `redis` … */
  readonly name: string;
  /**
   * Milliseconds between two exchanges of money that suit it, unless the application sets another interval. A store on the same
   * machine can be asked more often than one that many machines share, and then a crashed process leaves less unsettled.
   *
   * @default 1,000
   */
  readonly interval?: number;

  /** Reads values, in the order of the keys; `undefined` for missing or expired ones. */
  get(keys: readonly string[]): Promise<readonly (StoredValue | undefined)[]>;
  /**
   * Writes a value. Resolves with its new version, or with `undefined` if `onlyIf` does not hold and nothing was written.
   *
   * @example
   * await store.set('job/7', JSON.stringify(job), { ttl: 86_400_000, onlyIf: 'absent' });
   */
  set(key: string, value: string, options: SetOptions): Promise<string | undefined>;
  /** Deletes the values, knowledge and shares of the keys. */
  delete(keys: readonly string[]): Promise<void>;

  /** Merges this process's changes into the shared knowledge. */
  publish(changes: readonly Change[]): Promise<void>;
  /** Reads the shared knowledge, in the order of the keys; an empty record for missing keys. */
  read(keys: readonly string[]): Promise<Knowledge>;

  /**
   * Leases a part of an amount for local use, and settles the holder's previous lease, which ends. A repeated call (the same
   * `sequence`) changes nothing and returns the same lease, so a caller without a response can retry. Because `used` is a running
   * total, the next call also makes up for a call that was lost; `last` makes up for a store that lost its data.
   */
  lease(request: LeaseRequest): Promise<Lease>;
  /** Returns the unused rest of a holder's lease when its process ends. A lease that is never settled counts as used. */
  settle(settlement: Settlement): Promise<void>;

  /** Sends a message to all subscribers. Delivery is not guaranteed: use it only as a hint to `read` sooner. */
  notify?(channel: string, message: string): Promise<void>;
  /** Calls `onMessage` with each message. Returns a function that ends the subscription. */
  subscribe?(channel: string, onMessage: (message: string) => void): () => void;

  /** Releases what the store has opened. Only the application calls it, because a store may serve several routers. */
  close?(): Promise<void>;
}

/** A value with its version. */
export interface StoredValue {
  /** The text that was stored. */
  readonly value: string;
  /** Unique among all values of the key. */
  readonly version: string;
}

/** Options of `Store.set`. */
export interface SetOptions {
  /** Milliseconds until the value expires. */
  readonly ttl: number;
  /** `absent`: only if the key has no value. `{ version }`: only if it still has this version. @default always */
  readonly onlyIf?:
    | 'absent'
    | {
        /** The version that the key must still have. */
        readonly version: string;
      };
}

/** One change to the shared knowledge. */
export interface Change {
  /** Key of the entry that changes. */
  readonly key: string;
  /** Amounts to add, by field. For counts. */
  readonly add?: Readonly<Record<string, number>>;
  /** Values to keep if larger, by field. For moments, such as the end of a cooldown. */
  readonly max?: Readonly<Record<string, number>>;
  /** Milliseconds until the key expires. Publishing again can extend the expiry but never shorten it. */
  readonly ttl: number;
}

/** The shared knowledge. */
export interface Knowledge {
  /** The store's time in milliseconds since 1970. Moments in a store use this clock, because clocks of processes differ. */
  readonly now: number;
  /** An entry for each key that was asked for, in the same order, by field; empty for unknown keys. */
  readonly entries: readonly Readonly<Record<string, number>>[];
}

/** A request for a part of a shared amount. All numbers are integers in the amount's own unit. */
export interface LeaseRequest {
  /** The key of the amount. It includes the period, such as `budget/4f1c/2026-11`, so that nothing needs a reset. */
  readonly key: string;
  /**
   * The process: a unique name. A store may forget a holder ten minutes after its lease expired; a process that was away for longer
   * uses a new name, with `used` from 0.
   */
  readonly holder: string;
  /** Number of the holder's call for this key, from 1. A call that is not above the last one counts as its repetition. */
  readonly sequence: number;
  /** The total amount. A changed limit takes effect immediately. */
  readonly limit: number;
  /** Maximum amount to lease; 0 only settles. */
  readonly want: number;
  /**
   * Total amount that the holder has used so far, over all of its leases. More than was granted is booked too.
   */
  readonly used: number;
  /**
   * The part of the previous lease that is still in use. The new lease holds at least this much, whatever else is free.
   *
   * @default 0
   */
  readonly reserved?: number;
  /**
   * The smallest useful lease. Where less is free, only `reserved` is granted; where more is, it takes precedence over equal shares.
   *
   * @default 1
   */
  readonly least?: number;
  /** Milliseconds until the lease expires. */
  readonly ttl: number;
  /**
   * What an expired lease counts as. `used`: a crashed process never leads to overspending (budgets). `returned`: a process that is
   * gone uses nothing (concurrency, where what is in use is `reserved`). @default 'used'
   */
  readonly expired?: 'used' | 'returned';
  /** Milliseconds in which `limit` is refilled, continuously, for rate limits. @default no refill */
  readonly refill?: number;
  /** Milliseconds to keep the key: at least until the end of its period plus late settlements. */
  readonly keep: number;
  /** What the holder knows from its last lease, in case the store has lost data since then. @default nothing */
  readonly last?: LastLease;
}

/**
 * What a holder knows of an amount. The store has lost data if it has another `record` of the amount, or if `sequence` skips a
 * number. Then it does not book `used`, but restores the total: to the largest `used` that a holder reports, plus
 * each holder's `usedSince`. From the first such report, it grants nothing but `reserved` for `pause` milliseconds, because it does
 * not know what the other holders have leased.
 */
export interface LastLease extends Pick<Lease, 'record' | 'used'> {
  /** Used by the holder since that lease was granted. */
  readonly usedSince: number;
  /** Milliseconds in which all holders ask again. */
  readonly pause: number;
}

/** A granted part of an amount. */
export interface Lease {
  /**
   * The amount that the holder may use; may be 0. At most `want`, and at most an equal share of the free amount among all holders,
   * but at least 1 if any is free.
   */
  readonly granted: number;
  /** Amount used by all, including expired leases. */
  readonly used: number;
  /** Amount leased by other holders. */
  readonly held: number;
  /** Number of other holders with a lease. */
  readonly holders: number;
  /** A number that identifies the store's record of the amount. One that is made again, after a loss of data, has another number. */
  readonly record: number;
  /** Set after a loss of data: until when nothing but `reserved` is granted, on the store's clock. */
  readonly recoversAt?: number;
  /** The store's time in milliseconds since 1970. */
  readonly now: number;
}

/** The end of a lease. */
export interface Settlement extends Pick<LeaseRequest, 'key' | 'holder' | 'sequence' | 'used'> {}

/** One piece of knowledge about a target, in a form that merges with other processes' knowledge. */
export interface Replica {
  /** Its changes are bad news, which others should not learn only at their next exchange. @default false */
  readonly urgent?: boolean;
  /** The keys to read: equal in all processes with the same targets. Moments are on the scale of `now`. */
  keys(now: number): readonly string[];
  /** What was learned since the last call. */
  changes(now: number): readonly Change[];
  /** Absorbs the combined knowledge of all processes: an entry for each of the last `keys`. */
  absorb(entries: readonly Readonly<Record<string, number>>[], now: number): void;
}
