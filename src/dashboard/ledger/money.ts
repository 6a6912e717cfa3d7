import type { LedgerGroup, LedgerQuery } from '../../plugins/ledger/index.ts';
import { addUsd } from '../../pricing/money.ts';
import type { DashboardOptions } from '../options.ts';
import type { Dimension, Money, MoneyKinds, MoneyRow } from '../protocol.ts';

/** The page's query of the ledger. */
export interface MoneyQuery {
  readonly by: Dimension;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly where?: LedgerQuery['where'];
}

/** Maximum rows for the page. */
const most = 200;

/** Money by day and one dimension. Reads sums that the ledger keeps. */
export async function moneyOf(
  ledger: NonNullable<DashboardOptions['ledger']>,
  { by, from, to, where }: MoneyQuery,
  now: () => number,
): Promise<Money> {
  const started = now();
  const range = {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(where === undefined ? {} : { where }),
  };
  const [groups, daily] = await Promise.all([
    // There may be thousands of users, so days are read only for the first ones.
    by === 'user' ? firstUsers(ledger, range) : ledger.query({ ...range, by: ['day', by] }),
    // Groups by tag overlap, so the total needs a separate query.
    ledger.query({ ...range, by: ['day'] }),
  ]);
  const days = daysOf(
    daily.map(({ key }) => key.day ?? ''),
    from,
  );
  const parts = new Map<string | null, LedgerGroup[]>();
  for (const group of groups) {
    const name = group.key[by] ?? null;
    const known = parts.get(name);
    if (known === undefined) parts.set(name, [group]);
    else known.push(group);
  }
  const rows = [...parts].map(([name, own]) => rowOf(name, own, days));
  rows.sort((a, b) => b.cost.total - a.cost.total || b.requests - a.requests);
  return {
    source: 'ledger',
    by,
    days,
    rows: rows.slice(0, most),
    groups: rows.length,
    total: rowOf(null, daily, days),
    took: Math.round(10 * (now() - started)) / 10,
  };
}

/** Number of users with separate days in the chart. */
const charted = 7;

/** Sums by user; those of the most expensive ones by day. */
async function firstUsers(
  ledger: NonNullable<DashboardOptions['ledger']>,
  range: LedgerQuery,
): Promise<readonly LedgerGroup[]> {
  const groups = await ledger.query({ ...range, by: ['user'] });
  const first = groups
    .toSorted((a, b) => b.cost.total - a.cost.total)
    .slice(0, charted)
    .map(({ key }) => key.user ?? null);
  if (first.length === 0) return [];
  const days = await ledger.query({ ...range, by: ['day', 'user'], where: { ...range.where, user: first } });
  return [...groups.filter(({ key }) => !first.includes(key.user ?? null)), ...days];
}

/** All days from the first to the last, including those without requests. */
function daysOf(known: readonly string[], from: string | undefined): readonly string[] {
  const sorted = known.toSorted();
  const last = Date.parse(sorted.at(-1) ?? '');
  const days: string[] = [];
  for (let day = Date.parse(from ?? sorted[0] ?? ''); day <= last; day += 86_400_000)
    days.push(new Date(day).toISOString().slice(0, 10));
  return days;
}

function rowOf(name: string | null, groups: readonly LedgerGroup[], days: readonly string[]): MoneyRow {
  const sum = (read: (group: LedgerGroup) => number): number =>
    groups.reduce((total, group) => total + read(group), 0);
  const usd = (kind: keyof MoneyKinds): number => addUsd(...groups.map(({ cost }) => cost[kind]));
  const byDay = new Map(groups.map(({ key, cost }) => [key.day, cost.total]));
  return {
    name,
    requests: sum(({ requests }) => requests),
    failed: sum(({ failed }) => failed),
    failovers: sum(({ failovers }) => failovers),
    cached: sum(({ cached }) => cached),
    unpriced: sum(({ unpriced }) => unpriced),
    input: sum(({ tokens }) => tokens.input),
    output: sum(({ tokens }) => tokens.output),
    cost: {
      total: usd('total'),
      answer: usd('answer'),
      failed: usd('failed'),
      hedged: usd('hedged'),
      aborted: usd('aborted'),
      mirrored: usd('mirrored'),
      saved: usd('saved'),
    },
    days: days.map((day) => byDay.get(day) ?? 0),
  };
}
