import type * as Sqlite from 'node:sqlite';
import pRetry from 'p-retry';
import { RouterError } from '../../errors.ts';
import { builtinModule } from './builtin.ts';

export type Row = Readonly<Record<string, unknown>>;
export type Parameter = string | number | null;

/** Statements within one transaction. */
export interface Database {
  run(sql: string, parameters: readonly Parameter[]): void;
  row(sql: string, parameters: readonly Parameter[]): Row | undefined;
  rows(sql: string, parameters: readonly Parameter[]): readonly Row[];
}

/** A SQLite file that several processes share. */
export interface DatabaseFile {
  /** Runs a read transaction: a consistent view of the file. */
  read<T>(work: (db: Database) => T): Promise<T>;
  /** Runs a write transaction, atomically. */
  write<T>(work: (db: Database) => T): Promise<T>;
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly readOnly?: boolean;
  /** Whether `PRAGMA incremental_vacuum` may give the space of deleted rows back to the file system. */
  readonly shrinks?: boolean;
}

/**
 * First and longest pause between attempts to get a lock, in milliseconds. A transaction here takes well
 * under a millisecond.
 */
const firstLook = 1;
const longestLook = 50;

/**
 * Opens the file on first use and executes `schema`, which creates its tables. Statements run on the event loop, so SQLite's own lock
 * wait is off (`busy_timeout = 0`): a locked file is retried after a pause that does not block other
 * requests.
 */
export function openDatabase(
  path: string,
  schema: string,
  lockTimeout: number,
  { readOnly = false, shrinks = false }: OpenOptions = {},
): DatabaseFile {
  let opened: Sqlite.DatabaseSync | undefined;
  let closed = false;
  const statements = new Map<string, Sqlite.StatementSync>();

  const open = (): Sqlite.DatabaseSync => {
    if (closed) throw new RouterError('closed', `${path} is closed`);
    if (opened !== undefined) return opened;
    const db = new (moduleOf().DatabaseSync)(path, { readOnly });
    try {
      db.exec('PRAGMA busy_timeout = 0;');
      if (!readOnly) {
        // Counts only in a file that is still empty, which it is no longer once it is in WAL mode.
        if (shrinks) db.exec('PRAGMA auto_vacuum = INCREMENTAL');
        db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
        db.exec(schema);
      }
    } catch (error) {
      db.close();
      throw error;
    }
    opened = db;
    return db;
  };
  const prepare = (sql: string): Sqlite.StatementSync => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const made = open().prepare(sql);
    statements.set(sql, made);
    return made;
  };
  const database: Database = {
    run: (sql, parameters) => void prepare(sql).run(...parameters),
    row: (sql, parameters) => prepare(sql).get(...parameters) as Row | undefined,
    rows: (sql, parameters) => prepare(sql).all(...parameters) as readonly Row[],
  };

  const attempt = <T>(begin: string, work: (db: Database) => T): T => {
    const db = open();
    db.exec(begin);
    try {
      const result = work(database);
      db.exec('COMMIT');
      return result;
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };
  const transaction = <T>(begin: string, work: (db: Database) => T): Promise<T> =>
    pRetry(() => attempt(begin, work), {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: firstLook,
      maxTimeout: longestLook,
      factor: 1.5,
      randomize: true,
      maxRetryTime: lockTimeout,
      shouldRetry: ({ error }) => isLocked(error),
    });

  return {
    read: (work) => transaction('BEGIN', work),
    write: (work) => transaction('BEGIN IMMEDIATE', work),
    async close() {
      closed = true;
      statements.clear();
      opened?.close();
      opened = undefined;
    },
  };
}

function moduleOf(): typeof Sqlite {
  return builtinModule('node:sqlite', 'sqlite() needs Node 22.13 or later, or another runtime with');
}

/** SQLITE_BUSY and SQLITE_LOCKED, extended codes included: https://www.sqlite.org/rescode.html */
function isLocked(error: unknown): boolean {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' && ((code & 0xff) === 5 || (code & 0xff) === 6);
}
