import type { TargetLine, Totals } from '../../protocol.ts';
import { Chart } from '../chart.tsx';
import { compactCount, count, moment, ms, percent, period, time, usd } from '../format.ts';
import { type Column, Empty, Name, Pairs, Panel, Spark, State, Table, Tile } from '../parts.tsx';
import { about, filter, go, place, targets, totals } from '../state.ts';
import { reasonOf } from '../words.ts';

const severity = ['misconfigured', 'failing', 'unresponsive', 'cooling-down', 'recovering', 'healthy'];

export function Targets() {
  const isLive = about.value?.live === true;
  const all = targets.value;
  const text = filter.value.toLowerCase();
  const shown = all
    .filter(({ id, health }) => `${id} ${health}`.toLowerCase().includes(text))
    .toSorted((a, b) => rankOf(a) - rankOf(b) || b.perMinute - a.perMinute);
  const open = all.find(({ id }) => id === place.value.id);
  const columns = isLive ? liveColumns : ledgerColumns;
  return (
    <>
      {totals.value === undefined ? null : <Tiles totals={totals.value} isLive={isLive} />}
      <section>
        <h2>
          Targets <small>{all.length}</small>
        </h2>
        {all.length === 0 ? (
          <Empty title="No targets yet">A ledger shows the targets of its last day.</Empty>
        ) : (
          <Table
            label="Targets"
            columns={columns}
            rows={shown}
            keyOf={({ id }) => id}
            selected={place.value.id}
            onOpen={({ id }) => go('targets', id)}
          />
        )}
        {shown.length === 0 && all.length > 0 ? <Empty title="No target matches the filter" /> : null}
      </section>
      {open === undefined ? null : <TargetPanel target={open} />}
    </>
  );
}

function rankOf({ health }: TargetLine): number {
  return health === null ? severity.length : severity.indexOf(health);
}

function Tiles({ totals: of, isLive }: { readonly totals: Totals; readonly isLive: boolean }) {
  const ended = of.succeeded + of.failed;
  const since = isLive ? `since ${moment(of.since)}` : 'last day of the ledger';
  return (
    <>
      <div class="tiles">
        <Tile
          label={isLive ? 'Requests per minute' : 'Requests'}
          value={compactCount(isLive ? of.perMinute : of.requests)}
          note={isLive ? `${compactCount(of.requests)} ${since}` : since}
        />
        <Tile
          label="Answered"
          value={ended === 0 ? '–' : percent(of.succeeded / ended)}
          tone={of.failed > 0 ? 'bad' : 'good'}
          note={`${compactCount(of.failed)} failed, ${compactCount(of.aborted)} aborted`}
        />
        <Tile
          label="Saved by failover"
          value={compactCount(of.failovers)}
          note={ended === 0 ? ' ' : `${percent(of.failovers / ended)} of requests`}
        />
        <Tile label="Spent" value={usd(of.cost)} note={`${usd(of.wasted)} wasted`} />
        <Tile
          label="From a cache"
          value={compactCount(of.cached)}
          note={of.saved === 0 ? `${compactCount(of.hedges)} hedged` : `${usd(of.saved)} saved`}
        />
      </div>
      {of.activity.length === 0 ? null : <ActivityChart totals={of} />}
    </>
  );
}

function ActivityChart({ totals: { activity, failures } }: { readonly totals: Totals }) {
  const step = 5;
  const now = Math.floor(Date.now() / 1_000 / step) * step;
  const at = activity.map((_, index) => now - step * (activity.length - 1 - index));
  const series = [
    {
      name: 'answered',
      color: '--good',
      values: activity.map((value, index) => value - (failures[index] ?? 0)),
    },
    { name: 'failed', color: '--bad', values: failures },
  ];
  return (
    <section>
      <h2>
        Requests <small>per 5 s, the last five minutes</small>
      </h2>
      <Chart
        label="Requests per five seconds"
        at={at}
        series={series}
        height={120}
        format={(value) => (Number.isInteger(value) ? count(value) : '')}
        formatTime={(seconds) => time(seconds * 1_000).slice(0, 5)}
      />
    </section>
  );
}

