import { toNanos } from '../../shared/nanos.ts';
import type { NewRow } from '../records/rows.ts';

/** The sums of a group, as integers; money in billionths of a US$. */
export const measures = [
  'requests',
  'succeeded',
  'failed',
  'aborted',
  'failovers',
  'cached',
  'attempts',
  'failed_attempts',
  'hedges',
  'mirrors',
  'unpriced',
  'estimated',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'cost_answer',
  'cost_failed',
  'cost_hedged',
  'cost_aborted',
  'cost_mirrored',
  'saved',
  'prompt_cache_hits',
  'prompt_cache_misses',
  'prompt_cache_saved',
] as const;

export type Measures = Record<(typeof measures)[number], number>;

export function noMeasures(): Measures {
  return Object.fromEntries(measures.map((name) => [name, 0])) as Measures;
}

/** Adds a row to the sums of a group that it belongs to. */
export function addRow(sum: Measures, row: NewRow): void {
  if (row.main && !row.mirror) addRequest(sum, row);
  sum.saved += row.charge === 'cached' ? toNanos(row.saved) : 0;
  if (row.outcome === null) return;
  sum.attempts += 1;
  sum.mirrors += Number(row.mirror);
  sum.hedges += Number(row.hedge);
  sum.failed_attempts += Number(row.outcome === 'failed');
  if (row.promptCache !== null)
    sum[row.promptCache === 'hit' ? 'prompt_cache_hits' : 'prompt_cache_misses'] += 1;
  sum.prompt_cache_saved += toNanos(row.promptCacheSaved ?? 0);
  if (row.billed === 'no') return;
  const { usage, cost } = row;
  sum.unpriced += Number(cost === null);
  sum.input_tokens += usage.inputTokens ?? 0;
  sum.output_tokens += usage.outputTokens ?? 0;
  sum.cache_read_tokens += usage.cacheReadTokens ?? 0;
  sum.cache_write_tokens += usage.cacheWriteTokens ?? 0;
  sum.reasoning_tokens += usage.reasoningTokens ?? 0;
  if (cost === null || row.charge === 'cached') return;
  sum.estimated += Number(cost.estimated);
  sum[`cost_${row.charge}`] += toNanos(cost.total);
}

function addRequest(sum: Measures, { requestOutcome, charge, failover }: NewRow): void {
  sum.requests += 1;
  sum.succeeded += Number(requestOutcome === 'success');
  sum.failed += Number(requestOutcome === 'failed');
  sum.aborted += Number(requestOutcome === 'aborted');
  sum.failovers += Number(failover);
  sum.cached += Number(charge === 'cached');
}

/**
 * Rollups are broken down by tenant, route, target and operation, the same again by tag; by tenant and user, because there may be as many
 * users as rows; by what a vendor's prompt cache did, where that is known; and latencies without tenants. Most queries need less: by tenant alone, without
 * tenants, by tag alone, latencies by target alone have separate sums, so that few rows are added up instead of very many.
 */
export const facets = [
  'all',
  'tag',
  'user',
  'latency',
  'tenant-total',
  'target-total',
  'tag-total',
  'prompt-cache',
  'target-latency',
] as const;
export type Facet = (typeof facets)[number];

export interface GroupKey {
  readonly facet: Facet;
  /** The user, the tag, or what a vendor's prompt cache did. */
  readonly value: string | null;
  readonly tenant: string | null;
  readonly route: string | null;
  readonly target: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly operation: string | null;
}

const nothing: Omit<GroupKey, 'facet'> = {
  value: null,
  tenant: null,
  route: null,
  target: null,
  provider: null,
  model: null,
  operation: null,
};

/** The groups of sums that a row belongs to, one or more of each facet. */
export function groupsOf(row: NewRow): readonly GroupKey[] {
  const { tenant, route, target, provider, model, operation, user, tags, promptCache } = row;
  const all: GroupKey = { facet: 'all', value: null, tenant, route, target, provider, model, operation };
  const each = tags.length === 0 ? [null] : [...new Set(tags)];
  return [
    all,
    ...each.map((value): GroupKey => ({ ...all, facet: 'tag', value })),
    { ...nothing, facet: 'user', tenant, value: user },
    { ...nothing, facet: 'tenant-total', tenant },
    { ...all, facet: 'target-total', tenant: null },
    ...each.map((value): GroupKey => ({ ...nothing, facet: 'tag-total', value })),
    ...(promptCache === null ? [] : [{ ...all, facet: 'prompt-cache' as const, value: promptCache }]),
  ];
}

/** The group that a row's latencies belong to. */
export function latencyGroupOf({ route, target, provider, model, operation }: NewRow): GroupKey {
  return { ...nothing, facet: 'latency', route, target, provider, model, operation };
}

/** The group of latencies by target alone, which are far fewer. */
export function targetLatencyGroup({
  target,
  provider,
  model,
}: Pick<GroupKey, 'target' | 'provider' | 'model'>): GroupKey {
  return { ...nothing, facet: 'target-latency', target, provider, model };
}
