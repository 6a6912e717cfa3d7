import type { LedgerDimension, LedgerGroup } from '../../reading.ts';
import { quarter } from '../../sums/days.ts';
import { perDoubling, perSample } from '../../sums/latency.ts';
import type { ParsedQuery } from '../../sums/parsed-query.ts';
import { type Measures, measures } from '../../sums/rollup.ts';
import type { Parameter, SqlEngine, Stored } from '../engine.ts';
import { tables } from '../schema.ts';
import { rowConditions } from './conditions.ts';
import { Groups } from './query.ts';

type Dialect = SqlEngine['dialect'];

const isRequest = 'r."main" = 1 AND r."mirror" = 0';
const isAttempt = 'r."outcome" IS NOT NULL';
const isBilled = `${isAttempt} AND r."billed" <> 'no'`;
const isPriced = `${isBilled} AND r."cost" IS NOT NULL`;
const isAnswered = `${isRequest} AND r."request_outcome" = 'success'`;

const sumIf = (condition: string, value = '1'): string =>
  `SUM(CASE WHEN ${condition} THEN ${value} ELSE 0 END)`;
const tokens = (name: string): string => sumIf(`${isBilled} AND r."${name}" IS NOT NULL`, `r."${name}"`);
const costOf = (charge: string): string => sumIf(`${isPriced} AND r."charge" = '${charge}'`, 'r."cost"');

/** What `addRow` adds, as SQL. */
const sums: Readonly<Record<keyof Measures, string>> = {
  requests: sumIf(isRequest),
  succeeded: sumIf(isAnswered),
  failed: sumIf(`${isRequest} AND r."request_outcome" = 'failed'`),
  aborted: sumIf(`${isRequest} AND r."request_outcome" = 'aborted'`),
  failovers: sumIf(`${isRequest} AND r."failover" = 1`),
  cached: sumIf(`${isRequest} AND r."charge" = 'cached'`),
  attempts: sumIf(isAttempt),
  failed_attempts: sumIf(`r."outcome" = 'failed'`),
  hedges: sumIf(`${isAttempt} AND r."hedge" = 1`),
  mirrors: sumIf(`${isAttempt} AND r."mirror" = 1`),
  unpriced: sumIf(`${isBilled} AND r."cost" IS NULL`),
  estimated: sumIf(`${isPriced} AND r."charge" <> 'cached' AND r."estimated" = 1`),
  input_tokens: tokens('input_tokens'),
  output_tokens: tokens('output_tokens'),
  cache_read_tokens: tokens('cache_read_tokens'),
  cache_write_tokens: tokens('cache_write_tokens'),
  reasoning_tokens: tokens('reasoning_tokens'),
  cost_answer: costOf('answer'),
  cost_failed: costOf('failed'),
  cost_hedged: costOf('hedged'),
  cost_aborted: costOf('aborted'),
  cost_mirrored: costOf('mirrored'),
  saved: sumIf(`r."charge" = 'cached'`, 'r."saved"'),
  prompt_cache_hits: sumIf(`${isAttempt} AND r."prompt_cache" = 'hit'`),
  prompt_cache_misses: sumIf(`${isAttempt} AND r."prompt_cache" <> 'hit'`),
  prompt_cache_saved: sumIf(`${isAttempt} AND r."prompt_cache_saved" IS NOT NULL`, 'r."prompt_cache_saved"'),
};

/** Whether the database can answer the query from its rows by itself. Only ClickHouse adds up tags and latencies. */
export function isSqlEnough({ by, latency }: ParsedQuery, dialect: Dialect): boolean {
  return dialect === 'clickhouse' || (!latency && !by.includes('tag'));
}

/**
 * Answers a query from the rows, added up by the database. In ClickHouse, which reads only the columns that a query names, that is as fast as
 * sums that are kept (https://clickhouse.com/docs/faq/general/columnar-database); elsewhere it is for what the sums do not hold.
 */
