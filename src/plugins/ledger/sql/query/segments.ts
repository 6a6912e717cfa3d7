import { blockOf, type Calendar, quartersPerBlock } from '../../sums/days.ts';
import { measures } from '../../sums/rollup.ts';
import type { Parameter, Statement } from '../engine.ts';
import { tables } from '../schema.ts';

/** A part of a period, of which one table has the sums: they are added, or taken away again where a larger sum holds too much. */
export interface Segment {
  readonly table: string;
  readonly column: 'start' | 'day';
  readonly from: Parameter;
  readonly to: Parameter;
  readonly sign: 1 | -1;
}

const forever = Number.MAX_SAFE_INTEGER;

/**
 * A period as whole days of the ledger, and what is left or too much at both ends as blocks and quarters of an hour. So a sum over a year
 * reads some hundred sums of each group, whatever the time zone.
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

/** The days of a period by user: whole months, and what is left or too much at both ends as days. */
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

export function daysBetween(from: string, to: string): Segment {
  return { table: tables.days, column: 'day', from, to, sign: 1 };
}

/** Quarters of an hour, as many of them as possible in blocks. */
function blocks(from: number, to: number): readonly Segment[] {
  const quarters = (a: number, b: number): readonly Segment[] => [
    { table: tables.quarters, column: 'start', from: a, to: b, sign: 1 },
  ];
  const first = from === 0 ? 0 : nearestBlock(from);
  const last = to === forever ? forever : nearestBlock(to);
  if (first >= last) return quarters(from, to);
  return [
    { table: tables.blocks, column: 'start', from: first, to: last, sign: 1 },
    ...between(from, first, quarters),
    ...between(last, to, quarters),
  ];
}

/** From one moment to another, forward or, to be taken away, back. */
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
