import type { Target } from './target.ts';

/** The names of providers of which the targets use several accounts. */
export function withSeveralAccounts(targets: readonly Target[]): ReadonlySet<string> {
  const accounts = new Map<string, string | undefined>();
  const several = new Set<string>();
  for (const { channels } of targets)
    for (const { provider } of channels) {
      const { name, account } = provider;
      if (accounts.has(name) && accounts.get(name) !== account) several.add(name);
      accounts.set(name, account);
    }
  return several;
}
