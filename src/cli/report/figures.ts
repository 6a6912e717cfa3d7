import type { LedgerDimension, LedgerGroup } from '../../plugins/ledger/index.ts';
import { usd } from '../ledger/text.ts';
import { answeredRatio, type ReportData, wastedOf } from './data.ts';

/** A table of the report; the first column is text. */
export interface Section {
  readonly title: string;
  readonly note?: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

export function percent(ratio: number): string {
  if (ratio > 0 && ratio < 0.001) return '<0.1%';
  // Rounds down, so that 100% means all.
  if (ratio < 1 && ratio > 0.9999) return '>99.99%';
  return `${(ratio * 100).toFixed(ratio === 0 || ratio === 1 ? 0 : ratio > 0.99 ? 2 : 1)}%`;
}

export function ms(value: number | undefined): string {
  if (value === undefined) return '–';
  return value < 1_000 ? `${value} ms` : `${(value / 1_000).toFixed(1)} s`;
}

/** The report in two sentences. */
export function headline(total: LedgerGroup): string {
  const { requests, failovers, failed, cost, cached } = total;
  const wasted = wastedOf(total);
  const avoided =
    failovers === 0
      ? 'No request needed another target.'
      : `${count(failovers)} of them failed at first and were answered by another attempt; ${count(failed)} failed.`;
  const saved = cached === 0 ? '' : ` Caches answered ${count(cached)} and saved ${usd(cost.saved)}.`;
  const share = cost.total === 0 ? '' : ` (${percent(wasted / cost.total)})`;
  return `${count(requests)} requests cost ${usd(cost.total)}, of which ${usd(wasted)}${share} was spent on attempts that did not become an answer. ${avoided}${saved}`;
}

export function sections(data: ReportData): readonly Section[] {
  const all = [
    targets(data.targets),
    money('Models', 'model', data.models),
    money('Routes', 'route', data.routes),
    money('Tenants', 'tenant', data.tenants, 'By cost, at most twenty.'),
    promptCaches(data),
    outages(data),
    charges(data),
  ];
  return all.filter(({ rows }) => rows.length > 0);
}

function targets(groups: readonly LedgerGroup[]): Section {
  return {
    title: 'Targets',
    head: ['Target', 'Attempts', 'Failed', 'First token p50', 'p95', 'Answer p50', 'p95', 'Cost'],
    rows: groups
      .filter(({ attempts }) => attempts > 0)
      .map(({ key, attempts, failedAttempts, latency, cost }) => [
        key.target ?? '–',
        count(attempts),
        percent(failedAttempts / attempts),
        ms(latency?.attemptFirstToken?.p50),
        ms(latency?.attemptFirstToken?.p95),
        ms(latency?.attempt?.p50),
        ms(latency?.attempt?.p95),
        usd(cost.total),
      ]),
  };
}

function money(title: string, name: LedgerDimension, groups: readonly LedgerGroup[], note?: string): Section {
  return {
    title,
    ...(note === undefined ? {} : { note }),
    head: [
      title.slice(0, -1),
      'Requests',
      'Answered',
      'Input tokens',
      'Output tokens',
      'Cost',
      'Wasted',
      'Saved',
    ],
    rows: groups
      .filter(({ key }) => groups.length > 1 || key[name] !== null)
      .map((group) => {
        const ratio = answeredRatio(group);
        return [
          group.key[name] ?? '(none)',
          count(group.requests),
          ratio === undefined ? '–' : percent(ratio),
          count(group.tokens.input),
          count(group.tokens.output),
          usd(group.cost.total),
          usd(wastedOf(group)),
          usd(group.cost.saved),
        ];
      }),
  };
}

function promptCaches({ targets: groups, promptCaches: reasons }: ReportData): Section {
  return {
    title: 'Prompt caches of the vendors',
    note: 'Saved: the discount of reads minus the surcharge of writes. It is already deducted from the cost.',
    head: ['Target', 'Hits', 'Misses', 'Hit rate', 'Saved', 'Misses, by reason'],
    rows: groups
      .filter(({ promptCache: { hits, misses } }) => hits + misses > 0)
      .map(({ key, promptCache: { hits, misses, saved } }) => [
        key.target ?? '–',
        count(hits),
        count(misses),
        percent(hits / (hits + misses)),
        usd(saved),
        missesOf(reasons.filter(({ key: { target } }) => target === key.target)),
      ]),
  };
}

/** The most frequent reason first. */
function missesOf(groups: readonly LedgerGroup[]): string {
  const misses = groups.filter(({ key: { promptCache } }) => promptCache !== 'hit');
  const sorted = misses.toSorted((a, b) => b.promptCache.misses - a.promptCache.misses);
  const texts = sorted.map(
    ({ key, promptCache }) => `${(key.promptCache ?? '').replaceAll('-', ' ')} ${count(promptCache.misses)}`,
  );
  return texts.length === 0 ? '–' : texts.join(', ');
}

function outages({ outages: found }: ReportData): Section {
  return {
    title: 'Outages',
    note: 'Hours in which a target failed at least five attempts and a fifth of them. Answered by others and lost: of all requests in that hour.',
    head: ['Hour', 'Target', 'Failed attempts', 'Of its attempts', 'Answered by others', 'Lost'],
    rows: found.map(({ hour, target, failedAttempts, ratio, survived, lost }) => [
      `${hour.replace('T', ' ')}:00`,
      target,
      count(failedAttempts),
      percent(ratio),
      count(survived),
      count(lost),
    ]),
  };
}

function charges({ total }: ReportData): Section {
  const { cost, unpriced = 0, estimated = 0 } = total ?? {};
  const rows =
    cost === undefined
      ? []
      : [
          ['Answers', usd(cost.answer)],
          ['Attempts that failed', usd(cost.failed)],
          ['Hedges that were slower', usd(cost.hedged)],
          ['Aborted by callers', usd(cost.aborted)],
          ['Mirrored copies', usd(cost.mirrored)],
          ['Total', usd(cost.total)],
          ['Attempts whose cost is an estimate', count(estimated)],
          ['Billed attempts without a known price, not in the total', count(unpriced)],
        ];
  return { title: 'Purpose', head: ['', 'Cost'], rows };
}
