import { costOf } from '../../../pricing/cost.ts';
import type { AttemptPlan } from '../../../types/plugin.ts';
import type { AttemptSummary } from '../../../types/result/result.ts';
import type { PromptCacheMiss } from './misses.ts';

/** Statistics of a vendor's prompt cache for the answers of one route. */
export interface PromptCacheStats {
  /** Answers whose tokens the vendor counted. */
  readonly answers: number;
  /** Answers of which a part of the input was read from the vendor's cache. */
  readonly hits: number;
  /** Answers to requests with markers of this plugin. */
  readonly marked: number;
  /** Input tokens of all answers. */
  readonly inputTokens: number;
  /** Input tokens that were read from the cache. */
  readonly readTokens: number;
  /** Input tokens that were written to the cache. */
  readonly writtenTokens: number;
  /** Ratio of input tokens that were read, 0 to 1; `undefined` before the first answer. */
  readonly hitRate: number | undefined;
  /** US$ saved by reads, less the surcharge of writes, as far as prices are known; `undefined` if none is. */
  readonly savedCost: number | undefined;
  /** Answers of which nothing was read, by reason. */
  readonly misses: Readonly<Partial<Record<PromptCacheMiss, number>>>;
}

const perDollar = 1_000_000_000;

/** One counted answer. */
export interface CountedAnswer {
  readonly target: string;
  readonly route: string;
  readonly isMarked: boolean;
  readonly inputTokens: number;
  readonly readTokens: number;
  readonly writtenTokens: number;
  readonly savedCost: number | undefined;
  /** `undefined` for a hit. */
  readonly miss: PromptCacheMiss | undefined;
}

interface Counts {
  answers: number;
  hits: number;
  marked: number;
  inputTokens: number;
  readTokens: number;
  writtenTokens: number;
  /** Integer billionths of a US$; `undefined` before the first that is known. */
  saved: number | undefined;
  readonly misses: Map<PromptCacheMiss, number>;
}

/** Sums up answers by target and route. */
export class PromptCacheReport {
  readonly #targets = new Map<string, Map<string, Counts>>();

  add({ target, route, isMarked, miss, savedCost, ...tokens }: CountedAnswer): void {
    const routes = this.#targets.get(target) ?? new Map<string, Counts>();
    this.#targets.set(target, routes);
    const counts = routes.get(route) ?? zero();
    routes.set(route, counts);
    counts.answers += 1;
    if (isMarked) counts.marked += 1;
    counts.inputTokens += tokens.inputTokens;
    counts.readTokens += tokens.readTokens;
    counts.writtenTokens += tokens.writtenTokens;
    if (savedCost !== undefined) counts.saved = (counts.saved ?? 0) + Math.round(savedCost * perDollar);
    if (miss === undefined) counts.hits += 1;
    else counts.misses.set(miss, (counts.misses.get(miss) ?? 0) + 1);
  }

  /** The answers of one target, by route; `undefined` before the first. */
  ofTarget(target: string): Readonly<Record<string, PromptCacheStats>> | undefined {
    const routes = this.#targets.get(target);
    return routes && Object.fromEntries([...routes].map(([route, counts]) => [route, toStats(counts)]));
  }

  /** The answers of all targets, by route. */
  byRoute(): Readonly<Record<string, PromptCacheStats>> {
    const sums = new Map<string, Counts>();
    for (const routes of this.#targets.values())
      for (const [route, counts] of routes) {
        const sum = sums.get(route) ?? zero();
        sums.set(route, sum);
        addTo(sum, counts);
      }
    return Object.fromEntries([...sums].map(([route, counts]) => [route, toStats(counts)]));
  }
}

/** The cost of an answer without a prompt cache, minus its actual cost; `undefined` if no price is known. */
export function savedCostOf(
  { price }: AttemptPlan['target'],
  { usage, cost, serviceTier, region }: AttemptSummary,
): number | undefined {
  if (price === undefined || usage === undefined || cost === undefined || cost.source === 'reported')
    return undefined;
  const { cacheReadTokens: _, cacheWriteTokens: _write, cacheWrite1hTokens: _long, ...uncached } = usage;
  const terms = {
    ...(serviceTier === undefined ? {} : { serviceTier }),
    ...(region === undefined ? {} : { region }),
  };
  const without = costOf(uncached, price, cost.source, terms);
  return without && without.total - cost.total;
}

function zero(): Counts {
  return {
    answers: 0,
    hits: 0,
    marked: 0,
    inputTokens: 0,
    readTokens: 0,
    writtenTokens: 0,
    saved: undefined,
    misses: new Map(),
  };
}

function addTo(sum: Counts, more: Counts): void {
  sum.answers += more.answers;
  sum.hits += more.hits;
  sum.marked += more.marked;
  sum.inputTokens += more.inputTokens;
  sum.readTokens += more.readTokens;
  sum.writtenTokens += more.writtenTokens;
  if (more.saved !== undefined) sum.saved = (sum.saved ?? 0) + more.saved;
  for (const [reason, count] of more.misses) sum.misses.set(reason, (sum.misses.get(reason) ?? 0) + count);
}

function toStats({ saved, misses, ...counts }: Counts): PromptCacheStats {
  const { inputTokens, readTokens } = counts;
  return {
    ...counts,
    hitRate: inputTokens === 0 ? undefined : readTokens / inputTokens,
    savedCost: saved === undefined ? undefined : saved / perDollar,
    misses: Object.fromEntries(misses),
  };
}
