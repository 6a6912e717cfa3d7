/**
 * How many attempts more than one per request may be sent: a share of all requests, saved up to some, and a few each second
 * whatever the traffic, so that what is meant to help never becomes a load of its own. (Retry budgets: Finagle, RetryBudget;
 * hedges: Dean, Barroso, "The Tail at Scale", CACM 2013.)
 */
export interface RetryBudget {
  /** A request has come. */
  earn(): void;
  /** Whether one more may be sent. */
  has(now: number): boolean;
  /** Takes the right to one; `false` where there is none left. */
  spend(now: number): boolean;
}

export interface RetryBudgetLimits {
  /** Earned with each request. */
  readonly share: number;
  /** Earned in each second. */
  readonly perSecond: number;
  /** Most that is saved up, and what there is at first. */
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
