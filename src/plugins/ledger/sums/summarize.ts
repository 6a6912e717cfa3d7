import type { LedgerGroup } from '../reading.ts';
import type { NewRow } from '../records/rows.ts';
import { type Key, sortGroups, toGroup } from './groups.ts';
import { addLatency, type Slots } from './latency.ts';
import type { ParsedFilter, ParsedQuery } from './parsed-query.ts';
import { addRow, type Measures, noMeasures } from './rollup.ts';

/** Sums up rows one by one, for ledgers without rollups and for data that rollups lack. */
export async function summarize(
  rows: AsyncIterable<NewRow> | Iterable<NewRow>,
  query: ParsedQuery,
): Promise<readonly LedgerGroup[]> {
  const groups = new Map<string, { readonly key: Key; readonly sum: Measures; readonly slots: Slots }>();
  for await (const row of rows) {
    if (!matches(row, query)) continue;
    for (const key of keysOf(row, query)) {
      const id = JSON.stringify(key);
      const group = groups.get(id) ?? { key, sum: noMeasures(), slots: new Map() };
      groups.set(id, group);
      addRow(group.sum, row);
      if (query.latency) addLatency(group.slots, row);
    }
  }
  const found = [...groups.values()].map(({ key, sum, slots }) =>
    toGroup(key, sum, query.latency ? slots : undefined),
  );
  return sortGroups(found, query.by);
}

export function matches(row: NewRow, { from, to, where }: ParsedFilter): boolean {
  if (row.at < from || row.at >= to) return false;
  for (const [name, wanted] of where) {
    if (name === 'tag') {
      const tags = row.tags.length === 0 ? [null] : row.tags;
      if (!tags.some((tag) => wanted.includes(tag))) return false;
    } else if (!wanted.includes(row[name])) return false;
  }
  return true;
}

/** The keys of the groups that a row belongs to: several where groups are by tag. */
function keysOf(row: NewRow, { by, days, where }: ParsedQuery): readonly Key[] {
  const key: Record<string, string | null> = {};
  if (by.includes('promptCache') && row.promptCache === null) return [];
  for (const name of by) {
    if (name === 'day') key[name] = days.dayOf(row.at);
    else if (name === 'hour') key[name] = days.hourOf(row.at);
    else if (name !== 'tag') key[name] = row[name];
  }
  if (!by.includes('tag')) return [key];
  const tags = row.tags.length === 0 ? [null] : [...new Set(row.tags)];
  const wanted = where.get('tag');
  return tags.filter((tag) => wanted?.includes(tag) ?? true).map((tag) => ({ ...key, tag }));
}
