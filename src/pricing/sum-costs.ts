import type { Cost } from '../types/result/usage.ts';
import { zeroCost } from './cost.ts';
import { addUsd } from './money.ts';

/** The sum of costs; `undefined` if any is unknown. */
export function addCosts(costs: readonly (Cost | undefined)[]): Cost | undefined {
  const known = costs.filter((cost) => cost !== undefined);
  const last = known.at(-1);
  if (last === undefined || known.length < costs.length) return undefined;
  const names = Object.keys(zeroCost) as (keyof typeof zeroCost)[];
  const sums = Object.fromEntries(names.map((name) => [name, addUsd(...known.map((cost) => cost[name]))]));
  return {
    ...(sums as typeof zeroCost),
    source: last.source,
    estimated: known.some(({ estimated }) => estimated),
  };
}
