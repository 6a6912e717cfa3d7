import type { Charge } from './types.ts';

/**
 * The dimension that a query groups by. `hour` and `day` are those of the query's time zone. `promptCache` is `hit` or the reason
 * of a miss; rows without this information are in none of its groups.
 */
export type LedgerDimension =
  | 'day'
  | 'hour'
  | 'tenant'
  | 'user'
  | 'tag'
  | 'route'
  | 'target'
  | 'provider'
  | 'model'
  | 'operation'
  | 'promptCache';

/** Which rows a query reads. All fields together apply. */
export interface LedgerFilter {
  /** Milliseconds since 1970, or a day such as `2026-11-28`. Rounded down to a quarter of an hour. */
  readonly from?: number | string;
  /** The first moment, or day, that is no longer included. Rounded up to a quarter of an hour. */
  readonly to?: number | string;
  /** Only these values; `null` stands for requests without one. */
  readonly where?: Readonly<
    Partial<Record<Exclude<LedgerDimension, 'day' | 'hour'>, string | null | readonly (string | null)[]>>
  >;
  /** IANA name of the time zone of days. @default that of the ledger */
  readonly timeZone?: string;
}

/**
 * @example
 * { from: '2026-11-01', by: ['day', 'tenant'], where: { route: 'chat' }, timeZone: 'Europe/Berlin' }
 */
export interface LedgerQuery extends LedgerFilter {
  /** @default [] which makes one group of everything */
  readonly by?: readonly LedgerDimension[];
  /**
   * Whether to return latencies. They are fast to read by day (of the ledger's own time zone), route, target, provider, model and
   * operation; by anything else, all rows are read.
   *
   * @default false
   */
  readonly latency?: boolean;
}

/** The sums of one group. A tag's group holds all requests with that tag, so groups by tag overlap. */
export interface LedgerGroup {
  /** The values that were grouped by; `null` where there is none. A day is `2026-11-28`, an hour `2026-11-28T13`. */
  readonly key: Readonly<Partial<Record<LedgerDimension, string | null>>>;
  /** Requests, without mirrored copies. A request belongs to the target that answered, otherwise to the last one. */
  readonly requests: number;
  /** Requests that were answered. */
  readonly succeeded: number;
  /** Requests that ended with an error. */
  readonly failed: number;
  /** Requests whose caller left before the end. */
  readonly aborted: number;
  /** Requests that were answered after an attempt had failed. */
  readonly failovers: number;
  /** Requests that a plugin's `lookup` answered. */
  readonly cached: number;
  /** Attempts, mirrored ones included. */
  readonly attempts: number;
  /** Attempts that failed. */
  readonly failedAttempts: number;
  /** Attempts that were started beside a slow one. */
  readonly hedges: number;
  /** Attempts of mirrored copies. */
  readonly mirrors: number;
  /** Attempts that are or may be billed but have no known price. */
  readonly unpriced: number;
  /** Attempts whose cost is an estimate. */
  readonly estimated: number;
  /** Tokens of billed attempts, as `Usage` counts them. */
  readonly tokens: {
    /** All input tokens, those of the cache included. */
    readonly input: number;
    /** All output tokens, reasoning included. */
    readonly output: number;
    /** Input tokens that were read from the vendor's prompt cache. */
    readonly cacheRead: number;
    /** Input tokens that were written to the vendor's prompt cache. */
    readonly cacheWrite: number;
    /** Output tokens that were reasoning. */
    readonly reasoning: number;
  };
  /**
   * The vendors' prompt caches, if `cache({ promptCache: 'auto' })` observes them. For the kinds of misses, group by
   * `promptCache`.
   */
  readonly promptCache: {
    /** Answers of which a part of the prompt was read from the cache. */
    readonly hits: number;
    /** Answers without any read from the cache. */
    readonly misses: number;
    /** US$ that reads saved, less the surcharge of writes, of answers whose price is known. Already left out of `cost`. */
    readonly saved: number;
  };
  /** US$ by purpose, exact to a billionth. */
  readonly cost: Readonly<Record<Exclude<Charge, 'cached'>, number>> & {
    /** The total. */
    readonly total: number;
    /** The saved cost of cached answers. Not part of the total. */
    readonly saved: number;
  };
  /** Of answered requests, with `latency: true`. */
  readonly latency: LatencySummary | undefined;
}

/** Milliseconds, within 10 %; `undefined` without samples. */
export interface LatencySummary {
  /** From the call to its end. */
  readonly request: Quantiles | undefined;
  /** From the call to its first token. Streams only. */
  readonly firstToken: Quantiles | undefined;
  /** Duration of the attempt that became the answer. */
  readonly attempt: Quantiles | undefined;
  /** Time to the first token of the attempt that became the answer. Streams only. */
  readonly attemptFirstToken: Quantiles | undefined;
}

/** A distribution of latencies. */
export interface Quantiles {
  /** Number of samples. */
  readonly count: number;
  /** The median, in milliseconds. */
  readonly p50: number;
  /** The 95th percentile, in milliseconds. */
  readonly p95: number;
  /** The 99th percentile, in milliseconds. */
  readonly p99: number;
}
