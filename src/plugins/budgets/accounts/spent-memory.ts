import type { Account } from './account.ts';
import { scaleOf } from './fractions.ts';

/** The use of accounts that are used up and forgotten, so that they refuse without asking the store when they are opened again. */
export interface SpentMemory {
  remember(key: string, account: Account): void;
  /** Use in units of the store, if it was in the period that starts then. */
  recall(key: string, start: number): number | undefined;
}

/** Capacity in accounts; the oldest are dropped first. */
const most = 10_000;

export function spentMemory(): SpentMemory {
  const known = new Map<string, { readonly used: number; readonly start: number }>();
  return {
    remember(key, { rule, used, period }) {
      if (period === undefined) return;
      known.delete(key);
      known.set(key, { used: Math.ceil(used / scaleOf(rule)), start: period.start });
      if (known.size > most) for (const oldest of known.keys()) return void known.delete(oldest);
    },
    recall(key, start) {
      const found = known.get(key);
      if (found === undefined || found.start === start) return found?.used;
      known.delete(key);
      return undefined;
    },
  };
}
