import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Dimension, dimensions, type Money, type MoneyRow } from '../../protocol.ts';
import { Chart, type Series } from '../chart.tsx';
import { get } from '../client.ts';
import { compactCount, percent, usd } from '../format.ts';
import { type Column, Empty, Table, Tile } from '../parts.tsx';

const ranges: Readonly<Record<string, number>> = {
  '7 days': 7,
  '30 days': 30,
  '90 days': 90,
  '12 months': 365,
};
/** Maximum parts of a stack; further ones are combined. */
const parts = 7;
const reload = 30_000;

/** Money by day and a dimension, drilled down by clicks on its rows. */
export function MoneyView() {
  const by = useSignal<Dimension>('tenant');
  const range = useSignal('30 days');
  const where = useSignal<Partial<Record<Dimension, string | null>>>({});
  const money = useSignal<Money | undefined>(undefined);
  const error = useSignal('');
  useEffect(() => {
    let isOver = false;
    const load = async (): Promise<void> => {
      const from = new Date(Date.now() - ((ranges[range.value] ?? 30) - 1) * 86_400_000)
        .toISOString()
        .slice(0, 10);
      try {
        const found = await get<Money>('money', { by: by.value, from, where: JSON.stringify(where.value) });
        if (!isOver) money.value = found;
        error.value = '';
      } catch (reason) {
        error.value = reason instanceof Error ? reason.message : String(reason);
      }
    };
    void load();
    const timer = setInterval(() => void load(), reload);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [by.value, range.value, where.value]);
  const open = ({ name }: MoneyRow): void => {
    where.value = { ...where.value, [by.value]: name };
    const left = dimensions.filter((each) => !(each in where.value));
    by.value = left.find((each) => each === 'model') ?? left[0] ?? 'model';
  };
  const found = money.value;
  return (
    <section>
      <h2>
        Money{' '}
        <small>{found?.source === 'live' ? 'since the start; a ledger shows the days before' : ''}</small>
        <span class="tools">
          <select
            aria-label="By"
            value={by.value}
            onChange={({ currentTarget: { value } }) => {
              by.value = dimensions.find((each) => each === value) ?? 'tenant';
            }}
          >
            {dimensions.map((each) => (
              <option key={each} value={each}>
                by {each}
              </option>
            ))}
          </select>
          {found?.source === 'live' ? null : (
            <select
              aria-label="Period"
              value={range.value}
              onChange={({ currentTarget: { value } }) => {
                range.value = value;
              }}
            >
              {Object.keys(ranges).map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          )}
        </span>
      </h2>
      <p class="chips">
        {Object.entries(where.value).map(([name, value]) => (
          <button
            type="button"
            key={name}
            onClick={() => {
              where.value = Object.fromEntries(Object.entries(where.value).filter(([each]) => each !== name));
            }}
          >
            {name}: {value ?? 'none'} ✕
          </button>
        ))}
      </p>
      {error.value === '' ? null : <Empty title="It cannot be shown">{error.value}</Empty>}
      {found === undefined ? null : (
        <Found money={found} onOpen={found.source === 'ledger' ? open : undefined} />
      )}
    </section>
  );
}

function Found({
  money,
  onOpen,
}: {
  readonly money: Money;
  readonly onOpen: ((row: MoneyRow) => void) | undefined;
}) {
  const hovered = useSignal<number | undefined>(undefined);
  const { rows, total, days, by, groups } = money;
  if (total.requests === 0 && total.cost.total === 0) return <Empty title="No money spent in this period" />;
  const { answer, failed, hedged, aborted, mirrored, saved } = total.cost;
  const series = seriesOf(money);
  const day = hovered.value === undefined ? undefined : days[hovered.value];
  return (
    <>
      <div class="tiles">
        <Tile label="Spent" value={usd(total.cost.total)} note={`${compactCount(total.requests)} requests`} />
        <Tile label="On answers" value={usd(answer)} note={share(answer, total.cost.total)} />
        <Tile label="On failed attempts" value={usd(failed)} note={share(failed, total.cost.total)} />
        <Tile
          label="Hedged, aborted, mirrored"
          value={usd(hedged + aborted + mirrored)}
          note={share(hedged + aborted + mirrored, total.cost.total)}
        />
        <Tile
          label="Saved by caches"
          value={usd(saved)}
          tone={saved > 0 ? 'good' : ''}
          note={`${compactCount(total.cached)} answers`}
        />
      </div>
      <Chart
        label={`Cost by day and ${by}`}
        at={days.map((each) => Date.parse(each) / 1_000)}
        series={series}
        format={usd}
        formatTime={(seconds) =>
          new Date(seconds * 1_000).toLocaleDateString('en-US', {
            month: 'short',
            day: 'numeric',
            timeZone: 'UTC',
          })
        }
        onHover={(index) => {
          hovered.value = index;
        }}
      />
      <ul class="legend">
        <li>
          <b>{day ?? 'Whole period'}</b>{' '}
          {usd(day === undefined ? total.cost.total : total.days[hovered.value ?? 0])}
        </li>
        {series.toReversed().map(({ name, color, values }) => (
          <li key={name}>
            <i style={{ background: `var(${color})` }} />
            <span class="name">{name}</span>{' '}
            {usd(hovered.value === undefined ? sum(values) : values[hovered.value])}
          </li>
        ))}
      </ul>
      <Table
        label={`Money by ${by}`}
        columns={columnsOf(money)}
        rows={rows}
        keyOf={({ name }) => JSON.stringify(name)}
        {...(onOpen === undefined ? {} : { onOpen })}
      />
      <p class="dim">
        {groups > rows.length ? `The ${rows.length} most expensive of ${compactCount(groups)}. ` : ''}
        {total.unpriced > 0 ? `${compactCount(total.unpriced)} attempts have no known price. ` : ''}
        {money.source === 'ledger' ? `Read in ${money.took} ms.` : ''}
      </p>
    </>
  );
}

/** The largest groups and the rest, from the bottom of the stack up. */
function seriesOf({ rows, total }: Money): readonly Series[] {
  const shown = rows.filter(({ cost }) => cost.total > 0).slice(0, parts);
  const rest = total.days.map((value, index) =>
    Math.max(0, value - sum(shown.map(({ days }) => days[index] ?? 0))),
  );
  const series = shown.map(({ name, days }, index) => ({
    name: name ?? 'none',
    color: `--s${index + 1}`,
    values: days,
  }));
  return sum(rest) > 0.000001
    ? [{ name: 'others', color: '--s8', values: rest }, ...series.toReversed()]
    : series.toReversed();
}

function columnsOf({ by, total }: Money): readonly Column<MoneyRow>[] {
  const cost = total.cost.total;
  return [
    {
      head: by,
      cell: ({ name }) => <span class="name">{name ?? <small>none</small>}</span>,
      sort: ({ name }) => name ?? '',
    },
    {
      head: 'Requests',
      number: true,
      rank: 1,
      cell: ({ requests }) => compactCount(requests),
      sort: ({ requests }) => requests,
    },
    {
      head: 'Failed',
      number: true,
      rank: 2,
      cell: ({ failed }) => compactCount(failed),
      sort: ({ failed }) => failed,
    },
    {
      head: 'Failed over',
      number: true,
      rank: 2,
      cell: ({ failovers }) => compactCount(failovers),
      sort: ({ failovers }) => failovers,
    },
    {
      head: 'Tokens in',
      number: true,
      rank: 2,
      cell: ({ input }) => compactCount(input),
      sort: ({ input }) => input,
    },
    {
      head: 'Tokens out',
      number: true,
      rank: 2,
      cell: ({ output }) => compactCount(output),
      sort: ({ output }) => output,
    },
    {
      head: 'Without an answer',
      hint: 'Failed, hedged, aborted and mirrored attempts',
      number: true,
      rank: 1,
      cell: (row) => usd(row.cost.total - row.cost.answer),
      sort: (row) => row.cost.total - row.cost.answer,
    },
    {
      head: 'Share',
      number: true,
      rank: 1,
      cell: (row) => share(row.cost.total, cost),
      sort: (row) => row.cost.total,
    },
    {
      head: 'Cost',
      number: true,
      cell: (row) => <b>{usd(row.cost.total)}</b>,
      sort: (row) => row.cost.total,
    },
  ];
}

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : percent(part / whole);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
