import type { PluginHost } from '../../../types/plugin.ts';
import type { Account } from '../accounts/account.ts';
import type { Rule } from '../options.ts';
import type { Link } from './link.ts';
import { lossWatch } from './loss.ts';
import { usedUp } from './used-up.ts';

/** Data that processes exchange beside the accounts. */
export interface Contact {
  /** Reads it. Returns whether the store has lost data. Never rejects. */
  refresh(): Promise<boolean>;
  /** The first answer of the store for an account, or the state known without it. */
  first(account: Account): Promise<void>;
  /** Lists accounts that are used up. Never rejects. */
  list(accounts: readonly Account[]): Promise<void>;
  /** An account has found that its data are lost. */
  foundLost(recoversAt: number): void;
}

export function contactOf(host: PluginHost, rules: readonly Rule[], link: Link): Contact {
  const losses = lossWatch(host, link);
  const full = usedUp(host.store, rules, link, losses.listed);
  return {
    async refresh() {
      try {
        const { isLost, listedAt } = await losses.check();
        await full.refresh(listedAt);
        return isLost;
      } catch {
        return false; // the link has reported it
      }
    },
    async first(account) {
      const used = full.find(account, await account.key());
      if (used !== undefined) account.learn(used);
      if (!account.isKnown) await account.exchange();
    },
    list: (accounts) => full.list(accounts).catch(() => {}), // again with the next exchange
    foundLost: losses.found,
  };
}
