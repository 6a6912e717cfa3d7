import type { LedgerDimension, LedgerGroup } from '../../reading.ts';
import type { Calendar } from '../../sums/days.ts';
import { type Key, sortGroups, toGroup } from '../../sums/groups.ts';
import { addSlot, type Slots } from '../../sums/latency.ts';
import type { ParsedQuery } from '../../sums/parsed-query.ts';
import { type Facet, facets, type Measures, measures, noMeasures } from '../../sums/rollup.ts';
import type { SqlEngine, Statement, Stored } from '../engine.ts';
import { tables } from '../schema.ts';
import { columnIs } from './conditions.ts';
import { numbered, periodsOf } from './periods.ts';
import {
  daysBetween,
  groupBy,
  monthsOf,
  quarters,
  type Segment,
  segmentSql,
  segmentsOf,
  segmentsSql,
} from './segments.ts';

const targetDimensions: readonly LedgerDimension[] = ['route', 'target', 'provider', 'model', 'operation'];
/** Dimensions that groups have as their value. */
const inValue: readonly LedgerDimension[] = ['user', 'tag', 'promptCache'];
/** Dimensions that the sums by user and by prompt cache result lack. */
const notByUser: readonly LedgerDimension[] = ['tag', 'promptCache', ...targetDimensions];
const notByPromptCache: readonly LedgerDimension[] = ['tag', 'user'];
/** Dimensions that latencies lack. */
const notByLatency: readonly LedgerDimension[] = ['tenant', 'user', 'tag', 'promptCache'];
/** What latencies by target alone are not broken down by. */
const notByTargetLatency = ['route', 'operation'] as const;

/** Whether there are sums that answer the query. */
export function isInRollups(query: ParsedQuery, own: Calendar): boolean {
  const { by, where, latency } = query;
  const used = new Set<LedgerDimension>([...by, ...where.keys()]);
  const uses = (names: readonly LedgerDimension[]): boolean => names.some((name) => used.has(name));
  if (latency && (uses(notByLatency) || !fitsDays(query, own))) return false;
  // Rows without a value are in no sums.
  if (
    used.has('promptCache') &&
    (uses(notByPromptCache) || where.get('promptCache')?.includes(null) === true)
  )
    return false;
  return !used.has('user') || (!uses(notByUser) && fitsDays(query, own));
}

/** Answers a query from stored sums. */
export async function queryRollups(
  engine: SqlEngine,
  query: ParsedQuery,
  own: Calendar,
): Promise<readonly LedgerGroup[]> {
  const groups = new Groups(query);
  const facet = facetOf(query);
  const wanted = await wantedGroups(engine, query);
  const hasGroups = groupColumns(query).of.length > 0;
  const sumUp = async (segments: readonly Segment[], withDay: boolean): Promise<void> => {
    const columns = [...(withDay ? ['day'] : []), ...(hasGroups ? ['grp'] : [])];
    const parts = segments.map((segment) => segmentSql(segment, facet, wanted, columns));
    const { sql, parameters } = sumsSql(parts, query, withDay ? 'day' : undefined);
    for (const row of await engine.rows(sql, parameters, true)) groups.add(row);
  };
  if (fitsDays(query, own)) {
    const { from, to } = dayRange(query, own);
    const withDay = query.by.includes('day');
    const hasMonths = facet === facets.indexOf('user') && !withDay;
    await sumUp(hasMonths ? monthsOf(from, to) : [daysBetween(from, to)], withDay);
    if (query.latency) await addLatencies(engine, query, own, groups);
    return groups.list();
  }
  if (!query.by.includes('day') && !query.by.includes('hour')) {
    await sumUp(segmentsOf(query.from, query.to, own), false);
    return groups.list();
  }
  const periods = await periodsOf(engine, query, own);
  const { segments, uses } = numbered(
    periods,
    query.by.includes('hour') ? quarters : (from, to) => segmentsOf(from, to, own),
  );
  const parts = segments.map((some) =>
    segmentsSql(some, facet, wanted, hasGroups ? ['grp'] : [], engine.dialect),
  );
  if (parts.length > 0) {
    const { sql, parameters } = sumsSql(parts, query, 'number');
    for (const row of await engine.rows(sql, parameters, true))
      for (const { key, sign } of uses[Number(row['number'])] ?? []) groups.add(row, key, sign);
  }
  return groups.list();
}

/** Whether the query's days and limits are those of the ledger. */
function fitsDays({ by, days, from, to }: ParsedQuery, own: Calendar): boolean {
  if (by.includes('hour')) return false;
  if (by.includes('day') && days.timeZone !== own.timeZone) return false;
  const isStart = (at: number): boolean =>
    at === 0 || at === Number.MAX_SAFE_INTEGER || own.startOf(own.dayOf(at)) === at;
  return isStart(from) && isStart(to);
}

/** The days of a query; the second one is not included. */
function dayRange({ from, to }: ParsedQuery, own: Calendar): { readonly from: string; readonly to: string } {
  return {
    from: from === 0 ? '' : own.dayOf(from),
    to: to === Number.MAX_SAFE_INTEGER ? '~' : own.dayOf(to),
  };
}

/** The smallest facet with all dimensions of the query. */
function facetOf({ by, where }: ParsedQuery): number {
  const used = new Set<LedgerDimension>([...by, ...where.keys()]);
  const ofTargets = targetDimensions.some((name) => used.has(name));
  const find = (): Facet => {
    if (used.has('user')) return 'user';
    if (used.has('promptCache')) return 'prompt-cache';
    if (used.has('tag')) return ofTargets || used.has('tenant') ? 'tag' : 'tag-total';
    if (!ofTargets) return 'tenant-total';
    return used.has('tenant') ? 'all' : 'target-total';
  };
  return facets.indexOf(find());
}

