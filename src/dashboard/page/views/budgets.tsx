import type { BudgetReport } from '../../../plugins/budgets/index.ts';
import { compactCount, period, usd } from '../format.ts';
import { type Column, Empty, Table } from '../parts.tsx';
import { about, budgets } from '../state.ts';

export function Budgets() {
  const all = budgets.value;
  if (all === null)
    return (
      <Empty title="No budgets">
        {about.value?.live === true
          ? 'The router has no limits() of signalbox/budgets.'
          : 'A ledger does not hold them: mount the dashboard on a router.'}
      </Empty>
    );
  if (all.length === 0)
    return <Empty title="No budget used yet">They appear with the first request of each subject.</Empty>;
  const sorted = all.toSorted((a, b) => ratioOf(b) - ratioOf(a));
  return (
    <section>
      <h2>
        Budgets <small>{all.length}</small>
      </h2>
      <Table
        label="Budgets"
        columns={columns}
        rows={sorted}
        keyOf={({ limit, subject }) => `${limit} ${subject}`}
      />
    </section>
  );
}

function ratioOf({ used, reserved, amount }: BudgetReport): number {
  return amount === 0 ? 1 : (used + reserved) / amount;
}

const columns: readonly Column<BudgetReport>[] = [
  {
    head: 'Limit',
    cell: ({ limit, storeAway }) => (
      <>
        <span class="name">{limit}</span>
        {storeAway ? <span class="mark warn">store away</span> : null}
      </>
    ),
    sort: ({ limit }) => limit,
  },
  {
    head: 'Subject',
    cell: ({ subject, by }) => <span class="name">{subject ?? (by === '' ? 'everything' : 'none')}</span>,
    sort: ({ subject }) => subject ?? '',
  },
  {
    head: 'Used',
    cell: (report) => (
      <div class="meter" title={`${Math.round(100 * ratioOf(report))}%`}>
        <i class={toneOf(ratioOf(report))} style={{ width: `${Math.min(100, 100 * ratioOf(report))}%` }} />
      </div>
    ),
    sort: ratioOf,
  },
  {
    head: 'Amount',
    number: true,
    cell: ({ used, amount, unit }) => (
      <span class="wrap">
        {unit === 'usd' ? usd(used) : compactCount(used)} of {amountOf(amount, unit)}
      </span>
    ),
  },
  { head: 'Reserved', number: true, rank: 1, cell: ({ reserved, unit }) => amountOf(reserved, unit) },
  {
    head: 'Renews',
    number: true,
    rank: 1,
    cell: ({ period: of }) => (of === undefined ? 'rolling' : `in ${period(of.end - Date.now())}`),
  },
];

function toneOf(ratio: number): string {
  return ratio >= 1 ? 'bad' : ratio >= 0.8 ? 'warn' : 'good';
}

function amountOf(value: number, unit: BudgetReport['unit']): string {
  return unit === 'usd'
    ? usd(value)
    : `${compactCount(value)} ${unit === 'concurrency' ? 'at a time' : unit}`;
}
