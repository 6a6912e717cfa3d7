/**
 * A store in one SQLite file, over Node's own `node:sqlite`: shared by the processes of one machine, and kept
 * across restarts.
 *
 * @module sqlite
 */

import { ConfigError } from '../../errors.ts';
import type { Clock } from '../../types/clock.ts';
import type { Store } from '../../types/store.ts';
import { type Database, openDatabase } from '../../util/node/sqlite.ts';
import { show } from '../../util/option-check.ts';
import { systemClock } from '../../util/time/clock.ts';
import { emptyShare, leaseFrom, type Share, settleIn } from '../shared/share.ts';
import { groupedWrites } from './grouped-writes.ts';
import { expiredKnowledge, mergeChange, readKnowledge } from './knowledge.ts';

/** The options of `sqlite()`. */
export interface SqliteOptions {
  /**
   * Milliseconds to wait for the lock of another process before an operation rejects. The event loop is not blocked meanwhile.
   *
   * @default 5,000
   */
  readonly lockTimeout?: number;
  /** @default the runtime's clock */
  readonly clock?: Clock;
}

const schema = `
  CREATE TABLE IF NOT EXISTS signalbox_values (
    key TEXT PRIMARY KEY, value TEXT NOT NULL, version INTEGER NOT NULL, expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS signalbox_values_expiry ON signalbox_values (expires_at);
  CREATE TABLE IF NOT EXISTS signalbox_versions (id INTEGER PRIMARY KEY CHECK (id = 1), last INTEGER NOT NULL);
  INSERT OR IGNORE INTO signalbox_versions VALUES (1, 0);
  CREATE TABLE IF NOT EXISTS signalbox_knowledge (
    key TEXT NOT NULL, field TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (key, field)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS signalbox_knowledge_expiry (key TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS signalbox_shares (
    key TEXT PRIMARY KEY, share TEXT NOT NULL, expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;
`;
/**
 * Milliseconds between two exchanges. They vary by a tenth, so that what a process has settled is in the file after 100 ms at most.
 */
const interval = 80;
/** Expired rows to delete with each write: more than a write adds, so that none stay forever. */
const sweep = 8;

/**
 * Opens a store in a file. Several processes of one machine may use the same file; a network file system does not lock reliably. The
 * file is opened at the first operation. Writes are durable against a crash of the process; a power failure may lose the last moments
 * (`synchronous = NORMAL` in WAL mode), never the file (https://www.sqlite.org/pragma.html#pragma_synchronous).
 *
 * Needs Node 22.13 or later, or another runtime with `node:sqlite`. Its operations reject when the file cannot be opened.
 *
 * @param path a file, or `:memory:`
 * @throws ConfigError for a wrong path or option
 * @example
 * const router = createRouter({ targets, store: sqlite('signalbox.db') });
 */
export function sqlite(path: string, options: SqliteOptions = {}): Store {
  if (typeof path !== 'string' || path === '') throw new ConfigError('sqlite()', 'a file path', show(path));
  const { lockTimeout = 5_000, clock = systemClock } = options;
  if (!(lockTimeout >= 0)) throw new ConfigError('sqlite().lockTimeout', 'milliseconds', show(lockTimeout));
  const database = openDatabase(path, schema, lockTimeout);
  const write = groupedWrites(database);
  const now = (): number => Math.round(clock.date());

  return {
    name: 'sqlite',
    interval,
    async get(keys) {
      return database.read((db) => keys.map((key) => storedValue(db, key, now())));
    },
    async set(key, value, { ttl, onlyIf }) {
      return write((db) => {
        const at = now();
        const before = storedValue(db, key, at);
        if (onlyIf === 'absent' && before !== undefined) return undefined;
        if (typeof onlyIf === 'object' && before?.version !== onlyIf.version) return undefined;
        sweepValues(db, at);
        const version = nextVersion(db);
        db.run(
          'INSERT OR REPLACE INTO signalbox_values (key, value, version, expires_at) VALUES (?, ?, ?, ?)',
          [key, value, version, at + ttl],
        );
        return String(version);
      });
    },
    async delete(keys) {
      await write((db) => {
        for (const key of keys) {
          for (const table of ['values', 'knowledge', 'knowledge_expiry', 'shares'])
            db.run(`DELETE FROM signalbox_${table} WHERE key = ?`, [key]);
        }
      });
    },
    async publish(changes) {
      await write((db) => {
        const at = now();
        expiredKnowledge(db, at, sweep);
        for (const change of changes) mergeChange(db, change, at);
      });
    },
    async read(keys) {
      return database.read((db) => {
        const at = now();
        return { now: at, entries: keys.map((key) => readKnowledge(db, key, at)) };
      });
    },
    async lease(request) {
      return write((db) => {
        const at = now();
        const share = shareOf(db, request.key, at) ?? emptyShare(at);
        const lease = leaseFrom(share, request, at);
        db.run('INSERT OR REPLACE INTO signalbox_shares (key, share, expires_at) VALUES (?, ?, ?)', [
          request.key,
          JSON.stringify(share),
          at + request.keep,
        ]);
        sweepShares(db, at);
        return lease;
      });
    },
    async settle(settlement) {
      await write((db) => {
        const share = shareOf(db, settlement.key, now());
        if (share === undefined) return;
        settleIn(share, settlement);
        db.run('UPDATE signalbox_shares SET share = ? WHERE key = ?', [
          JSON.stringify(share),
          settlement.key,
        ]);
      });
    },
    close: () => database.close(),
  };
}

function storedValue(db: Database, key: string, now: number): { value: string; version: string } | undefined {
  const row = db.row('SELECT value, version FROM signalbox_values WHERE key = ? AND expires_at > ?', [
    key,
    now,
  ]);
  return row === undefined ? undefined : { value: String(row['value']), version: String(row['version']) };
}

function nextVersion(db: Database): number {
  const row = db.row('UPDATE signalbox_versions SET last = last + 1 WHERE id = 1 RETURNING last', []);
  return Number(row?.['last']);
}

function sweepValues(db: Database, now: number): void {
  db.run(
    'DELETE FROM signalbox_values WHERE key IN (SELECT key FROM signalbox_values WHERE expires_at <= ? LIMIT ?)',
    [now, sweep],
  );
}

function sweepShares(db: Database, now: number): void {
  db.run(
    'DELETE FROM signalbox_shares WHERE key IN (SELECT key FROM signalbox_shares WHERE expires_at <= ? LIMIT ?)',
    [now, sweep],
  );
}

function shareOf(db: Database, key: string, now: number): Share | undefined {
  const row = db.row('SELECT share FROM signalbox_shares WHERE key = ? AND expires_at > ?', [key, now]);
  if (row === undefined) return undefined;
  const share = JSON.parse(String(row['share'])) as Share;
  // Without a prototype, so that a holder's name cannot meet a property of `Object.prototype`.
  return { ...share, holders: Object.assign(Object.create(null), share.holders) };
}
