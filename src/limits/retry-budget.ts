/**
 * Budget for attempts beyond the first: a ratio of all requests, saved up to a maximum, plus a few per second
 * regardless of traffic, so that retries and hedges do not overload targets. (Retry budgets: Finagle,
 * RetryBudget; hedges: Dean, Barroso, "The Tail at Scale", CACM 2013.)
 */
export interface RetryBudget {
  /** Records a request. */
  earn(): void;
  /** Whether the budget covers one more attempt. */
  has(now: number): boolean;
  /** Spends one attempt; `false` if the budget is exhausted. */
  spend(now: number): boolean;
}

export interface RetryBudgetLimits {
  /** Earned per request. */
  readonly share: number;
  /** Earned per second. */
  readonly perSecond: number;
  /** Maximum balance, which is also the initial one. */
  readonly most: number;
  readonly first: number;
}

export function retryBudget({ share, perSecond, most, first }: RetryBudgetLimits): RetryBudget {
  let saved = first;
  let at = 0;
  const has = (now: number): boolean => {
    saved = Math.min(most, saved + (Math.max(0, now - at) * perSecond) / 1_000);
    at = Math.max(at, now);
    return saved >= 1;
  };
  return {
    earn() {
      saved = Math.min(most, saved + share);
    },
    has,
    spend(now) {
      if (!has(now)) return false;
      saved -= 1;
      return true;
    },
  };
}
