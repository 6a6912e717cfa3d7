import type { AttemptSummary } from '../../types/result/result.ts';
import type { Cost, Usage } from '../../types/result/usage.ts';
import type { AuditRecord, Charge, LedgerRecord, RecordedContent, RecordedDecision } from './types.ts';

/** One row: an attempt; or a request without one, which a plugin answered, or which failed before. */
export interface LedgerRow {
  /** The process that wrote it, and the row's place in its chain, from 1 on. */
  readonly chain: string;
  readonly seq: number;
  /** When the request was made, in milliseconds since 1970. */
  readonly at: number;
  readonly requestId: string;
  readonly operation: string;
  readonly requestOutcome: 'success' | 'failed' | 'aborted';
  /** The row that stands for its request: the answer, else the last attempt. */
  readonly main: boolean;
  /** The request was answered after an attempt had failed. */
  readonly failover: boolean;
  /** Which row of the request it is, from 1 on, and how many attempts the request made; 0 where it made none. */
  readonly row: number;
  readonly attempts: number;
  readonly charge: Charge;
  readonly outcome: AttemptSummary['outcome'] | null;
  readonly billed: AttemptSummary['billed'];
  readonly hedge: boolean;
  readonly mirror: boolean;
  readonly route: string | null;
  readonly target: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly key: number | null;
  readonly tenant: string | null;
  readonly user: string | null;
  readonly session: string | null;
  readonly tags: readonly string[];
  readonly responseId: string | null;
  readonly responseModel: string | null;
  readonly serviceTier: string | null;
  readonly region: string | null;
  readonly usage: Usage;
  /** In US$; `null` where the price is unknown. */
  readonly cost: Cost | null;
  /** US$ that a cached answer saved. */
  readonly saved: number;
  readonly lookup: string | null;
  /** Milliseconds: start of the attempt after that of the request, its duration, and its first token. */
  readonly started: number;
  readonly duration: number;
  readonly firstToken: number | null;
  readonly requestDuration: number;
  readonly requestFirstToken: number | null;
  readonly errorKind: string | null;
  readonly errorStatus: number | null;
  readonly errorCode: string | null;
  readonly requestError: string | null;
  readonly decision: RecordedDecision | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly promptHash: string | null;
  readonly answerHash: string | null;
  /**
   * What the vendor's prompt cache did for the answer, as `cache({ promptCache: 'auto' })` found: `hit`, or why nothing was read from it, such as
   * `first-use` or `expired`; `null` where that is not known.
   */
  readonly promptCache: string | null;
  /** US$ that reads from it saved, less the surcharge of writes; `null` where that is not known. */
  readonly promptCacheSaved: number | null;
}

/**
 * By what a query groups. `hour` and `day` are those of the query's time zone. `promptCache` is `hit` or the reason of a miss; rows of which
 * that is not known are in none of its groups.
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
   * Whether to give latencies. They are fast to read by day (of the ledger's own time zone), route, target, provider, model and operation;
   * by anything else, all rows are read.
   *
   * @default false
   */
  readonly latency?: boolean;
}

/** The sums of one group. A tag's group holds all requests with that tag, so groups by tag overlap. */
export interface LedgerGroup {
  /** The values that were grouped by; `null` where there is none. A day is `2026-11-28`, an hour `2026-11-28T13`. */
  readonly key: Readonly<Partial<Record<LedgerDimension, string | null>>>;
  /** Requests, without mirrored copies. A request belongs to the target that answered, else to the last one. */
  readonly requests: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly aborted: number;
  /** Requests that were answered after an attempt had failed. */
  readonly failovers: number;
  /** Requests that a plugin's `lookup` answered. */
  readonly cached: number;
  /** Attempts, mirrored ones included. */
  readonly attempts: number;
  readonly failedAttempts: number;
  readonly hedges: number;
  readonly mirrors: number;
  /** Attempts that are or may be billed, of which the price is unknown. */
  readonly unpriced: number;
  /** Attempts whose cost is an estimate. */
  readonly estimated: number;
  /** Tokens of billed attempts, as `Usage` counts them. */
  readonly tokens: {
    readonly input: number;
    readonly output: number;
    readonly cacheRead: number;
    readonly cacheWrite: number;
    readonly reasoning: number;
  };
  /** The vendors' prompt caches, where `cache({ promptCache: 'auto' })` watches them. Which misses: group by `promptCache`. */
  readonly promptCache: {
    /** Answers of which a part of the prompt was read from the cache, and those of which nothing was. */
    readonly hits: number;
    readonly misses: number;
    /** US$ that reads saved, less the surcharge of writes; of answers whose price is known. Already left out of `cost`. */
    readonly saved: number;
  };
  /** US$ by what it was paid for, exact to a billionth. */
  readonly cost: Readonly<Record<Exclude<Charge, 'cached'>, number>> & {
    readonly total: number;
    /** What cached answers would have cost. Not part of the total. */
    readonly saved: number;
  };
  /** Of answered requests, with `latency: true`. */
  readonly latency: LatencySummary | undefined;
}

