/**
 * A ledger of every attempt and its cost: in SQLite, JSON Lines, PostgreSQL or ClickHouse, with a hash chain, sums, and exports.
 *
 * @module ledger
 */

export type { Spent } from '../shared/charge.ts';
export type { LedgerStatus } from './delivery.ts';
export { type ExportFormat, type ExportOptions, exportLedger } from './export/export.ts';
export { type FocusOptions, type FocusVersion, focusVersions } from './export/focus.ts';
export { type Ledger, type LedgerOptions, ledger } from './ledger.ts';
export type {
  Anchor,
  AuditFilter,
  LatencySummary,
  LedgerDimension,
  LedgerFilter,
  LedgerGroup,
  LedgerQuery,
  LedgerReader,
  LedgerRow,
  LedgerWriter,
  Quantiles,
  Retention,
  RowFilter,
  VerifyOptions,
  VerifyProblem,
  VerifyReport,
} from './reading.ts';
export type { AuditEntry } from './records/audit.ts';
export type { ContentMode } from './records/content.ts';
export { ledgerReport } from './report.ts';
export { type Repriced, reprice } from './reprice.ts';
export type { ClickHouseClient } from './sql/clickhouse.ts';
export type {
  PgConnection,
  Pglite,
  PgPool,
  PostgresClient,
  PostgresJs,
  Query,
  Rows,
} from './sql/postgres.ts';
export type {
  AttemptRecord,
  AuditRecord,
  Charge,
  LedgerRecord,
  RecordedContent,
  RecordedDecision,
  RequestRecord,
} from './types.ts';
export {
  clickhouse,
  jsonl,
  type OpenLedgerOptions,
  openLedger,
  postgres,
  type SqliteWriterOptions,
  sqlite,
  type WriterOptions,
} from './writers.ts';
