/** Statistics of the cache for one route. */
export interface RouteCacheStats {
  /** Requests answered from a fresh entry. */
  readonly hits: number;
  /** Requests answered from a stale entry, which is then refreshed. */
  readonly stale: number;
  /** Requests that shared the answer of an identical one in flight. */
  readonly coalesced: number;
  /** Embedding requests that were partly answered from entries. */
  readonly partial: number;
  /** Requests that a target had to answer. */
  readonly misses: number;
  /** Answers stored. */
  readonly stored: number;
  /** Answers not stored, by reason: `length`, `content-filter`, `tool-calls`, `warning`, `too-large` … */
  readonly unfit: Readonly<Record<string, number>>;
  /** US$ that hits would have cost, as far as known. */
  readonly savedCost: number;
  /** Ratio of requests that no target had to answer, 0 to 1; `undefined` before the first request. */
  readonly hitRate: number | undefined;
}

type Count = 'hits' | 'stale' | 'coalesced' | 'partial' | 'misses' | 'stored';

interface Counts extends Record<Count, number> {
  readonly unfit: Map<string, number>;
  /** Integer billionths of a US$. */
  saved: number;
}

const perDollar = 1_000_000_000;

/** Counters per route. */
export interface CacheCounters {
  count(route: string, what: Count): void;
  unfit(route: string, reason: string): void;
  saved(route: string, usd: number | undefined): void;
  report(): Readonly<Record<string, RouteCacheStats>>;
}

export function cacheCounters(): CacheCounters {
  const routes = new Map<string, Counts>();
  const of = (route: string): Counts => {
    const known = routes.get(route);
    if (known !== undefined) return known;
    const zero = { hits: 0, stale: 0, coalesced: 0, partial: 0, misses: 0, stored: 0 };
    const counts = { ...zero, unfit: new Map<string, number>(), saved: 0 };
    routes.set(route, counts);
    return counts;
  };
  return {
    count(route, what) {
      of(route)[what] += 1;
    },
    unfit(route, reason) {
      const { unfit } = of(route);
      unfit.set(reason, (unfit.get(reason) ?? 0) + 1);
    },
    saved(route, usd = 0) {
      of(route).saved += Math.round(usd * perDollar);
    },
    report: () => Object.fromEntries([...routes].map(([route, counts]) => [route, toStats(counts)])),
  };
}

function toStats({ unfit, saved, ...counts }: Counts): RouteCacheStats {
  const answered = counts.hits + counts.stale + counts.coalesced;
  const all = answered + counts.partial + counts.misses;
  return {
    ...counts,
    unfit: Object.fromEntries(unfit),
    savedCost: saved / perDollar,
    hitRate: all === 0 ? undefined : answered / all,
  };
}
