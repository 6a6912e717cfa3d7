import type { CallOptions } from '../../../types/options/call-options.ts';
import type { ChatRequest } from '../../../types/request/request.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import { check, checkObject, refuse, show } from '../../../util/option-check.ts';
import { amount, oneOf } from '../../../util/shape.ts';
import type { Guard, GuardContext } from '../types.ts';
import { type GuardBudget, Spending } from './spending.ts';

/** How a guard asks a model: through a route of the router, unguarded, within a budget. */
export interface ModelOptions {
  /** Route or target of the model. */
  readonly route: string;
  /** Budget of the guard in this process. When it is used up, checks fail (`onError`). @default no limit */
  readonly budget?: GuardBudget;
  /** Maximum estimated cost of one check in US$. @default no limit */
  readonly maxCost?: number;
}

/** Settings of guards that ask a model, unless their options differ. */
export const usualSettings = {
  on: ['input', 'output'],
  history: false,
} as const satisfies Partial<Guard>;

const known = ['name', 'on', 'mode', 'timeout', 'onError', 'history', 'route', 'budget', 'maxCost', 'reads'];

/** Refuses invalid options of a guard that asks a model. */
export function checkModelOptions(path: string, options: object, own: readonly string[]): void {
  const { route, budget, maxCost } = checkObject(path, options, [...known, ...own]);
  if (typeof route !== 'string' || route === '') refuse(`${path}.route`, 'a route or a target', show(route));
  check(`${path}.maxCost`, maxCost, amount);
  if (budget === undefined) return;
  const { usd, per } = checkObject(`${path}.budget`, budget, ['usd', 'per']);
  if (usd === undefined) refuse(`${path}.budget.usd`, 'US$', 'undefined');
  check(`${path}.budget.usd`, usd, amount);
  if (per === undefined) refuse(`${path}.budget.per`, 'hour or day', 'undefined');
  check(`${path}.budget.per`, per, oneOf('hour', 'day'));
}

export type Ask = (request: ChatRequest, context: GuardContext) => Promise<ChatResult>;

export function asker(name: string, { route, budget, maxCost }: ModelOptions): Ask {
  const spending = budget === undefined ? undefined : new Spending(budget);
  return async (request, context) => {
    const { router, unguarded, signal, now } = context;
    if (spending?.isOver(now()) === true) throw new Error('the budget of the guard is used up');
    const options: CallOptions = {
      ...context.onBehalf(),
      route,
      signal,
      tags: ['guard', `guard:${name}`],
      ...(maxCost === undefined ? {} : { maxCost }),
    };
    const result = await router.chat(unguarded({ ...request }), options);
    // Failed attempts are paid for too.
    for (const { cost } of result.attempts) spending?.add(cost?.total ?? 0, now());
    return result;
  };
}
