import type { NewRow } from '../records/rows.ts';
import { blockOf, type Calendar, quarterOf } from '../sums/days.ts';
import { addLatency, type Slots } from '../sums/latency.ts';
import {
  addRow,
  facets,
  type GroupKey,
  groupsOf,
  latencyGroupOf,
  type Measures,
  measures,
  noMeasures,
  targetLatencyGroup,
} from '../sums/rollup.ts';
import { type Insert, marks, type Parameter, quoted, type SqlEngine } from './engine.ts';
import { tables } from './schema.ts';

/** The sums of a batch by group and day, and by group and quarter of an hour. */
export interface BatchSum {
  readonly group: string;
  readonly key: GroupKey;
  readonly day: string;
  readonly start: number;
  readonly sum: Measures;
  readonly slots: Slots;
}

export function sumsOf(rows: readonly NewRow[], days: Calendar): readonly BatchSum[] {
  const sums = new Map<string, BatchSum>();
  const sumFor = (key: GroupKey, at: number): BatchSum => {
    const start = quarterOf(at);
    const group = nameOf(key);
    const id = `${start} ${group}`;
    const known = sums.get(id);
    if (known !== undefined) return known;
    const made = { group, key, day: days.dayOf(at), start, sum: noMeasures(), slots: new Map() };
    sums.set(id, made);
    return made;
  };
  for (const row of rows) {
    for (const key of groupsOf(row)) addRow(sumFor(key, row.at).sum, row);
    for (const key of [latencyGroupOf(row), targetLatencyGroup(row)])
      addLatency(sumFor(key, row.at).slots, row);
  }
  return [...sums.values()];
}

const groupFields = [
  'value',
  'tenant',
  'route',
  'target',
  'provider',
  'model',
  'operation',
] as const satisfies readonly (keyof GroupKey)[];

/** The unique name of a group. */
export function nameOf(key: GroupKey): string {
  return JSON.stringify([key.facet, ...groupFields.map((field) => key[field])]);
}

/** More groups than most ledgers have. */
const mostGroups = 50_000;
const groupsAtOnce = 400;

/** Finds the numbers of groups that are new to this process, and adds new groups. */
export async function resolveGroups(
  engine: SqlEngine,
  sums: readonly Pick<BatchSum, 'group' | 'key'>[],
  ids: Map<string, number>,
): Promise<void> {
  if (ids.size > mostGroups) ids.clear();
  const unknown = [...new Map(sums.map(({ group, key }) => [group, key]))].filter(
    ([group]) => !ids.has(group),
  );
  for (let from = 0; from < unknown.length; from += groupsAtOnce) {
    const some = unknown.slice(from, from + groupsAtOnce);
    await engine.write([
      {
        into: tables.groups,
        columns: ['name', ...groupFields],
        values: some.map(([group, key]) => [group, ...groupFields.map((field) => key[field])]),
        conflict: 'ON CONFLICT ("name") DO NOTHING',
      },
    ]);
    const found = await engine.rows(
      `SELECT ${quoted(['id', 'name'])} FROM ${tables.groups} WHERE "name" IN (${marks(some.length)})`,
      some.map(([group]) => group),
    );
    for (const { id, name } of found) ids.set(String(name), Number(id));
  }
}

/** In a fixed order, so that two processes do not wait for each other's rows. */
export function rollupInserts(
  sums: readonly BatchSum[],
  ids: ReadonlyMap<string, number>,
): readonly Insert[] {
  const quarters = new Map<string, Parameter[]>();
  const blocks = new Map<string, Parameter[]>();
  const days = new Map<string, Parameter[]>();
  const months = new Map<string, Parameter[]>();
  const latencies = new Map<string, Parameter[]>();
  const targetLatencies = new Map<string, Parameter[]>();
  for (const { group, key, day, start, sum, slots } of sums) {
    const facet = facets.indexOf(key.facet);
    const grp = ids.get(group) ?? 0;
    if (key.facet === 'latency' || key.facet === 'target-latency') {
      const into = key.facet === 'latency' ? latencies : targetLatencies;
      for (const [slot, count] of slots) merge(into, [day, grp, slot], [count]);
      continue;
    }
    const values = measures.map((name) => sum[name]);
    merge(days, [facet, day, grp], values);
    if (key.facet === 'user') merge(months, [facet, `${day.slice(0, 8)}01`, grp], values);
    else {
      merge(quarters, [facet, start, grp], values);
      merge(blocks, [facet, blockOf(start), grp], values);
    }
  }
  return [
    upsert(tables.quarters, ['facet', 'start', 'grp'], measures, quarters),
    upsert(tables.blocks, ['facet', 'start', 'grp'], measures, blocks),
    upsert(tables.days, ['facet', 'day', 'grp'], measures, days),
    upsert(tables.months, ['facet', 'day', 'grp'], measures, months),
    upsert(tables.latencies, ['day', 'grp', 'slot'], ['count'], latencies),
    upsert(tables.targetLatencies, ['day', 'grp', 'slot'], ['count'], targetLatencies),
  ];
}

function merge(into: Map<string, Parameter[]>, key: readonly Parameter[], counts: readonly number[]): void {
  const id = JSON.stringify(key);
  const before = into.get(id);
  if (before === undefined) into.set(id, [...key, ...counts]);
  else
    for (const [index, count] of counts.entries())
      before[key.length + index] = Number(before[key.length + index]) + count;
}

function upsert(
  into: string,
  key: readonly string[],
  counts: readonly string[],
  values: ReadonlyMap<string, readonly Parameter[]>,
): Insert {
  const sums = counts.map((name) => `"${name}" = ${into}."${name}" + excluded."${name}"`);
  return {
    into,
    columns: [...key, ...counts],
    values: [...values].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row),
    conflict: `ON CONFLICT (${quoted(key)}) DO UPDATE SET ${sums.join(', ')}`,
  };
}