/** The columns of a query's groups, and its conditions on them. */
function groupColumns({ by, where }: ParsedQuery): {
  readonly of: readonly string[];
  readonly where: readonly Statement[];
} {
  const column = (name: LedgerDimension): string => `g."${inValue.includes(name) ? 'value' : name}"`;
  return {
    of: by.filter((name) => name !== 'day' && name !== 'hour').map((name) => `${column(name)} AS "${name}"`),
    where: [...where].map(([name, values]) => columnIs(column(name), values)),
  };
}

/** The numbers of the groups that match the conditions, looked up once: a query may have hundreds of parts. */
async function wantedGroups(engine: SqlEngine, query: ParsedQuery): Promise<Statement | undefined> {
  const { where } = groupColumns(query);
  if (where.length === 0) return undefined;
  const found = await engine.rows(
    `SELECT g."id" AS "id" FROM ${tables.groups} g WHERE ${where.map(({ sql }) => sql).join(' AND ')}`,
    where.flatMap(({ parameters }) => parameters),
  );
  const sql =
    engine.dialect === 'postgres'
      ? 'SELECT value::bigint FROM jsonb_array_elements_text(?::text::jsonb)'
      : 'SELECT value FROM json_each(?)';
  return { sql, parameters: [JSON.stringify(found.map(({ id }) => Number(id)))] };
}

/** Adds up parts by the texts of their groups, and by what else they are broken down by. */
function sumsSql(
  parts: readonly Statement[],
  query: ParsedQuery,
  by: 'day' | 'number' | undefined,
): Statement {
  const { of } = groupColumns(query);
  const keys = [...(by === undefined ? [] : [`d."${by}" AS "${by}"`]), ...of];
  const sums = measures.map((name) => `SUM(d."${name}") AS "${name}"`);
  const join = of.length > 0 ? ` JOIN ${tables.groups} g ON g."id" = d."grp"` : '';
  return {
    sql: `SELECT ${[...keys, ...sums].join(', ')} FROM (${parts.map(({ sql }) => sql).join(' UNION ALL ')}) d${join}${groupBy(keys.length)}`,
    parameters: parts.flatMap(({ parameters }) => parameters),
  };
}

async function addLatencies(
  engine: SqlEngine,
  query: ParsedQuery,
  own: Calendar,
  groups: Groups,
): Promise<void> {
  const { of, where } = groupColumns(query);
  const { from, to } = dayRange(query, own);
  const ofTargets = !notByTargetLatency.some((name) => query.by.includes(name) || query.where.has(name));
  const table = ofTargets ? tables.targetLatencies : tables.latencies;
  const keys = [...(query.by.includes('day') ? ['d."day" AS "day"'] : []), ...of];
  const concat = engine.dialect === 'postgres' ? 'string_agg' : 'group_concat';
  const conditions = ['d."day" >= ? AND d."day" < ?', ...where.map(({ sql }) => sql)];
  const rows = await engine.rows(
    // A row for each count would take longer to fetch than to add up.
    `SELECT ${[...keys, `${concat}(d."slot" || ' ' || d."count", ',') AS "slots"`].join(', ')} FROM ${table} d JOIN ${tables.groups} g ON g."id" = d."grp"
     WHERE ${conditions.join(' AND ')}${groupBy(keys.length)}`,
    [from, to, ...where.flatMap(({ parameters }) => parameters)],
    true,
  );
  for (const row of rows) groups.addSlots(row);
}

/** Groups that are combined from several queries. */
export class Groups {
  readonly #query: ParsedQuery;
  readonly #found = new Map<string, { readonly key: Key; readonly sum: Measures; readonly slots: Slots }>();

  constructor(query: ParsedQuery) {
    this.#query = query;
  }

  add(row: Stored, period: Key = {}, sign: Segment['sign'] = 1): void {
    if (row['requests'] === null) return; // a sum of nothing
    const { sum } = this.#groupOf(row, period);
    for (const name of measures) sum[name] += sign * Number(row[name]);
  }

  /** `slots` is a list such as `17 2,18 40`: counts by slot. */
  addSlots(row: Stored): void {
    const { slots } = row;
    if (typeof slots !== 'string') return; // of nothing
    const group = this.#groupOf(row, {});
    for (const pair of slots.split(',')) {
      const end = pair.indexOf(' ');
      addSlot(group.slots, Number(pair.slice(0, end)), Number(pair.slice(end + 1)));
    }
  }

  list(): readonly LedgerGroup[] {
    const { by, latency } = this.#query;
    // Groups that are in a larger sum but not in the period.
    const found = [...this.#found.values()].filter(({ sum }) => sum.requests > 0 || sum.attempts > 0);
    const groups = found.map(({ key, sum, slots }) => toGroup(key, sum, latency ? slots : undefined));
    return sortGroups(groups, by);
  }

  #groupOf(row: Stored, period: Key) {
    const key: Record<string, string | null> = { ...period };
    for (const name of this.#query.by)
      if (!(name in key)) key[name] = typeof row[name] === 'string' ? row[name] : null;
    const id = JSON.stringify(this.#query.by.map((name) => key[name]));
    const known = this.#found.get(id);
    if (known !== undefined) return known;
    const made = { key, sum: noMeasures(), slots: new Map<number, number>() };
    this.#found.set(id, made);
    return made;
  }
}
