import { ConfigError } from '../../../errors.ts';
import { show } from '../../../util/option-check.ts';
import { laterColumns } from '../records/columns.ts';
import { type measures, targetLatencyGroup } from '../sums/rollup.ts';
import { type Insert, quoted, type SqlEngine, type Statement } from './engine.ts';
import { tables, tablesSql } from './schema.ts';
import { nameOf, resolveGroups } from './sums.ts';

/** Of the tables. A ledger with another one is not written to, but for those that lack only what can be added. */
const schemaVersion = '4';
/** 2 has nothing of prompt caches; 3 has no latencies by target alone. */
const upgradable: readonly string[] = ['2', '3'];
const laterMeasures = [
  'prompt_cache_hits',
  'prompt_cache_misses',
  'prompt_cache_saved',
] as const satisfies readonly (typeof measures)[number][];

/**
 * Creates the tables where they are missing.
 *
 * @param timeZone of its days; `undefined`: whatever it has
 * @returns the time zone of its days, which is fixed when the ledger is created
 */
export async function prepare(engine: SqlEngine, timeZone: string | undefined): Promise<string> {
  await engine.create(tablesSql(engine.dialect));
  await engine.write([
    {
      into: tables.meta,
      columns: ['name', 'value'],
      values: [
        ['schema', schemaVersion],
        ['time_zone', timeZone ?? 'UTC'],
      ],
      conflict: 'ON CONFLICT ("name") DO NOTHING',
    },
  ]);
  const version = (await metaOf(engine)).get('schema') ?? '';
  if (upgradable.includes(version)) await upgrade(engine, version);
  return checkedZone(engine, timeZone);
}

/** Adds what the tables of an earlier version lack. Their latencies are those of each route, from which those of each target are added up. */
async function upgrade(engine: SqlEngine, version: string): Promise<void> {
  const integer = engine.dialect === 'sqlite' ? 'INTEGER' : 'BIGINT';
  const add = (table: string, name: string, type: string): Statement => ({
    sql: `ALTER TABLE ${table} ADD COLUMN "${name}" ${type}`,
    parameters: [],
  });
  const withoutPromptCache = [
    ...laterColumns.map(({ name, type }) => add(tables.rows, name, type === 'text' ? 'TEXT' : integer)),
    ...[tables.quarters, tables.blocks, tables.days, tables.months].flatMap((table) =>
      laterMeasures.map((name) => add(table, name, `${integer} NOT NULL DEFAULT 0`)),
    ),
  ];
  try {
    await engine.write([
      ...(version === '2' ? withoutPromptCache : []),
      await targetLatencies(engine),
      { sql: `UPDATE ${tables.meta} SET "value" = ? WHERE "name" = 'schema'`, parameters: [schemaVersion] },
    ]);
  } catch (error) {
    // Another process was faster.
    if ((await metaOf(engine)).get('schema') !== schemaVersion) throw error;
  }
}

/** Without a way out of a conflict: of two processes that do this at the same time, one fails. */
async function targetLatencies(engine: SqlEngine): Promise<Insert> {
  const found = await engine.rows(
    `SELECT d."day", d."slot", g."target", g."provider", g."model", SUM(d."count") AS "count" FROM ${tables.latencies} d
     JOIN ${tables.groups} g ON g."id" = d."grp" GROUP BY 1, 2, 3, 4, 5`,
    [],
  );
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  const grouped = found.map(({ day, slot, target, provider, model, count }) => {
    const key = targetLatencyGroup({ target: text(target), provider: text(provider), model: text(model) });
    return { key, group: nameOf(key), values: [String(day), Number(slot), Number(count)] };
  });
  const ids = new Map<string, number>();
  await resolveGroups(engine, grouped, ids);
  return {
    into: tables.targetLatencies,
    columns: ['day', 'slot', 'count', 'grp'],
    values: grouped.map(({ group, values }) => [...values, ids.get(group) ?? 0]),
  };
}

async function metaOf(engine: SqlEngine): Promise<ReadonlyMap<string, string>> {
  const found = await engine.rows(`SELECT ${quoted(['name', 'value'])} FROM ${tables.meta}`, []);
  return new Map(found.map(({ name, value }) => [String(name), String(value)]));
}

/** The time zone of an existing ledger. */
export async function checkedZone(engine: SqlEngine, timeZone: string | undefined): Promise<string> {
  const meta = await metaOf(engine);
  const version = meta.get('schema');
  if (version !== undefined && upgradable.includes(version))
    throw new ConfigError(
      'ledger',
      `a ledger of version ${schemaVersion}, which it becomes when it is opened once to be written`,
      `version ${version}`,
    );
  if (version !== schemaVersion)
    throw new ConfigError('ledger', `a ledger of version ${schemaVersion}`, show(version));
  const zone = meta.get('time_zone') ?? 'UTC';
  if (timeZone !== undefined && timeZone !== zone)
    throw new ConfigError('ledger.timeZone', `${zone}, as when this ledger was created`, show(timeZone));
  return zone;
}