const name: Column<TargetLine> = {
  head: 'Target',
  cell: ({ id }) => <Name of={id} />,
  sort: ({ id }) => id,
};
const speeds: readonly Column<TargetLine>[] = [
  {
    head: 'First token',
    hint: 'Median and 95th percentile of recent streams',
    number: true,
    rank: 1,
    cell: ({ firstToken }) => <Quantiles of={firstToken} />,
    sort: ({ firstToken }) => firstToken?.p50 ?? -1,
  },
  {
    head: 'Answer',
    hint: 'Median and 95th percentile of recent attempts, to the end',
    number: true,
    rank: 2,
    cell: ({ total }) => <Quantiles of={total} />,
    sort: ({ total }) => total?.p50 ?? -1,
  },
  {
    head: 'Failed',
    hint: 'Failed attempts',
    number: true,
    rank: 1,
    cell: ({ attempts, failures }) => (
      <>
        {compactCount(failures)} <small>{attempts === 0 ? '' : percent(failures / attempts)}</small>
      </>
    ),
    sort: ({ failures }) => failures,
  },
  { head: 'Cost', number: true, cell: ({ cost }) => usd(cost), sort: ({ cost }) => cost },
];

const liveColumns: readonly Column<TargetLine>[] = [
  name,
  {
    head: 'State',
    cell: ({ health, retryAt }) => (
      <>
        <State name={health ?? 'unknown'} />
        {retryAt === null || health === 'healthy' ? null : <small class="rank1"> {untilText(retryAt)}</small>}
      </>
    ),
    sort: (target) => rankOf(target),
  },
  {
    head: 'Skipped because',
    rank: 2,
    cell: ({ skipped: [first] }) =>
      first === undefined ? (
        <small>–</small>
      ) : (
        <span class="why">{`${reasonOf(first.reason)} · ${compactCount(first.count)}`}</span>
      ),
  },
  { head: 'Activity', rank: 2, cell: ({ activity }) => <Spark values={activity} /> },
  {
    head: 'Per min',
    number: true,
    cell: ({ perMinute }) => count(perMinute),
    sort: ({ perMinute }) => perMinute,
  },
  ...speeds,
];

const ledgerColumns: readonly Column<TargetLine>[] = [
  name,
  {
    head: 'Attempts',
    number: true,
    cell: ({ attempts }) => compactCount(attempts),
    sort: ({ attempts }) => attempts,
  },
  ...speeds,
];

function Quantiles({ of }: { readonly of: TargetLine['total'] }) {
  if (of === null) return <small>–</small>;
  return (
    <>
      {ms(of.p50)} <small>{ms(of.p95)}</small>
    </>
  );
}

function untilText(at: number): string {
  const left = at - Date.now();
  return left > 0 ? `tried again in ${period(left)}` : 'tried again now';
}

function TargetPanel({ target }: { readonly target: TargetLine }) {
  const { id, provider, model, health, retryAt, skipped, firstToken, total, input, cacheRead } = target;
  return (
    <Panel title={id} onClose={() => go('targets')}>
      <Pairs
        of={[
          ['State', health === null ? null : <State name={health} />],
          ['Next try', retryAt === null || health === 'healthy' ? null : untilText(retryAt)],
          ['Provider', provider],
          ['Model', model],
          ['In flight', health === null ? null : count(target.inFlight)],
          ['Attempts', `${count(target.attempts)}, ${count(target.failures)} failed`],
          ['First token', firstToken === null ? null : `${ms(firstToken.p50)}, p95 ${ms(firstToken.p95)}`],
          ['Answer', total === null ? null : `${ms(total.p50)}, p95 ${ms(total.p95)}`],
          ['Cost', usd(target.cost)],
          [
            'Prompt cache',
            input === 0 ? null : `${percent(cacheRead / input)} of ${compactCount(input)} input tokens`,
          ],
        ]}
      />
      {health === null ? null : (
        <>
          <h3>Why recent requests left it out</h3>
          {skipped.length === 0 ? (
            <p class="dim">No recent request did.</p>
          ) : (
            <ul class="reasons">
              {skipped.map(({ reason, count: times, detail }) => (
                <li key={reason}>
                  <b>{compactCount(times)}</b> {reasonOf(reason)}
                  {detail === null ? null : <small> {detail}</small>}
                </li>
              ))}
            </ul>
          )}
        </>
      )}
      <p>
        <button
          type="button"
          onClick={() => {
            filter.value = id;
            go('requests');
          }}
        >
          Its requests
        </button>
      </p>
    </Panel>
  );
}
