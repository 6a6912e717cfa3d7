import type { LedgerFilter, LedgerGroup, LedgerQuery } from './query.ts';
import type { LedgerRow } from './row.ts';
import type { AuditRecord, LedgerRecord, RecordedContent } from './types.ts';

export type {
  LatencySummary,
  LedgerDimension,
  LedgerFilter,
  LedgerGroup,
  LedgerQuery,
  Quantiles,
} from './query.ts';
export type { LedgerRow } from './row.ts';

/** Reads a ledger. */
export interface LedgerReader {
  /** Sums by group, in the order of their keys. */
  query(query?: LedgerQuery): Promise<readonly LedgerGroup[]>;
  /** Rows, the latest first. */
  rows(filter?: RowFilter): AsyncIterable<LedgerRow>;
  /** Audit entries, the latest first. */
  audits(filter?: AuditFilter): AsyncIterable<AuditRecord>;
  /** Prompt and answer of a request, if the ledger keeps them. */
  content(requestId: string): Promise<RecordedContent | undefined>;
  /** Checks the hash chains. */
  verify(options?: VerifyOptions): Promise<VerifyReport>;
  /** Closes what the reader opened. Omitted by readers that open nothing. */
  close?(): Promise<void>;
}

/** Which rows to read. */
export interface RowFilter extends LedgerFilter {
  /** Only rows of this request. @default all */
  readonly requestId?: string;
  /** Maximum number of rows. @default no limit */
  readonly limit?: number;
}

/** Which audit entries to read. */
export interface AuditFilter extends Pick<RowFilter, 'from' | 'to' | 'limit'> {
  /** Only entries of this action, such as `key.create`. @default all */
  readonly action?: string;
}

/** The end of a chain at some moment, for storage in a second place. */
export interface Anchor {
  /** Name of the chain. */
  readonly chain: string;
  /** How many rows and entries it had. */
  readonly seq: number;
  /** Hash of the last one, which covers all before it. */
  readonly hash: string;
}

/** Options of `verify`. */
export interface VerifyOptions {
  /** The key of the chain, where the ledger has one. */
  readonly key?: string;
  /** Anchors stored elsewhere; each must still be found unchanged. */
  readonly anchors?: readonly Anchor[];
}

/** The outcome of a check of the hash chains. */
export interface VerifyReport {
  /** Whether no problem was found. */
  readonly ok: boolean;
  /** Rows that were checked. */
  readonly rows: number;
  /** The end of each chain, for storage in a second place. */
  readonly heads: readonly Anchor[];
  /** The problems found; empty if `ok`. */
  readonly problems: readonly VerifyProblem[];
}

/** A place at which a chain differs from what was written. */
export interface VerifyProblem {
  /** Name of the chain. */
  readonly chain: string;
  /** The place in the chain, from 1. */
  readonly seq: number;
  /**
   * `changed`: its content was modified. `missing`: rows up to this one were removed. `moved`: it is at the wrong place. `added`:
   * it belongs to no chain that a writer recorded.
   */
  readonly problem: 'changed' | 'missing' | 'moved' | 'added';
  /** Set for an existing row. */
  readonly requestId?: string;
  /** Its line, in a file. */
  readonly line?: number;
}

/** The destination of records. Its `append` runs in the background, one batch at a time. */
export interface LedgerWriter {
  /** Its name in errors, such as `sqlite`. */
  readonly name: string;
  /** Appends a batch. If it rejects, the ledger retries the same batch. */
  append(batch: readonly LedgerRecord[]): Promise<void>;
  /** Removes older rows and texts. Moments are in milliseconds since 1970. */
  retain?(before: Retention): Promise<void>;
  /** Opens a reader of the written records; omitted by a writer that only writes. */
  readonly reader?: LedgerReader;
  /** Closes what the writer opened. Called by `router.close()`, after the last batch. */
  close?(): Promise<void>;
}

/** Moments before which a ledger removes data. */
export interface Retention {
  /** Rows that started before are removed, whole days at a time; sums stay. */
  readonly rows?: number;
  /** Text of prompts and answers from before is removed. */
  readonly content?: number;
}