/** Milliseconds, within 10 %; `undefined` without samples. */
export interface LatencySummary {
  /** From the call to its end, and to its first token. */
  readonly request: Quantiles | undefined;
  readonly firstToken: Quantiles | undefined;
  /** Of the attempt that became the answer: what the target took. */
  readonly attempt: Quantiles | undefined;
  readonly attemptFirstToken: Quantiles | undefined;
}

export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Reads a ledger. */
export interface LedgerReader {
  /** Sums by group, in the order of their keys. */
  query(query?: LedgerQuery): Promise<readonly LedgerGroup[]>;
  /** Rows, the latest first. */
  rows(filter?: RowFilter): AsyncIterable<LedgerRow>;
  /** Audit entries, the latest first. */
  audits(filter?: AuditFilter): AsyncIterable<AuditRecord>;
  /** Prompt and answer of a request, where the ledger keeps them. */
  content(requestId: string): Promise<RecordedContent | undefined>;
  /** Checks the hash chains. */
  verify(options?: VerifyOptions): Promise<VerifyReport>;
  close?(): Promise<void>;
}

export interface RowFilter extends LedgerFilter {
  readonly requestId?: string;
  /** At most so many rows. @default no limit */
  readonly limit?: number;
}

export interface AuditFilter extends Pick<RowFilter, 'from' | 'to' | 'limit'> {
  /** Only entries of this action, such as `key.create`. @default all */
  readonly action?: string;
}

/** The end of a chain at some moment, to be kept in a second place. */
export interface Anchor {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
}

export interface VerifyOptions {
  /** The key of the chain, where the ledger has one. */
  readonly key?: string;
  /** Anchors that were kept elsewhere: each has to be found as it was. */
  readonly anchors?: readonly Anchor[];
}

export interface VerifyReport {
  readonly ok: boolean;
  /** Rows that were checked. */
  readonly rows: number;
  /** The end of each chain, to be kept in a second place. */
  readonly heads: readonly Anchor[];
  readonly problems: readonly VerifyProblem[];
}

export interface VerifyProblem {
  readonly chain: string;
  readonly seq: number;
  /**
   * `changed`: its content is not what was written. `missing`: rows up to this one were removed. `moved`: it is not in its place. `added`:
   * it belongs to no chain that a writer noted.
   */
  readonly problem: 'changed' | 'missing' | 'moved' | 'added';
  /** Of a row that is there. */
  readonly requestId?: string;
  /** In a file: its line. */
  readonly line?: number;
}

/** Where records go. Its `append` runs in the background, one batch at a time. */
export interface LedgerWriter {
  readonly name: string;
  /** Appends a batch. Where it rejects, the ledger offers the same batch again. */
  append(batch: readonly LedgerRecord[]): Promise<void>;
  /** Removes what is older. Moments are in milliseconds since 1970. */
  retain?(before: Retention): Promise<void>;
  /** How to read what has been written; omitted by a writer that only writes. */
  readonly reader?: LedgerReader;
  close?(): Promise<void>;
}

export interface Retention {
  /** Rows that started before are removed, whole days at a time; sums stay. */
  readonly rows?: number;
  /** Text of prompts and answers from before is removed. */
  readonly content?: number;
}
