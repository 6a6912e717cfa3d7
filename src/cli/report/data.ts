import type { LedgerFilter, LedgerGroup, LedgerReader } from '../../plugins/ledger/index.ts';

/** The data of a report. Money is in US$, durations are milliseconds. */
export interface ReportData {
  /** The file. */
  readonly source: string;
  readonly timeZone: string | undefined;
  /** First and last day with requests. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly total: LedgerGroup | undefined;
  readonly days: readonly LedgerGroup[];
  readonly targets: readonly LedgerGroup[];
  readonly routes: readonly LedgerGroup[];
  readonly models: readonly LedgerGroup[];
  readonly tenants: readonly LedgerGroup[];
  /** Results of the vendors' prompt caches, by target, and by hit or reason of a miss. */
  readonly promptCaches: readonly LedgerGroup[];
  /** Hours in which targets failed often, and the outcome of the requests. */
  readonly outages: readonly Outage[];
}

export interface Outage {
  readonly hour: string;
  readonly target: string;
  readonly failedAttempts: number;
  /** The ratio of failed attempts of the target in that hour. */
  readonly ratio: number;
  /** Requests of that hour that another target answered, and that failed. */
  readonly survived: number;
  readonly lost: number;
}

/** Minimum failed attempts within an hour, and their minimum ratio, for an outage. */
const fewestFailures = 5;
const leastRatio = 0.2;
const mostOutages = 20;
const mostTenants = 20;

export async function dataOf(
  ledger: LedgerReader,
  source: string,
  filter: LedgerFilter,
): Promise<ReportData> {
  const by = (...names: ('day' | 'target' | 'route' | 'model' | 'tenant')[]) =>
    ledger.query({ ...filter, by: names });
  const [total] = await ledger.query({ ...filter, latency: true });
  const days = await by('day');
  const tenants = (await by('tenant')).toSorted((a, b) => b.cost.total - a.cost.total);
  return {
    source,
    timeZone: filter.timeZone,
    from: days[0]?.key.day ?? undefined,
    to: days.at(-1)?.key.day ?? undefined,
    total,
    days,
    targets: await ledger.query({ ...filter, by: ['target'], latency: true }),
    routes: await by('route'),
    models: await by('model'),
    tenants: tenants.slice(0, mostTenants),
    promptCaches: await ledger.query({ ...filter, by: ['target', 'promptCache'] }),
    outages: await outagesOf(ledger, filter),
  };
}

async function outagesOf(ledger: LedgerReader, filter: LedgerFilter): Promise<readonly Outage[]> {
  const perTarget = await ledger.query({ ...filter, by: ['hour', 'target'] });
  const bad = perTarget.filter(
    ({ failedAttempts, attempts }) =>
      failedAttempts >= fewestFailures && failedAttempts / attempts >= leastRatio,
  );
  if (bad.length === 0) return [];
  const hours = new Map(
    (await ledger.query({ ...filter, by: ['hour'] })).map((group) => [group.key.hour, group]),
  );
  return bad
    .toSorted((a, b) => b.failedAttempts - a.failedAttempts)
    .slice(0, mostOutages)
    .map(({ key, failedAttempts, attempts }) => ({
      hour: key.hour ?? '',
      target: key.target ?? '',
      failedAttempts,
      ratio: failedAttempts / attempts,
      survived: hours.get(key.hour)?.failovers ?? 0,
      lost: hours.get(key.hour)?.failed ?? 0,
    }))
    .toSorted((a, b) => (a.hour < b.hour ? -1 : 1));
}

/** US$ of attempts that did not become an answer. */
export function wastedOf({ cost }: LedgerGroup): number {
  return cost.failed + cost.hedged + cost.aborted;
}

/** The ratio of answered requests among those that their callers did not abort; `undefined` without any. */
export function answeredRatio({ succeeded, failed }: LedgerGroup): number | undefined {
  return succeeded + failed === 0 ? undefined : succeeded / (succeeded + failed);
}
