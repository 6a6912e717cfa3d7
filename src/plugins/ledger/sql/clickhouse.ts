import { chainId, newChain } from '../chain/chain.ts';
import type { LedgerWriter } from '../reading.ts';
import { columns, laterColumns } from '../records/columns.ts';
import type { Insert, Parameter, SqlEngine } from './engine.ts';
import { batchOf } from './inserts.ts';
import { sqlReader } from './reader.ts';
import { auditColumns, tables } from './schema.ts';

/** The methods of a `@clickhouse/client` client that the ledger uses. */
export interface ClickHouseClient {
  /** Inserts rows. */
  insert(request: {
    table: string;
    values: Readonly<Record<string, unknown>>[];
    format: 'JSONEachRow';
    clickhouse_settings: { insert_deduplication_token: string };
  }): Promise<unknown>;
  /** Runs a statement without a result. */
  command(request: { query: string }): Promise<unknown>;
  /** Runs a query. */
  query(request: {
    query: string;
    query_params: Record<string, unknown>;
    format: 'JSONEachRow';
  }): Promise<{ json(): Promise<unknown> }>;
}

/**
 * Blocks that are sent again with the same token are ignored
 * (https://clickhouse.com/docs/en/operations/settings/merge-tree-settings#non-replicated-deduplication-window).
 */
const settings = 'SETTINGS non_replicated_deduplication_window = 10000';

function tablesSql(): readonly string[] {
  const typeOf = ({ name, type }: (typeof columns)[number]): string =>
    `"${name}" Nullable(${type === 'text' ? 'String' : 'Int64'})`;
  const typed = columns.filter(({ name }) => !['chain', 'seq', 'at'].includes(name)).map(typeOf);
  const place = '"chain" String, "seq" Int64, "at" Int64';
  const byMonth = `ENGINE = MergeTree PARTITION BY toYYYYMM(fromUnixTimestamp64Milli("at")) ORDER BY ("at", "chain", "seq") ${settings}`;
  const texts = auditColumns.slice(3).map((name) => `"${name}" Nullable(String)`);
  return [
    `CREATE TABLE IF NOT EXISTS ${tables.rows} (${place}, ${typed.join(', ')}, "hash" String) ${byMonth}`,
    `CREATE TABLE IF NOT EXISTS ${tables.audits} (${place}, ${texts.join(', ')}, "hash" String) ${byMonth}`,
    `CREATE TABLE IF NOT EXISTS ${tables.contents} ("request_id" String, ${place}, "prompt" Nullable(String), "answer" Nullable(String)) ${byMonth}`,
    `CREATE TABLE IF NOT EXISTS ${tables.chains} ("chain" String, "seq" Int64, "hash" String, "first_seq" Nullable(Int64), "first_hash" Nullable(String)) ENGINE = ReplacingMergeTree("seq") ORDER BY "chain" ${settings}`,
    // Tables of an earlier version.
    ...laterColumns.map((column) => `ALTER TABLE ${tables.rows} ADD COLUMN IF NOT EXISTS ${typeOf(column)}`),
  ];
}

/**
 * Rows and chains in ClickHouse. It keeps no sums: ClickHouse reads only the columns that a query names
 * (https://clickhouse.com/docs/faq/general/columnar-database). A million rows take 0.12 to 0.36 s of processor time, which it spreads over its
 * cores. Sums kept by materialized views would be counted twice where a batch is sent again.
 */
export function clickhouseWriter(
  client: ClickHouseClient,
  { key, timeZone = 'UTC' }: { readonly key?: string | undefined; readonly timeZone?: string | undefined },
): LedgerWriter {
  const engine = clickhouseEngine(client);
  const id = chainId();
  const rows = newChain(id, key);
  const audits = newChain(`${id}.audit`, key);
  let ready: Promise<void> | undefined;
  const open = (): Promise<void> => {
    ready ??= engine.create(tablesSql());
    ready.catch(() => {
      ready = undefined;
    });
    return ready;
  };
  return {
    name: 'clickhouse',
    async append(batch) {
      await open();
      const before = [rows.head, audits.head] as const;
      try {
        await engine.write(batchOf(batch, rows, audits).inserts);
      } catch (error) {
        // Data that has arrived after all is ignored when it is sent again, because it has the same token.
        rows.reset(before[0]);
        audits.reset(before[1]);
        throw error;
      }
    },
    reader: sqlReader(
      engine,
      async () => {
        await open();
        return timeZone;
      },
      false,
    ),
  };
}

function clickhouseEngine(client: ClickHouseClient): SqlEngine {
  return {
    dialect: 'clickhouse',
    async create(statements) {
      for (const query of statements) await client.command({ query });
    },
    async write(steps) {
      for (const step of steps) {
        if ('sql' in step || step.values.length === 0) continue;
        await client.insert({
          table: step.into,
          values: step.values.map((row) =>
            Object.fromEntries(step.columns.map((name, index) => [name, row[index]])),
          ),
          format: 'JSONEachRow',
          clickhouse_settings: { insert_deduplication_token: tokenOf(step) },
        });
      }
    },
    async rows(sql, parameters) {
      const { query, texts } = withTypes(sql, parameters);
      const found = await client.query({ query, query_params: texts, format: 'JSONEachRow' });
      const rows: unknown = await found.json();
      return Array.isArray(rows) ? rows : [];
    },
    close: () => Promise.resolve(),
  };
}

/** The place of its last row: a batch that is sent again is the same up to there. */
function tokenOf({ into, columns: names, values }: Insert): string {
  const last = values.at(-1) ?? [];
  return `${into} ${last[names.indexOf('chain')]} ${last[names.indexOf('seq')]}`;
}

/** Numbers in place, texts as parameters with a type: `{p1:String}`. */
function withTypes(sql: string, parameters: readonly Parameter[]) {
  const texts: Record<string, unknown> = {};
  let at = 0;
  const query = sql.replaceAll('?', () => {
    const value = parameters[at++];
    if (typeof value === 'number') return String(value);
    texts[`p${at}`] = value;
    return `{p${at}:String}`;
  });
  return { query, texts };
}
