import type { Plugin } from 'signalbox';

/** Nothing is left of a tenant's budget. */
export class OverBudgetError extends Error {}

/** Most US$ that each tenant may spend: what is under way counts with what it costs at most. */
export function budget({ limit }: { readonly limit: number }): Plugin {
  const spent = new Map<string, number>();
  const add = (tenant: string, usd: number): void => {
    spent.set(tenant, (spent.get(tenant) ?? 0) + usd);
  };
  const left = (tenant: string): number => limit - (spent.get(tenant) ?? 0);

  return {
    name: 'budget',
    exclude({ estimatedCost = Number.POSITIVE_INFINITY }, { tenant = '' }) {
      if (estimatedCost <= left(tenant)) return undefined;
      return { reason: 'over-budget', facts: { left: left(tenant) }, error: new OverBudgetError(tenant) };
    },
    reserve({ context: { tenant = '' }, maxCost = Number.POSITIVE_INFINITY }) {
      // Others may have taken it since.
      if (maxCost > left(tenant)) return { retryAt: Number.POSITIVE_INFINITY };
      add(tenant, maxCost);
      return {
        settle({ billed, cost }) {
          add(tenant, (billed === 'no' ? 0 : (cost?.total ?? maxCost)) - maxCost);
        },
      };
    },
  };
}
