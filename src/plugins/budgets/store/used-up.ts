import type { Knowledge, Store } from '../../../types/store.ts';
import type { Account } from '../accounts/account.ts';
import type { Rule } from '../options.ts';
import type { Link } from './link.ts';

/**
 * The accounts that are used up, so that a process refuses for a tenant that it has never seen without asking the store. Use
 * never shrinks within a period, so an entry is valid until its period ends. Only for limits per hour or longer: for others, the
 * list would change too fast to be useful.
 */
export interface UsedUp {
  /** Use in units of the store, if the account is in the list. */
  find(account: Account, key: string): number | undefined;
  /** Lists accounts that are used up. */
  list(accounts: readonly Account[]): Promise<void>;
  /** Reads the list, if it has changed since: by the moment of its last change. */
  refresh(changedAt: number | undefined): Promise<void>;
}

const shortest = 3_600_000;

/** @param onChange the list has a new entry */
export function usedUp(
  store: Store,
  rules: readonly Rule[],
  link: Link,
  onChange: () => Promise<void>,
): UsedUp {
  const listed = new WeakSet<Account>();
  const known = new Map<string, Readonly<Record<string, number>>>();
  let seen: number | undefined;
  const nameOf = ({ name }: Rule, start: number): string => ['limits', 'used-up', name, start].join('/');

  return {
    find({ rule, period }, key) {
      return period && known.get(nameOf(rule, period.start))?.[key];
    },
    async list(accounts) {
      const news = accounts.filter(
        (each) => each.isUsedUp && !listed.has(each) && each.period && lengthOf(each.period) >= shortest,
      );
      if (news.length === 0) return;
      const changes = news.map(async (account) => ({
        key: nameOf(account.rule, account.period?.start ?? 0),
        max: { [await account.key()]: account.known?.used ?? 0 },
        ttl: Math.max(1, (account.period?.end ?? 0) - link.now()) + shortest,
      }));
      await store.publish(await Promise.all(changes));
      for (const each of news) listed.add(each);
      await onChange();
    },
    async refresh(changedAt) {
      if (changedAt === seen) return;
      const names = rules.flatMap((rule) => {
        const period = rule.periodAt?.(link.now());
        return period === undefined || lengthOf(period) < shortest ? [] : [nameOf(rule, period.start)];
      });
      if (names.length === 0) return;
      const { entries }: Knowledge = await link.call(() => store.read(names));
      known.clear();
      for (const [index, name] of names.entries()) known.set(name, entries[index] ?? {});
      seen = changedAt;
    },
  };
}

function lengthOf({ start, end }: { readonly start: number; readonly end: number }): number {
  return end - start;
}
