import type { CacheLine, TargetLine } from '../../protocol.ts';
import { compactCount, percent, usd } from '../format.ts';
import { type Column, Empty, Name, Table } from '../parts.tsx';
import { caches, targets } from '../state.ts';

export function Caches() {
  const own = caches.value.filter(
    ({ hits, stale, coalesced, partial, misses }) =>
      misses !== null || hits + stale + coalesced + partial > 0,
  );
  const vendors = targets.value
    .filter(({ input }) => input > 0)
    .toSorted((a, b) => b.cacheRead - a.cacheRead);
  return (
    <>
      <section>
        <h2>
          Answers <small>by route</small>
        </h2>
        {own.length === 0 ? (
          <Empty title="No answers from a cache">signalbox/cache answers repeated requests at no cost.</Empty>
        ) : (
          <Table label="Caches" columns={columns} rows={own} keyOf={({ route }) => route} />
        )}
      </section>
      <section>
        <h2>
          Prompt caches of the vendors <small>by target</small>
        </h2>
        {vendors.length === 0 ? (
          <Empty title="No tokens yet" />
        ) : (
          <Table label="Prompt caches" columns={vendorColumns} rows={vendors} keyOf={({ id }) => id} />
        )}
      </section>
    </>
  );
}

const answered = ({ hits, stale, coalesced }: CacheLine): number => hits + stale + coalesced;

const columns: readonly Column<CacheLine>[] = [
  { head: 'Route', cell: ({ route }) => <Name of={route} />, sort: ({ route }) => route },
  {
    head: 'Requests',
    number: true,
    cell: ({ requests }) => compactCount(requests),
    sort: ({ requests }) => requests,
  },
  {
    head: 'Answered',
    hint: 'Requests that no target had to answer',
    number: true,
    cell: (line) => <b>{percent(line.requests === 0 ? 0 : answered(line) / line.requests)}</b>,
    sort: (line) => answered(line) / Math.max(1, line.requests),
  },
  { head: 'Hits', number: true, rank: 1, cell: ({ hits }) => compactCount(hits), sort: ({ hits }) => hits },
  { head: 'Stale', number: true, rank: 2, cell: ({ stale }) => compactCount(stale) },
  {
    head: 'Shared',
    hint: 'With an identical request in flight',
    number: true,
    rank: 1,
    cell: ({ coalesced }) => compactCount(coalesced),
  },
  { head: 'In part', number: true, rank: 2, cell: ({ partial }) => compactCount(partial) },
  {
    head: 'Misses',
    number: true,
    rank: 2,
    cell: ({ misses }) => (misses === null ? '–' : compactCount(misses)),
  },
  {
    head: 'Stored',
    number: true,
    rank: 2,
    cell: ({ stored }) => (stored === null ? '–' : compactCount(stored)),
  },
  {
    head: 'Saved',
    number: true,
    cell: ({ savedCost }) => usd(savedCost),
    sort: ({ savedCost }) => savedCost,
  },
];

const vendorColumns: readonly Column<TargetLine>[] = [
  { head: 'Target', cell: ({ id }) => <Name of={id} />, sort: ({ id }) => id },
  {
    head: 'Input tokens',
    number: true,
    rank: 1,
    cell: ({ input }) => compactCount(input),
    sort: ({ input }) => input,
  },
  {
    head: 'From its cache',
    number: true,
    cell: ({ cacheRead }) => compactCount(cacheRead),
    sort: ({ cacheRead }) => cacheRead,
  },
  {
    head: 'Ratio',
    number: true,
    cell: ({ input, cacheRead }) => percent(cacheRead / input),
    sort: ({ input, cacheRead }) => cacheRead / input,
  },
  {
    head: 'Saved',
    hint: 'By reads, less the surcharge of writes',
    number: true,
    cell: ({ promptCache }) => (promptCache?.saved == null ? '–' : usd(promptCache.saved)),
    sort: ({ promptCache }) => promptCache?.saved ?? 0,
  },
  {
    head: 'Misses',
    hint: 'Answers of which nothing was read, and the most frequent reason',
    rank: 1,
    cell: ({ promptCache }) => {
      const [first, ...others] = promptCache?.misses ?? [];
      if (first === undefined) return '–';
      const more = others.map(({ reason, count }) => `${reason}: ${count}`).join(', ');
      return (
        <span title={more}>
          {first.reason.replaceAll('-', ' ')} · {compactCount(first.count)}
        </span>
      );
    },
  },
];
