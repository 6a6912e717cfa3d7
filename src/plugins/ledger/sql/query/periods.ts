import { type Calendar, dayAfter, quarter } from '../../sums/days.ts';
import type { Key } from '../../sums/groups.ts';
import type { ParsedQuery } from '../../sums/parsed-query.ts';
import { facets } from '../../sums/rollup.ts';
import type { SqlEngine } from '../engine.ts';
import { tables } from '../schema.ts';
import type { NumberedSegment, Segment } from './segments.ts';

interface Period {
  readonly from: number;
  readonly to: number;
  readonly key: Key;
}

/** The query's days or hours, as far as the ledger has any. */
export async function periodsOf(
  engine: SqlEngine,
  query: ParsedQuery,
  own: Calendar,
): Promise<readonly Period[]> {
  const { by, days, from, to } = query;
  const byDay = by.includes('day');
  const byHour = by.includes('hour');
  const periods = new Map<string, Period>();
  const add = (start: number, end: number): void => {
    const day = days.dayOf(start);
    const hour = days.hourOf(start);
    const name = byHour ? hour : day;
    const known = periods.get(name);
    const key = { ...(byDay ? { day } : {}), ...(byHour ? { hour } : {}) };
    periods.set(name, { from: known?.from ?? start, to: end, key });
  };
  for (const ownDay of await daysWithSums(engine, query, own)) {
    const end = Math.min(to, own.startOf(dayAfter(ownDay)));
    let at = Math.max(from, own.startOf(ownDay));
    while (at < end) {
      // An hour that is repeated when clocks are put back is one period; where an hour ends shows only the next quarter.
      const next = byHour ? at + quarter : Math.min(end, days.startOf(dayAfter(days.dayOf(at))));
      add(at, next);
      at = next;
    }
  }
  return [...periods.values()];
}

/** The ledger's days that have sums, each found by a look into the index: reading all their rows would take longer than the sums. */
async function daysWithSums(
  engine: SqlEngine,
  query: ParsedQuery,
  own: Calendar,
): Promise<readonly string[]> {
  const facet = facets.indexOf('tenant-total');
  const next = (after: string): string =>
    `SELECT MIN(d."day") AS "day" FROM ${tables.days} d WHERE d."facet" = ? AND d."day" ${after}`;
  const first = query.from === 0 ? '' : own.dayOf(query.from);
  const last = query.to === Number.MAX_SAFE_INTEGER ? '~' : own.dayOf(query.to);
  const found = await engine.rows(
    `WITH RECURSIVE known("day") AS (${next('>= ?')} UNION ALL
       SELECT (${next('> known."day"')}) FROM known WHERE known."day" <= ?)
     SELECT "day" FROM known WHERE "day" <= ?`,
    [facet, first, facet, last, last],
  );
  return found.map(({ day }) => String(day));
}

/** A period in which a segment is added or taken away. */
type Use = Pick<Segment, 'sign'> & Pick<Period, 'key'>;

/** The segments of all periods by table, and where each is used: a day ends with what the next one begins with. */
export function numbered(
  periods: readonly Period[],
  segmentsIn: (from: number, to: number) => readonly Segment[],
): {
  readonly segments: readonly (readonly NumberedSegment[])[];
  readonly uses: readonly (readonly Use[])[];
} {
  const byTable = new Map<string, NumberedSegment[]>();
  const numbers = new Map<string, number>();
  const uses: Use[][] = [];
  for (const { from, to, key } of periods) {
    for (const segment of segmentsIn(from, to)) {
      const id = `${segment.table} ${segment.from} ${segment.to}`;
      const number = numbers.get(id) ?? uses.length;
      if (number === uses.length) {
        numbers.set(id, number);
        uses.push([]);
        byTable.set(segment.table, [...(byTable.get(segment.table) ?? []), { ...segment, number }]);
      }
      uses[number]?.push({ sign: segment.sign, key });
    }
  }
  return { segments: [...byTable.values()], uses };
}
