import { useSignal } from '@preact/signals';
import type { RequestLine } from '../../protocol.ts';
import { moment, ms, usd } from '../format.ts';
import { type Column, Empty, Name, State, Table } from '../parts.tsx';
import { about, filter, go, kind, place, requests } from '../state.ts';
import { RequestPanel } from './detail.tsx';

const kinds: Readonly<Record<string, (request: RequestLine) => boolean>> = {
  all: () => true,
  running: ({ outcome }) => outcome === 'running',
  failed: ({ outcome }) => outcome === 'failed',
  aborted: ({ outcome }) => outcome === 'aborted',
  'failed over': ({ failover }) => failover,
  hedged: ({ hedged }) => hedged,
  cached: ({ lookup }) => lookup !== null,
};
const step = 100;

export function Requests() {
  const most = useSignal(step);
  const paused = useSignal<readonly RequestLine[] | undefined>(undefined);
  const words = filter.value.toLowerCase().split(/\s+/);
  const isKind = kinds[kind.value] ?? (() => true);
  const all = paused.value ?? requests.value;
  const found = all.filter(
    (request) => isKind(request) && words.every((word) => textOf(request).includes(word)),
  );
  return (
    <>
      <section>
        <h2>
          Requests{' '}
          <small>
            {found.length === all.length ? `the last ${all.length}` : `${found.length} of ${all.length}`}
          </small>
          <span class="tools">
            <select
              aria-label="Which requests"
              value={kind.value}
              onChange={({ currentTarget }) => {
                kind.value = currentTarget.value;
              }}
            >
              {Object.keys(kinds).map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
            <button
              type="button"
              aria-pressed={paused.value !== undefined}
              onClick={() => {
                paused.value = paused.value === undefined ? requests.value : undefined;
              }}
            >
              {paused.value === undefined ? 'Pause' : 'Resume'}
            </button>
          </span>
        </h2>
        {all.length === 0 ? (
          <Empty title="No requests yet">
            {about.value?.live === true
              ? 'They appear here as the router gets them.'
              : 'The ledger is empty.'}
          </Empty>
        ) : (
          <Table
            label="Requests"
            columns={columns}
            rows={found.slice(0, most.value)}
            keyOf={({ id }) => id}
            selected={place.value.id}
            onOpen={({ id }) => go('requests', id)}
          />
        )}
        {all.length > 0 && found.length === 0 ? <Empty title="No request matches the filter" /> : null}
        {found.length > most.value ? (
          <button
            type="button"
            class="more"
            onClick={() => {
              most.value += step;
            }}
          >
            Show {Math.min(step, found.length - most.value)} more
          </button>
        ) : null}
      </section>
      {place.value.id === undefined ? null : <RequestPanel id={place.value.id} key={place.value.id} />}
    </>
  );
}

function textOf({
  id,
  route,
  tenant,
  user,
  tags,
  outcome,
  target,
  error,
  lookup,
  kind: of,
}: RequestLine): string {
  return [id, route, tenant, user, ...tags, outcome, target, error, lookup, of].join(' ').toLowerCase();
}

const columns: readonly Column<RequestLine>[] = [
  { head: 'Time', cell: ({ at }) => <span class="dim wrap">{moment(at)}</span>, sort: ({ at }) => at },
  {
    head: 'Outcome',
    cell: ({ outcome, error }) => (
      <State name={outcome} label={error ?? (outcome === 'success' ? 'answered' : outcome)} />
    ),
  },
  {
    head: 'Target',
    cell: ({ target }) => <Name of={target ?? '–'} />,
    sort: ({ target }) => target ?? '',
  },
  {
    head: 'What happened',
    rank: 2,
    cell: (request) => <Marks of={request} />,
    sort: ({ attempts }) => attempts,
  },
  {
    head: 'Route',
    rank: 1,
    cell: ({ route, kind: of }) => (
      <span>
        {route ?? '–'} <small>{of}</small>
      </span>
    ),
    sort: ({ route }) => route ?? '',
  },
  {
    head: 'Tenant',
    rank: 1,
    cell: ({ tenant }) => <span class="name">{tenant ?? '–'}</span>,
    sort: ({ tenant }) => tenant ?? '',
  },
  {
    head: 'First token',
    number: true,
    rank: 2,
    cell: ({ firstToken }) => ms(firstToken),
    sort: ({ firstToken }) => firstToken ?? -1,
  },
  {
    head: 'Duration',
    number: true,
    cell: ({ duration }) => ms(duration),
    sort: ({ duration }) => duration ?? -1,
  },
  {
    head: 'Cost',
    number: true,
    rank: 1,
    cell: ({ cost, wasted }) => (
      <>
        {usd(cost)} {wasted > 0 ? <small>+{usd(wasted)}</small> : null}
      </>
    ),
    sort: ({ cost, wasted }) => (cost ?? 0) + wasted,
  },
];

function Marks({ of: { attempts, failover, hedged, lookup } }: { readonly of: RequestLine }) {
  return (
    <>
      {lookup === null ? null : <span class="mark info">cache: {lookup}</span>}
      {failover ? <span class="mark warn">failed over</span> : null}
      {hedged ? <span class="mark">hedged</span> : null}
      {attempts > 1 ? <small>{attempts} attempts</small> : null}
    </>
  );
}
