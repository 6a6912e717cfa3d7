import { useSignal } from '@preact/signals';
import type { SimulatedFigures, WhatIf } from '../../protocol.ts';
import { get } from '../client.ts';
import { compactCount, moment, ms, percent, usd } from '../format.ts';
import { type Column, Empty, Table } from '../parts.tsx';

const known = [
  'priority',
  'lowestCost',
  'lowestLatency',
  'balanced',
  'highestThroughput',
  'leastBusy',
  'roundRobin',
  'inverseSquarePrice',
];

/** The simulator: recent requests, played again with other strategies. */
export function WhatIfView() {
  const chosen = useSignal<readonly string[]>(['priority', 'lowestCost', 'lowestLatency']);
  const own = useSignal('');
  const result = useSignal<WhatIf | undefined>(undefined);
  const error = useSignal('');
  const isRunning = useSignal(false);
  const run = async (event: Event): Promise<void> => {
    event.preventDefault();
    isRunning.value = true;
    error.value = '';
    try {
      const strategy = [...chosen.value, own.value.trim()].filter((text) => text !== '');
      result.value = await get<WhatIf>('what-if', { strategy });
    } catch (reason) {
      error.value = reason instanceof Error ? reason.message : String(reason);
    }
    isRunning.value = false;
  };
  return (
    <section>
      <h2>What if</h2>
      <p class="dim">
        Plays the recent requests again through a router with other strategies, in virtual time. Nothing is
        sent, and nothing changes.
      </p>
      <form class="choices" onSubmit={(event) => void run(event)}>
        {known.map((name) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={chosen.value.includes(name)}
              onChange={({ currentTarget: { checked } }) => {
                chosen.value = checked
                  ? [...chosen.value, name]
                  : chosen.value.filter((each) => each !== name);
              }}
            />
            {name}
          </label>
        ))}
        <input
          type="text"
          aria-label="Another strategy"
          placeholder={'lowestCost({"maxFirstToken":2000})'}
          value={own.value}
          onInput={({ currentTarget: { value } }) => {
            own.value = value;
          }}
        />
        <button type="submit" class="primary" disabled={isRunning.value}>
          {isRunning.value ? 'Simulating …' : 'Simulate'}
        </button>
      </form>
      {error.value === '' ? null : <Empty title="It cannot be simulated">{error.value}</Empty>}
      {result.value === undefined ? null : <Result of={result.value} />}
    </section>
  );
}

type Row = SimulatedFigures & { readonly strategy: string; readonly difference: number | undefined };

function Result({ of: { from, to, actual, strategies, notes, limits } }: { readonly of: WhatIf }) {
  const rows: readonly Row[] = [
    { ...actual, strategy: 'what happened', difference: undefined },
    ...strategies,
  ];
  return (
    <>
      <p>
        {compactCount(actual.requests)} requests from {moment(from)} to {moment(to)}.
      </p>
      <Table label="Strategies" columns={columnsOf(actual)} rows={rows} keyOf={({ strategy }) => strategy} />
      <h3>Answered by</h3>
      <ul class="shares">
        {rows.map(({ strategy, shares }) => (
          <li key={strategy}>
            <span class="name">{strategy}</span>
            <small>
              {Object.entries(shares)
                .slice(0, 5)
                .map(([id, ratio]) => `${id} ${percent(ratio)}`)
                .join(' · ')}
            </small>
          </li>
        ))}
      </ul>
      {notes.length === 0 ? null : (
        <>
          <h3>Note</h3>
          <ul>
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </>
      )}
      <h3>What this cannot know</h3>
      <ul class="dim">
        {limits.map((limit) => (
          <li key={limit}>{limit}</li>
        ))}
      </ul>
    </>
  );
}

function columnsOf(actual: SimulatedFigures): readonly Column<Row>[] {
  return [
    { head: 'Strategy', cell: ({ strategy }) => <span class="name">{strategy}</span> },
    {
      head: 'Failed',
      number: true,
      cell: ({ failed }) => compactCount(failed),
      sort: ({ failed }) => failed,
    },
    {
      head: 'First token',
      hint: 'Median and 95th percentile',
      number: true,
      rank: 1,
      cell: ({ firstToken }) => <Times of={firstToken} />,
      sort: ({ firstToken }) => firstToken?.p50 ?? -1,
    },
    {
      head: 'Answer',
      hint: 'Median and 95th percentile',
      number: true,
      rank: 1,
      cell: ({ total }) => <Times of={total} />,
      sort: ({ total }) => total?.p50 ?? -1,
    },
    { head: 'Cost', number: true, cell: ({ cost }) => usd(cost), sort: ({ cost }) => cost },
    {
      head: 'Difference',
      number: true,
      cell: ({ difference }) =>
        difference === undefined ? (
          '–'
        ) : (
          <span class={difference > 0 ? 'bad' : 'good'}>
            {difference > 0 ? '+' : ''}
            {usd(difference)}{' '}
            {actual.cost === 0 ? null : (
              <small class="rank1">{percent(Math.abs(difference) / actual.cost)}</small>
            )}
          </span>
        ),
      sort: ({ difference }) => difference ?? 0,
    },
  ];
}

function Times({ of }: { readonly of: SimulatedFigures['total'] }) {
  if (of === undefined) return <small>–</small>;
  return (
    <>
      {ms(of.p50)} <small>{ms(of.p95)}</small>
    </>
  );
}
