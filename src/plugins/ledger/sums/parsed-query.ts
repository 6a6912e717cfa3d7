import { check, checkObject, refuse, show } from '../../../util/option-check.ts';
import { count } from '../../../util/shape.ts';
import type { LedgerDimension, LedgerQuery, RowFilter } from '../reading.ts';
import { type Calendar, calendar, quarter, quarterOf, toMoment } from './days.ts';

export const dimensions = [
  'day',
  'hour',
  'tenant',
  'user',
  'tag',
  'route',
  'target',
  'provider',
  'model',
  'operation',
  'promptCache',
] as const satisfies readonly LedgerDimension[];

type Filtered = Exclude<LedgerDimension, 'day' | 'hour'>;

/** A query that has been checked. */
export interface ParsedFilter {
  /** Milliseconds since 1970; the first and the first that is not included. */
  readonly from: number;
  readonly to: number;
  readonly where: ReadonlyMap<Filtered, readonly (string | null)[]>;
  readonly days: Calendar;
}

export interface ParsedQuery extends ParsedFilter {
  readonly by: readonly LedgerDimension[];
  readonly latency: boolean;
}

const filterFields = ['from', 'to', 'where', 'timeZone'];

/** @throws ConfigError naming the wrong field */
export function parseQuery(query: LedgerQuery, timeZone: string): ParsedQuery {
  checkObject('query', query, [...filterFields, 'by', 'latency']);
  const { by = [], latency = false } = query;
  if (typeof latency !== 'boolean') refuse('query.latency', 'true or false', show(latency));
  if (!Array.isArray(by)) refuse('query.by', `a list of ${dimensions.join(', ')}`, show(by));
  for (const name of by)
    if (!dimensions.includes(name)) refuse('query.by', `a list of ${dimensions.join(', ')}`, show(name));
  return { ...parseFilter('query', query, timeZone), by, latency };
}

export function parseRowFilter(filter: RowFilter, timeZone: string): ParsedFilter {
  checkObject('filter', filter, [...filterFields, 'requestId', 'limit']);
  check('filter.limit', filter.limit, count);
  return parseFilter('filter', filter, timeZone);
}

function parseFilter(
  path: string,
  { from, to, where = {}, timeZone }: Pick<LedgerQuery, 'from' | 'to' | 'where' | 'timeZone'>,
  usual: string,
): ParsedFilter {
  const days = calendar(timeZone ?? usual);
  const names = dimensions.slice(2);
  checkObject(`${path}.where`, where, names);
  const end = toMoment(`${path}.to`, to, days);
  return {
    from: quarterOf(toMoment(`${path}.from`, from, days) ?? 0),
    to: end === undefined ? Number.MAX_SAFE_INTEGER : Math.ceil(end / quarter) * quarter,
    days,
    where: new Map(
      Object.entries(where)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name as Filtered, valuesOf(`${path}.where.${name}`, value)]),
    ),
  };
}

function valuesOf(path: string, value: unknown): readonly (string | null)[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const each of values)
    if (typeof each !== 'string' && each !== null)
      refuse(path, 'a text, null, or a list of them', show(each));
  return values as readonly (string | null)[];
}