export async function queryRows(engine: SqlEngine, query: ParsedQuery): Promise<readonly LedgerGroup[]> {
  const { by, days, where, latency } = query;
  const { dialect } = engine;
  const groups = new Groups(query);
  const keys = keysOf(query, dialect);
  const select = async (
    columns: readonly string[],
    conditions: string,
    more: number,
  ): Promise<readonly Stored[]> => {
    const { sql, parameters } = rowConditions(query, undefined, dialect);
    const grouped = keys.length + more;
    const order =
      grouped === 0 ? '' : ` GROUP BY ${Array.from({ length: grouped }, (_, at) => at + 1).join(', ')}`;
    const zones = keys.flatMap((key) => key.parameters);
    return await engine.rows(
      `SELECT ${[...keys.map((key) => key.sql), ...columns].join(', ')} FROM ${tables.rows} r WHERE ${sql}${conditions}${order}`,
      [...zones, ...parameters],
      true,
    );
  };
  const named = (row: Stored): Stored => {
    const values = Object.fromEntries(by.map((name) => [name, row[`by_${name}`]]));
    if (row['by_quarter'] === undefined) return values;
    const at = Number(row['by_quarter']) * quarter;
    return {
      ...values,
      ...(by.includes('day') ? { day: days.dayOf(at) } : {}),
      ...(by.includes('hour') ? { hour: days.hourOf(at) } : {}),
    };
  };
  const isWanted = (row: Stored): boolean => {
    const tag = row['by_tag'];
    return tag === undefined || (where.get('tag')?.includes(tag === null ? null : String(tag)) ?? true);
  };
  const some = by.includes('promptCache') ? ' AND r."prompt_cache" IS NOT NULL' : '';
  const found = await select(
    measures.map((name) => `${sums[name]} AS "sum_${name}"`),
    some,
    0,
  );
  for (const row of found.filter(isWanted))
    groups.add({ ...named(row), ...Object.fromEntries(measures.map((name) => [name, row[`sum_${name}`]])) });
  if (latency) {
    const slots = await select([slotSql, 'COUNT(*) AS "samples"'], ` AND ${isAnswered}${some}`, 1);
    for (const row of slots.filter(isWanted))
      if (row['slot'] !== null) groups.addSlots({ ...named(row), slots: `${row['slot']} ${row['samples']}` });
  }
  return groups.list();
}

/** What `addLatency` counts, in ClickHouse: the number of the sample and the slot. Without a value, null. */
const slotSql = `arrayJoin([${[
  'r."request_duration"',
  'r."request_first_token"',
  `if(r."charge" = 'answer', r."duration", NULL)`,
  `if(r."charge" = 'answer', r."first_token", NULL)`,
]
  .map(
    (ms, sample) =>
      `${sample * perSample} + toInt64(round(log2(if(${ms} < 0, 0, ${ms}) + 1) * ${perDoubling}))`,
  )
  .join(', ')}]) AS "slot"`;

interface KeySql {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

/** The columns to group by. Where the database knows no time zones by the same names, days are put together from quarters of an hour. */
function keysOf({ by, days }: ParsedQuery, dialect: Dialect): readonly KeySql[] {
  const columnOf = (name: LedgerDimension): KeySql => {
    if (dialect === 'clickhouse' && (name === 'day' || name === 'hour')) {
      const format = name === 'day' ? '%Y-%m-%d' : '%Y-%m-%dT%H';
      return {
        sql: `formatDateTime(fromUnixTimestamp64Milli(r."at"), '${format}', ?) AS "by_${name}"`,
        parameters: [days.timeZone],
      };
    }
    if (name === 'tag') return { sql: `${tagSql} AS "by_tag"`, parameters: [] };
    const column = name === 'promptCache' ? 'prompt_cache' : name;
    return { sql: `r."${column}" AS "by_${name}"`, parameters: [] };
  };
  if (dialect === 'clickhouse') return by.map(columnOf);
  const others = by.filter((name) => name !== 'day' && name !== 'hour').map(columnOf);
  if (others.length === by.length) return others;
  return [{ sql: `r."at" / ${quarter} AS "by_quarter"`, parameters: [] }, ...others];
}

/** Each tag of a row once; null without any. */
const tagSql = `arrayJoin(if(empty(JSONExtract(ifNull(r."tags", '[]'), 'Array(String)')), [NULL], CAST(arrayDistinct(JSONExtract(ifNull(r."tags", '[]'), 'Array(String)')) AS Array(Nullable(String)))))`;
