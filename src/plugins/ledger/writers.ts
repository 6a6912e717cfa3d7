import { check, checkObject, refuse, show } from '../../util/option-check.ts';
import { amount, oneOf } from '../../util/shape.ts';
import { jsonlReader } from './jsonl/reader.ts';
import { jsonlWriter } from './jsonl/writer.ts';
import type { LedgerReader, LedgerWriter } from './reading.ts';
import { type ClickHouseClient, clickhouseWriter } from './sql/clickhouse.ts';
import { checkedZone } from './sql/open.ts';
import { type PostgresClient, postgresEngine } from './sql/postgres.ts';
import { sqlReader } from './sql/reader.ts';
import { sqliteEngine } from './sql/sqlite.ts';
import { sqlWriter } from './sql/writer.ts';
import { calendar } from './sums/days.ts';

/** The options of all writers. */
export interface WriterOptions {
  /**
   * Key of the hash chain, which makes it HMAC-SHA256: without the key, a changed row cannot be made to match. Without a key, the
   * chain reveals only accidental changes.
   *
   * @default no key: SHA-256
   */
  readonly key?: string;
  /**
   * IANA name of the time zone of the ledger's days, by which sums are kept. Fixed when the ledger is created.
   *
   * @default 'UTC'
   */
  readonly timeZone?: string;
}

/** The options of `sqlite`. */
export interface SqliteWriterOptions extends WriterOptions {
  /** Milliseconds to wait for the lock of another process before a batch is retried later. @default 5,000 */
  readonly lockTimeout?: number;
}

/**
 * A ledger in a SQLite file, over `node:sqlite` (Node 22.13 or later). Several processes of one machine may write to it. A crash of the
 * process loses at most the last batch; a power failure may lose the last moments, never the file.
 *
 * @throws ConfigError for a wrong path or option
 */
export function sqlite(path: string, options: SqliteWriterOptions = {}): LedgerWriter {
  checkPath('sqlite()', path);
  checkWriter('sqlite()', options, ['lockTimeout']);
  const { lockTimeout = 5_000 } = options;
  check('sqlite().lockTimeout', lockTimeout, amount);
  return sqlWriter('sqlite', sqliteEngine(path, { lockTimeout }), options);
}

/**
 * A ledger as JSON Lines, one line per request, which `signalbox simulate --log` reads. It keeps no sums: queries read the whole file.
 * Rotate it as you rotate logs; each file is a ledger of its own.
 *
 * @throws ConfigError for a wrong path or option
 */
export function jsonl(path: string, options: WriterOptions = {}): LedgerWriter {
  checkPath('jsonl()', path);
  checkWriter('jsonl()', options, []);
  return jsonlWriter(path, options);
}

/**
 * A ledger in PostgreSQL, by an application's own client: a `Pool` of `pg`, a client of `postgres`, or a `PGlite`. Tables are
 * created in the first schema of the search path. Closing the ledger leaves the client open.
 *
 * @throws ConfigError for a wrong client or option
 */
export function postgres(client: PostgresClient, options: WriterOptions = {}): LedgerWriter {
  checkWriter('postgres()', options, []);
  return sqlWriter('postgres', postgresEngine(client), options);
}

/**
 * A ledger in ClickHouse, by a client of `@clickhouse/client`. Tables are created in the client's database, partitioned by month: remove old
 * rows with `ALTER TABLE signalbox_ledger DROP PARTITION`. It keeps no sums: `query` reads all rows of its range, so use ClickHouse's own
 * SQL for long ones. The client stays open when the ledger is closed.
 *
 * @throws ConfigError for a wrong client or option
 */
export function clickhouse(client: ClickHouseClient, options: WriterOptions = {}): LedgerWriter {
  checkWriter('clickhouse()', options, []);
  if (typeof (client as Partial<ClickHouseClient> | null)?.insert !== 'function')
    refuse('clickhouse()', 'a client of @clickhouse/client', show(client));
  return clickhouseWriter(client, options);
}

/** The options of `openLedger`. */
export interface OpenLedgerOptions extends Pick<WriterOptions, 'timeZone'> {
  /** @default `jsonl` for `.jsonl`, `.ndjson` and `.log`, else `sqlite` */
  readonly format?: 'sqlite' | 'jsonl';
}

/**
 * Opens an existing ledger to read it. Nothing is written, and another process may continue to write.
 *
 * @throws ConfigError for a wrong path or option
 */
export function openLedger(path: string, options: OpenLedgerOptions = {}): LedgerReader {
  checkPath('openLedger()', path);
  checkObject('openLedger()', options, ['timeZone', 'format']);
  check('openLedger().format', options.format, oneOf('sqlite', 'jsonl'));
  const { timeZone, format = /\.(jsonl|ndjson|log)$/.test(path) ? 'jsonl' : 'sqlite' } = options;
  if (timeZone !== undefined) calendar(timeZone);
  if (format === 'jsonl') return jsonlReader(path, timeZone ?? 'UTC');
  const engine = sqliteEngine(path, { lockTimeout: 5_000, readOnly: true });
  let zone: Promise<string> | undefined;
  return sqlReader(engine, () => (zone ??= checkedZone(engine, undefined)));
}

function checkPath(where: string, path: unknown): void {
  if (typeof path !== 'string' || path === '') refuse(where, 'a file path', show(path));
}

function checkWriter(where: string, options: WriterOptions, more: readonly string[]): void {
  const { key, timeZone } = checkObject(where, options, ['key', 'timeZone', ...more]);
  if (key !== undefined && (typeof key !== 'string' || key.length < 16))
    refuse(
      `${where}.key`,
      'a text of at least 16 characters',
      key === '' ? 'an empty text' : 'something else',
    );
  if (timeZone === undefined) return;
  if (typeof timeZone !== 'string')
    refuse(`${where}.timeZone`, "an IANA time zone, such as 'Europe/Berlin'", show(timeZone));
  calendar(timeZone);
}
