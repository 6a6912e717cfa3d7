import type { RequestContext, RequestSummary } from '../../types/plugin.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import type { Usage } from '../../types/result/usage.ts';
import { spentOn } from '../shared/charge.ts';
import { toNanos } from '../shared/nanos.ts';
import { Counter, type Family, Histogram } from './family.ts';
import type { Labels } from './labels.ts';

/** Seconds. LLM calls take from tenths of a second to minutes: the buckets of the GenAI conventions. */
const durations = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const perDollar = 1_000_000_000;

const tokenKinds = [
  ['input', 'inputTokens'],
  ['output', 'outputTokens'],
  ['cache_read', 'cacheReadTokens'],
  ['cache_write', 'cacheWriteTokens'],
  ['reasoning', 'reasoningTokens'],
] as const satisfies readonly (readonly [string, keyof Usage])[];

/** Counters of requests. */
export interface Families {
  readonly all: readonly Family[];
  count(context: RequestContext, summary: RequestSummary): void;
}

/** Label values that come from outside. */
interface OutsideLabels {
  readonly targets: Labels;
  readonly routes: Labels;
  readonly tenants: Labels;
}

/** All metrics that are counted. */
function countedFamilies(byTenant: boolean) {
  const tenantLabel = byTenant ? ['tenant'] : [];
  const requests = new Counter('signalbox_requests_total', 'Requests that ended, without mirrored copies.', [
    'route',
    'operation',
    'outcome',
    ...tenantLabel,
  ]);
  const attempts = new Counter('signalbox_attempts_total', 'Attempts that ended.', [
    'target',
    'outcome',
    'error',
  ]);
  const hedges = new Counter('signalbox_hedges_total', 'Attempts that started beside a slow one.', [
    'target',
  ]);
  const failovers = new Counter(
    'signalbox_failovers_total',
    'Requests that were answered after an attempt had failed.',
    ['route'],
  );
  const lookups = new Counter('signalbox_cache_total', 'Requests that a plugin answered without a target.', [
    'plugin',
    'result',
  ]);
  const tokens = new Counter(
    'signalbox_tokens_total',
    'Tokens of attempts that are or may be billed. Cached ones are part of input, reasoning is part of output.',
    ['target', 'kind', ...tenantLabel],
  );
  const cost = new Counter(
    'signalbox_cost_usd_total',
    'US$ by purpose. All except saved add up to the bill.',
    ['target', 'kind', ...tenantLabel],
    perDollar,
  );
  const unpriced = new Counter('signalbox_unpriced_total', 'Billed attempts without a known price.', [
    'target',
  ]);
  const duration = new Histogram(
    'signalbox_request_duration_seconds',
    'From the call to its end.',
    ['route', 'operation', 'outcome'],
    durations,
  );
  const firstToken = new Histogram(
    'signalbox_first_token_seconds',
    'From the start of an attempt to its first token. Streams only.',
    ['target'],
    durations,
  );
  const attemptDuration = new Histogram(
    'signalbox_attempt_duration_seconds',
    'From the start of an attempt that succeeded to its end.',
    ['target'],
    durations,
  );
  return {
    requests,
    attempts,
    hedges,
    failovers,
    lookups,
    tokens,
    cost,
    unpriced,
    duration,
    firstToken,
    attemptDuration,
  };
}

export function families(byTenant: boolean, { targets, routes, tenants }: OutsideLabels): Families {
  const counted = countedFamilies(byTenant);
  const {
    requests,
    attempts,
    hedges,
    failovers,
    lookups,
    tokens,
    cost,
    unpriced,
    duration,
    firstToken,
    attemptDuration,
  } = counted;

  const countAttempt = (attempt: AttemptSummary, spent: string, tenant: readonly string[]): void => {
    const { outcome, error, billed, usage } = attempt;
    const target = targets.of(attempt.target);
    attempts.add(1, target, outcome, error?.kind ?? '');
    if (attempt.hedge === true) hedges.add(1, target);
    if (attempt.firstToken !== undefined) firstToken.observe(attempt.firstToken / 1_000, target);
    if (outcome === 'success') attemptDuration.observe(attempt.duration / 1_000, target);
    if (billed === 'no' || usage === undefined) return;
    for (const [kind, name] of tokenKinds) {
      const count = usage[name];
      if (count !== undefined && count > 0) tokens.add(count, target, kind, ...tenant);
    }
    if (attempt.cost === undefined) unpriced.add(1, target);
    else cost.add(toNanos(attempt.cost.total), target, spent, ...tenant);
  };

  return {
    all: Object.values(counted),
    count(context, summary) {
      const { shadow: mirror, operation, tenant } = context;
      const { outcome, target, lookup } = summary;
      const route = context.route === undefined ? '' : routes.of(context.route);
      const labels = byTenant ? [tenant === undefined ? '' : tenants.of(tenant)] : [];
      for (const attempt of summary.attempts)
        countAttempt(attempt, spentOn({ mirror, outcome, target }, attempt), labels);
      if (mirror) return;
      requests.add(1, route, operation, outcome, ...labels);
      duration.observe(summary.duration / 1_000, route, operation, outcome);
      if (lookup !== undefined) {
        lookups.add(1, lookup.plugin, lookup.source);
        if (lookup.savedCost !== undefined)
          cost.add(
            toNanos(lookup.savedCost),
            target === undefined ? '' : targets.of(target),
            'saved',
            ...labels,
          );
      } else if (outcome === 'success' && summary.attempts.some((attempt) => attempt.outcome === 'failed')) {
        failovers.add(1, route);
      }
    },
  };
}
