import type { Fallback, Outcome, Played } from './play.ts';

/** What sending a trace in one way came to. Durations are milliseconds, money US$. */
export interface Figures {
  readonly requests: number;
  /** Without an answer. */
  readonly lost: number;
  readonly bill: number;
  /** Of the bill: calls whose answer was not used. */
  readonly unused: number;
  /** Share of answers by a tier at half the price. */
  readonly cheap: number;
  /** Shares of requests that standard answered instead, by why. */
  readonly fallbacks: Readonly<Record<Fallback, number>>;
  readonly p50: number;
  readonly p95: number;
  /** Share of requests after their deadline. */
  readonly late: number;
  /** 95 % of the requests were at most so late. */
  readonly lateness: number;
}

export function figuresOf({ outcomes, bill }: Omit<Played, 'reported'>): Figures {
  const requests = outcomes.length;
  const share = (is: (outcome: Outcome) => boolean): number => outcomes.filter(is).length / requests;
  const durations = outcomes.map(({ duration }) => duration);
  const total = bill.reduce((sum, { cost }) => sum + cost, 0);
  // Of each answer, one call was needed.
  const needed = new Map(outcomes.map(({ number, tier }) => [number, tier]));
  let used = 0;
  for (const { number, tier, cost } of bill) {
    if (needed.get(number) !== tier) continue;
    needed.delete(number);
    used += cost;
  }
  return {
    requests,
    lost: outcomes.filter(({ tier }) => tier === undefined).length,
    bill: total,
    unused: total - used,
    cheap: share(({ tier }) => tier === 'flex' || tier === 'batch'),
    fallbacks: {
      refused: share(({ fallback }) => fallback === 'refused'),
      slow: share(({ fallback }) => fallback === 'slow'),
      skipped: share(({ fallback }) => fallback === 'skipped'),
    },
    p50: percentile(durations, 0.5),
    p95: percentile(durations, 0.95),
    late: share(({ lateness }) => lateness > 0),
    lateness: percentile(
      outcomes.map(({ lateness }) => lateness),
      0.95,
    ),
  };
}

/** By nearest rank. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}
