/**
 * How many requests may be sent twice: a share of all requests, saved up to a few, so that hedging never becomes a load of its
 * own (Dean, Barroso: "The Tail at Scale", CACM 2013).
 */
export interface HedgeBudget {
  /** A request has come. */
  earn(): void;
  /** Takes the right to one second attempt; `false` where there is none left. */
  spend(): boolean;
}

/** Rights that can be saved up. */
const most = 5;

export function hedgeBudget(share: number): HedgeBudget {
  let saved = 1;
  return {
    earn() {
      saved = Math.min(most, saved + share);
    },
    spend() {
      if (saved < 1) return false;
      saved -= 1;
      return true;
    },
  };
}
