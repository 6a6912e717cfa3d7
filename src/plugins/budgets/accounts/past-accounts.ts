import type { Account } from './account.ts';

/**
 * Closed accounts whose period is not over. An account that is opened again starts with the state of its predecessor: one that is
 * used up refuses without asking the store. All of them book again if the store loses its data.
 */
export interface PastAccounts {
  add(key: string, account: Account): void;
  /** Removes and returns the account of the period that starts then. */
  take(key: string, start: number | undefined): Account | undefined;
  all(): Iterable<Account>;
  /** Drops those whose period is over. */
  drop(now: number): void;
}

/** Capacity in accounts; the oldest are dropped first. */
const most = 10_000;

export function pastAccounts(): PastAccounts {
  const known = new Map<string, Account>();
  return {
    add(key, account) {
      if (account.period === undefined || account.known === undefined) return;
      known.delete(key);
      known.set(key, account);
      if (known.size > most) for (const oldest of known.keys()) return void known.delete(oldest);
    },
    take(key, start) {
      const found = known.get(key);
      known.delete(key);
      return found?.period?.start === start ? found : undefined;
    },
    all: () => known.values(),
    drop(now) {
      for (const [key, { period }] of known) if (period !== undefined && now >= period.end) known.delete(key);
    },
  };
}
