import type { PromptCacheStats } from '../../plugins/cache/index.ts';
import { addUsd } from '../../pricing/money.ts';
import type { AttemptEndEvent, RequestEndEvent, UsageEvent } from '../../types/event.ts';
import type { TargetReport } from '../../types/router.ts';
import type { CacheLine, PromptCacheLine, TargetLine, Totals } from '../protocol.ts';
import { Activity, Reasons, Recent } from './windows.ts';

const twoMinutes = 24;
const fiveMinutes = 60;

/** The counters of one target. */
export class TargetTally {
  readonly skipped = new Reasons();
  readonly #activity = new Activity(twoMinutes);
  readonly #firstToken = new Recent();
  readonly #total = new Recent();
  #cost = 0;
  #input = 0;
  #cacheRead = 0;

  attempt({ outcome, firstToken, duration }: AttemptEndEvent, now: number): void {
    this.#activity.add(now);
    if (firstToken !== undefined) this.#firstToken.add(firstToken);
    if (outcome === 'success') this.#total.add(duration);
  }

  usage({ cost, usage }: UsageEvent): void {
    this.#cost = addUsd(this.#cost, cost?.total ?? 0);
    this.#input += usage.inputTokens ?? 0;
    this.#cacheRead += usage.cacheReadTokens ?? 0;
  }

  line(
    { id, provider, model, health, retryAt, inFlight, attempts, failures, promptCache }: TargetReport,
    now: number,
  ): TargetLine {
    return {
      id,
      provider,
      model,
      health,
      retryAt: retryAt ?? null,
      inFlight,
      attempts,
      failures,
      firstToken: this.#firstToken.read(),
      total: this.#total.read(),
      perMinute: this.#activity.perMinute(now),
      cost: this.#cost,
      input: this.#input,
      cacheRead: this.#cacheRead,
      promptCache: promptCache === undefined ? null : promptCacheOf(Object.values(promptCache)),
      skipped: this.skipped.read(),
      activity: this.#activity.read(now),
    };
  }
}

/** The counters of all requests. */
export class TotalsTally {
  #since: number | undefined;
  readonly #ended = new Activity(fiveMinutes);
  readonly #failures = new Activity(fiveMinutes);
  readonly #counts = { requests: 0, succeeded: 0, failed: 0, aborted: 0, failovers: 0, hedges: 0, cached: 0 };
  #cost = 0;
  #wasted = 0;
  #saved = 0;

  /** @param since when it was created; 0 in Workers, which have no time before the first request */
  constructor(since: number) {
    this.#since = since === 0 ? undefined : since;
  }

  /** Called with each event and each query. */
  seen(date: number): void {
    this.#since ??= date;
  }

  end({ outcome, attempts, lookup }: RequestEndEvent, now: number): void {
    const counts = this.#counts;
    counts.requests += 1;
    counts[outcome === 'success' ? 'succeeded' : outcome] += 1;
    this.#ended.add(now);
    if (outcome === 'failed') this.#failures.add(now);
    if (outcome === 'success' && attempts.some((attempt) => attempt.outcome === 'failed'))
      counts.failovers += 1;
    if (attempts.some(({ hedge }) => hedge === true)) counts.hedges += 1;
    if (lookup === undefined || lookup.source === 'partial') return;
    counts.cached += 1;
    this.#saved = addUsd(this.#saved, lookup.savedCost ?? 0);
  }

  usage({ cost, outcome }: UsageEvent): void {
    this.#cost = addUsd(this.#cost, cost?.total ?? 0);
    if (outcome !== 'success') this.#wasted = addUsd(this.#wasted, cost?.total ?? 0);
  }

  read(now: number): Totals {
    return {
      since: this.#since ?? 0,
      ...this.#counts,
      cost: this.#cost,
      wasted: this.#wasted,
      saved: this.#saved,
      perMinute: this.#ended.perMinute(now),
      activity: this.#ended.read(now),
      failures: this.#failures.read(now),
    };
  }
}

type Counts = { -readonly [Name in Exclude<keyof CacheLine, 'route' | 'misses' | 'stored'>]: number };
const plural = { hit: 'hits', stale: 'stale', coalesced: 'coalesced', partial: 'partial' } as const;

/** Answers of caches, by route. */
export class CacheTally {
  readonly #routes = new Map<string, Counts>();

  end({ route, lookup }: RequestEndEvent): void {
    const zero = { requests: 0, hits: 0, stale: 0, coalesced: 0, partial: 0, savedCost: 0 };
    const counts = this.#routes.get(route) ?? zero;
    this.#routes.set(route, counts);
    counts.requests += 1;
    if (lookup === undefined) return;
    counts[plural[lookup.source]] += 1;
    counts.savedCost = addUsd(counts.savedCost, lookup.savedCost ?? 0);
  }

  read(): readonly (Counts & { readonly route: string })[] {
    return [...this.#routes].map(([route, counts]) => ({ route, ...counts }));
  }
}

/** The sum over routes. */
function promptCacheOf(routes: readonly PromptCacheStats[]): PromptCacheLine {
  const misses = new Map<string, number>();
  for (const route of routes)
    for (const [reason, count] of Object.entries(route.misses))
      misses.set(reason, (misses.get(reason) ?? 0) + count);
  const saved = routes.flatMap(({ savedCost }) => savedCost ?? []);
  return {
    answers: routes.reduce((sum, { answers }) => sum + answers, 0),
    hits: routes.reduce((sum, { hits }) => sum + hits, 0),
    saved: saved.length === 0 ? null : addUsd(...saved),
    misses: [...misses].map(([reason, count]) => ({ reason, count })).toSorted((a, b) => b.count - a.count),
  };
}
