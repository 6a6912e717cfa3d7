import type { Retention } from '../reading.ts';
import type { Calendar } from '../sums/days.ts';
import type { Parameter, SqlEngine } from './engine.ts';
import { tables } from './schema.ts';

/** Rows removed in one transaction: short enough that requests' batches do not wait long. */
const atOnce = 5_000;

/**
 * Removes rows from before the day of a moment, from the beginning of each chain, and records where each begins now; also removes
 * content from before a moment. Sums stay.
 */
export async function removeOld(
  engine: SqlEngine,
  { rows, content }: Retention,
  days: Calendar,
): Promise<void> {
  if (rows !== undefined) {
    const before = days.startOf(days.dayOf(rows));
    for (const table of [tables.rows, tables.audits]) await removeRows(engine, table, before);
  }
  if (content !== undefined)
    await engine.write([{ sql: `DELETE FROM ${tables.contents} WHERE "at" < ?`, parameters: [content] }]);
  // Returns the space to the file system.
  if (engine.dialect === 'sqlite') await engine.write([{ sql: 'PRAGMA incremental_vacuum', parameters: [] }]);
}

async function removeRows(engine: SqlEngine, table: string, before: number): Promise<void> {
  const audits = table === tables.audits;
  const chains = await engine.rows(
    `SELECT "chain", "first_seq" FROM ${tables.chains} WHERE "chain" ${audits ? '' : 'NOT '}LIKE '%.audit'`,
    [],
  );
  for (const { chain, first_seq } of chains) {
    let from = Number(first_seq ?? 0);
    for (;;) {
      const last = await lastToRemove(engine, table, [String(chain), from, before]);
      if (last === undefined) break;
      await engine.write([
        {
          sql: `UPDATE ${tables.chains} SET "first_seq" = ?, "first_hash" = ? WHERE "chain" = ?`,
          parameters: [last.seq, last.hash, String(chain)],
        },
        {
          sql: `DELETE FROM ${table} WHERE "chain" = ? AND "seq" <= ?`,
          parameters: [String(chain), last.seq],
        },
      ]);
      from = last.seq;
    }
  }
}

/** The last of the rows to remove next: at most that many, with no row to keep before it. */
async function lastToRemove(
  engine: SqlEngine,
  table: string,
  [chain, from, before]: readonly [string, number, number],
): Promise<{ readonly seq: number; readonly hash: string } | undefined> {
  const parameters: Parameter[] = [chain, from, atOnce];
  const next = await engine.rows(
    `SELECT "seq", "at", "hash" FROM ${table} WHERE "chain" = ? AND "seq" > ? ORDER BY "seq" LIMIT ?`,
    parameters,
  );
  const stays = next.findIndex(({ at }) => Number(at) >= before);
  const last = (stays === -1 ? next : next.slice(0, stays)).at(-1);
  return last === undefined ? undefined : { seq: Number(last['seq']), hash: String(last['hash']) };
}
