/**
 * What processes share. The router and its plugins decide by what is in memory; a store is read and written in the background,
 * so that one that is slow, frozen or gone slows no request. Only a plugin's `lookup` may wait for it, within its time limit.
 *
 * There are three kinds of data, each with the operations that stay correct whatever the order in which processes write:
 *
 * - **values** (`get`, `set`, `delete`): opaque strings with a time to live, written unconditionally or compare-and-set;
 * - **knowledge** (`publish`, `read`): integers that merge, by adding or by keeping the largest;
 * - **shares** (`lease`, `settle`): integer amounts of which no more is given out than there is.
 *
 * Each operation is one round trip and atomic, so that Redis runs it as one script, SQLite as one transaction, and a Durable
 * Object as one turn. There is no general transaction: not every store could run one without a lock. All figures are integers
 * (money in micro-US$), because scripts truncate or round fractions. Keys are built of names and hashes: never of prompts, of the
 * keys of vendors, or of plain names of users.
 *
 * A store rejects when it cannot be reached; whoever calls it limits the wait.
 *
 * @example
 * const router = createRouter({ targets, store: memory(), plugins: [budgets()] });
 */
export interface Store {
  /** For events and errors: `memory`, `redis` … */
  readonly name: string;

  /** Reads values, in the order of the keys; `undefined` for those that are not there or have expired. */
  get(keys: readonly string[]): Promise<readonly (StoredValue | undefined)[]>;
  /**
   * Writes a value. Resolves with its new version, or with `undefined` where `onlyIf` does not hold and nothing is written.
   *
   * @example
   * await store.set('job/7', JSON.stringify(job), { ttl: 86_400_000, onlyIf: 'absent' });
   */
  set(key: string, value: string, options: SetOptions): Promise<string | undefined>;
  /** Deletes values, knowledge and shares of these keys. */
  delete(keys: readonly string[]): Promise<void>;

  /** Merges what this process has learned into what others know. */
  publish(changes: readonly Change[]): Promise<void>;
  /** Reads what all processes have published, in the order of the keys; an empty record for those that are not there. */
  read(keys: readonly string[]): Promise<Knowledge>;

  /**
   * Takes a part of an amount, to be used up without asking again; and settles the part taken before by the same holder, of which
   * nothing is left afterwards. Repeating a call (the same `sequence`) changes nothing and gives the same answer, so a caller that
   * got no answer asks again. A store that has lost its data learns from the running total `used` what the holder has used.
   */
  lease(request: LeaseRequest): Promise<Lease>;
  /** Gives the unused rest of a holder's part back. For the end of a process; a part that is never settled counts as used. */
  settle(settlement: Settlement): Promise<void>;

  /** Sends a message to all subscribers. They may miss it: it is a reason to `read` sooner, and nothing must depend on it. */
  notify?(channel: string, message: string): Promise<void>;
  /** Calls `onMessage` with each message. Returns the function that ends this. */
  subscribe?(channel: string, onMessage: (message: string) => void): () => void;

  /** Lets go of what the store itself has opened. Called by nothing but the application: stores may serve several routers. */
  close?(): Promise<void>;
}

/** A value, with what is needed to replace exactly this one. */
export interface StoredValue {
  readonly value: string;
  /** Differs from that of any earlier value of the key. */
  readonly version: string;
}

export interface SetOptions {
  /** Milliseconds until the value expires. */
  readonly ttl: number;
  /** `absent`: only where the key has no value. `{ version }`: only where it still has this one. Default: always. */
  readonly onlyIf?: 'absent' | { readonly version: string };
}

/** One contribution to what processes know. */
export interface Change {
  readonly key: string;
  /** By field: added to what is there. For counts. */
  readonly add?: Readonly<Record<string, number>>;
  /** By field: kept if it is larger than what is there. For moments, such as the end of a cooldown. */
  readonly max?: Readonly<Record<string, number>>;
  /** Milliseconds until the whole key expires, unless it is published again: an expiry is put off, never brought forward. */
  readonly ttl: number;
}

/** What processes know together. */
export interface Knowledge {
  /** The store's own time: milliseconds since 1970. Moments in a store are on this scale, since the clocks of processes differ. */
  readonly now: number;
  readonly entries: readonly Readonly<Record<string, number>>[];
}

/** Asks for a part of an amount that processes share. All figures are integers of the amount's own unit. */
export interface LeaseRequest {
  /** What is shared; it holds the period, such as `budget/4f1c/2026-11`, so that nothing has to be reset. */
  readonly key: string;
  /**
   * Which process asks: a name used by no other. A store may forget a holder ten minutes after its part has expired; a process that was
   * away for so long comes back under another name, with `used` from 0 on.
   */
  readonly holder: string;
  /** Counts a holder's calls for this key, from 1 on. A call that is not above the last one is a repetition of it. */
  readonly sequence: number;
  /** All that there is. A lower or higher limit than before takes effect at once. */
  readonly limit: number;
  /** How much to get at most; 0 only settles. */
  readonly want: number;
  /**
   * How much the holder has used of the amount so far: a running total over all its parts, so that a lost or repeated call changes
   * nothing. More than was granted is booked all the same.
   */
  readonly used: number;
  /** Milliseconds until the part expires. */
  readonly ttl: number;
  /**
   * What an expired part counts as: `used`, so that a crashed process never leads to more than the limit (budgets); or `returned`,
   * where a process that is gone no longer uses anything (concurrency). Default: `used`.
   */
  readonly expired?: 'used' | 'returned';
  /** Milliseconds in which as much as `limit` comes back, continuously: for limits per minute. Default: nothing comes back. */
  readonly refill?: number;
  /** Milliseconds until the key is forgotten, from now on: at least to the end of its period and of late settlements. */
  readonly keep: number;
}

/** A part of an amount. */
export interface Lease {
  /**
   * How much the holder may use, 0 included: at most `want`, and an equal share of what is free among the holder and the others
   * that hold a part, but at least 1 where anything is free.
   */
  readonly granted: number;
  /** What has been used by all, expired parts included. */
  readonly used: number;
  /** What the others hold. */
  readonly held: number;
  /** How many others hold a part. */
  readonly holders: number;
  /** The store's own time: milliseconds since 1970. */
  readonly now: number;
}

/** The end of a part. */
export interface Settlement extends Pick<LeaseRequest, 'key' | 'holder' | 'sequence' | 'used'> {}
