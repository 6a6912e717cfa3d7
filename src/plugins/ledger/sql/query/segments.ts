import { blockOf, type Calendar, quartersPerBlock } from '../../sums/days.ts';
import { measures } from '../../sums/rollup.ts';
import type { Parameter, SqlEngine, Statement } from '../engine.ts';
import { tables } from '../schema.ts';

/** A part of a period, of which one table has the sums: they are added, or subtracted if a larger sum contains too much. */
export interface Segment {
  readonly table: string;
  readonly column: 'start' | 'day';
  readonly from: Parameter;
  readonly to: Parameter;
  readonly sign: 1 | -1;
}

const forever = Number.MAX_SAFE_INTEGER;

/**
 * Splits a period into whole days of the ledger, and the differences at both ends into blocks and quarters of an hour. So a sum
 * over a year reads a few hundred sums of each group in any time zone.
 */
export function segmentsOf(from: number, to: number, own: Calendar): readonly Segment[] {
  const first = from === 0 ? 0 : nearestDay(from, own);
  const last = to === forever ? forever : nearestDay(to, own);
  if (first >= last) return blocks(from, to);
  return [
    daysBetween(first === 0 ? '' : own.dayOf(first), last === forever ? '~' : own.dayOf(last)),
    ...between(from, first, blocks),
    ...between(last, to, blocks),
  ];
}

/** The days of a period by user: whole months, and the differences at both ends as days. */
export function monthsOf(from: string, to: string): readonly Segment[] {
  const first = from === '' ? '' : nearestMonth(from);
  const last = to === '~' ? '~' : nearestMonth(to);
  if (first >= last) return [daysBetween(from, to)];
  return [
    { table: tables.months, column: 'day', from: first, to: last, sign: 1 },
    ...between(from, first, (a, b) => [daysBetween(a, b)]),
    ...between(last, to, (a, b) => [daysBetween(a, b)]),
  ];
}

export interface NumberedSegment extends Segment {
  readonly number: number;
}

export function daysBetween(from: string, to: string): Segment {
  return { table: tables.days, column: 'day', from, to, sign: 1 };
}

export function quarters(from: number, to: number): readonly Segment[] {
  return [{ table: tables.quarters, column: 'start', from, to, sign: 1 }];
}

/** Quarters of an hour, as many of them as possible in blocks. */
function blocks(from: number, to: number): readonly Segment[] {
  const first = from === 0 ? 0 : nearestBlock(from);
  const last = to === forever ? forever : nearestBlock(to);
  if (first >= last) return quarters(from, to);
  return [
    { table: tables.blocks, column: 'start', from: first, to: last, sign: 1 },
    ...between(from, first, quarters),
    ...between(last, to, quarters),
  ];
}

/** From one moment to another, forward or, to be subtracted, backward. */
function between<T extends number | string>(
  from: T,
  to: T,
  parts: (from: T, to: T) => readonly Segment[],
): readonly Segment[] {
  if (from === to) return [];
  if (from < to) return parts(from, to);
  return parts(to, from).map((part) => ({ ...part, sign: part.sign === 1 ? -1 : 1 }));
}

function nearestBlock(at: number): number {
  const start = blockOf(at);
  const end = blockOf(start + quartersPerBlock * 900_000);
  return at - start <= end - at ? start : end;
}

function nearestDay(at: number, own: Calendar): number {
  const start = own.startOf(own.dayOf(at));
  const end = own.startOf(own.dayOf(at + 86_400_000));
  return at - start <= end - at ? start : end;
}

/** The first day of the month that begins closest to a day. */
function nearestMonth(day: string): string {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  if (date <= 15) return `${day.slice(0, 8)}01`;
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
}

/**
 * The sums of a segment, by day or number of the group or both. Joining and comparing the texts of groups for every row would take twice
 * as long.
 */
export function segmentSql(
  { table, column, from, to, sign }: Segment,
  facet: number,
  groups: Statement | undefined,
  by: readonly string[],
): Statement {
  const keys = by.map((name) => `d."${name}" AS "${name}"`);
  const sums = measures.map((name) => `${sign === 1 ? '' : '-'}SUM(d."${name}") AS "${name}"`);
  const some = groups === undefined ? '' : ` AND d."grp" IN (${groups.sql})`;
  const order = by.length === 0 ? '' : ` GROUP BY ${by.map((_, index) => index + 1).join(', ')}`;
  return {
    sql: `SELECT ${[...keys, ...sums].join(', ')} FROM ${table} d
      WHERE d."facet" = ? AND d."${column}" >= ? AND d."${column}" < ?${some}${order}`,
    parameters: [facet, from, to, ...(groups?.parameters ?? [])],
  };
}

/**
 * The sums of many segments of one table, by number of the segment and of the group. A statement for each would cost hundreds of
 * round trips and plans. The caller applies the signs.
 */
export function segmentsSql(
  segments: readonly NumberedSegment[],
  facet: number,
  groups: Statement | undefined,
  by: readonly string[],
  dialect: SqlEngine['dialect'],
): Statement {
  const { table = tables.quarters, column = 'start' } = segments[0] ?? {};
  const some = groups === undefined ? '' : ` AND d."grp" IN (${groups.sql})`;
  const where = `d."facet" = ? AND d."${column}" >= p."from" AND d."${column}" < p."to"${some}`;
  const keys = by.map((name) => `d."${name}" AS "${name}"`);
  const sums = measures.map((name) => `SUM(d."${name}")`);
  const named = measures.map(
    (name, index) => `${sums[index]}${dialect === 'postgres' ? '::bigint' : ''} AS "${name}"`,
  );
  const parameters = [
    // As text, because some clients write whatever they send as jsonb as JSON once more.
    JSON.stringify(segments.map(({ number, from, to }) => ({ number, from, to }))),
    facet,
    ...(groups?.parameters ?? []),
  ];
  if (dialect === 'postgres') {
    const type = column === 'day' ? 'text' : 'bigint';
    return {
      // Each segment its own look into the index, which the planner would not choose by itself.
      sql: `SELECT p."number" AS "number", d.* FROM jsonb_to_recordset(?::text::jsonb) AS p("number" integer, "from" ${type}, "to" ${type})
        CROSS JOIN LATERAL (SELECT ${[...keys, ...named].join(', ')} FROM ${table} d WHERE ${where}${groupBy(keys.length)}) d`,
      parameters,
    };
  }
  return {
    sql: `SELECT ${['p."number" AS "number"', ...keys, ...named].join(', ')}
      FROM (SELECT value ->> 'number' AS "number", value ->> 'from' AS "from", value ->> 'to' AS "to" FROM json_each(?) LIMIT -1) p
      CROSS JOIN ${table} d WHERE ${where}${groupBy(1 + keys.length)}`,
    parameters,
  };
}

/** Groups by the first columns. */
export function groupBy(count: number): string {
  return count === 0 ? '' : ` GROUP BY ${Array.from({ length: count }, (_, index) => index + 1).join(', ')}`;
}
