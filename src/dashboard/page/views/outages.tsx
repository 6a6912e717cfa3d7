import type { OutageLine } from '../../protocol.ts';
import { compactCount, moment, period } from '../format.ts';
import { type Column, Empty, Name, State, Table, Tile } from '../parts.tsx';
import { about, notices, outages, totals } from '../state.ts';

export function Outages() {
  const all = outages.value;
  const isLive = about.value?.live === true;
  const survived = all.reduce((sum, { failedOver, avoided }) => sum + failedOver + avoided, 0);
  const open = all.filter(({ to }) => to === null).length;
  return (
    <>
      <div class="tiles">
        <Tile
          label="Outages"
          value={compactCount(all.length)}
          note={open === 0 ? (isLive ? 'none now' : 'the last seven days') : `${open} now`}
          tone={open > 0 ? 'bad' : ''}
        />
        <Tile
          label="Requests they would have lost"
          value={compactCount(survived)}
          tone={survived > 0 ? 'good' : ''}
          note="answered by other targets"
        />
        <Tile
          label="Requests lost"
          value={compactCount(totals.value?.failed ?? 0)}
          tone={(totals.value?.failed ?? 0) > 0 ? 'bad' : 'good'}
          note="no target answered"
        />
      </div>
      <section>
        <h2>Outages</h2>
        {all.length === 0 ? (
          <Empty title="No outage so far">A target that goes out of service appears here.</Empty>
        ) : (
          <Table
            label="Outages"
            columns={isLive ? columns : columns.filter(({ head }) => head !== 'Kept away')}
            rows={all}
            keyOf={({ target, from }) => `${target} ${from}`}
          />
        )}
        <p class="dim">
          {isLive
            ? 'Failed over: requests that failed at the target and were answered elsewhere. Kept away: requests whose route lists the target first, answered elsewhere without a try.'
            : 'By the hour: hours in which at least half of a target’s attempts failed.'}
        </p>
      </section>
      {isLive ? (
        <section>
          <h2>Events</h2>
          {notices.value.length === 0 ? <Empty title="No events so far" /> : null}
          <ul class="notices">
            {notices.value.map(({ at, level, text }, index) => (
              <li key={`${at} ${index}`} class={level}>
                <span class="dim">{moment(at)}</span> {text}
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  );
}

const columns: readonly Column<OutageLine>[] = [
  { head: 'Target', cell: ({ target }) => <Name of={target} />, sort: ({ target }) => target },
  { head: 'State', cell: ({ state, to }) => <State name={to === null ? state : 'aborted'} label={state} /> },
  { head: 'From', rank: 1, cell: ({ from }) => moment(from), sort: ({ from }) => from },
  {
    head: 'Lasted',
    number: true,
    cell: ({ from, to }) => (to === null ? 'until now' : period(to - from)),
    sort: ({ from, to }) => (to ?? Date.now()) - from,
  },
  {
    head: 'Failed over',
    number: true,
    rank: 1,
    cell: ({ failedOver }) => compactCount(failedOver),
    sort: ({ failedOver }) => failedOver,
  },
  {
    head: 'Kept away',
    number: true,
    rank: 1,
    cell: ({ avoided }) => compactCount(avoided),
    sort: ({ avoided }) => avoided,
  },
  {
    head: 'Would have lost',
    number: true,
    cell: ({ failedOver, avoided }) => <b>{compactCount(failedOver + avoided)}</b>,
    sort: ({ failedOver, avoided }) => failedOver + avoided,
  },
];
