import { ConfigError } from '../../../errors.ts';
import type { CallOptions } from '../../../types/options/call-options.ts';
import type { ChatRequest } from '../../../types/request/request.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import { checkNumber, checkObject, checkWord, type Refuse, show } from '../../../util/option-check.ts';
import type { Guard, GuardContext } from '../types.ts';
import { type GuardBudget, Spending } from './spending.ts';

/** How a guard asks a model: through a route of the router, unguarded, on a budget. */
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

const refuse: Refuse = (path, expected, got) => {
  throw new ConfigError(path, expected, got);
};

const known = ['name', 'on', 'mode', 'timeout', 'onError', 'history', 'route', 'budget', 'maxCost', 'reads'];

/** Refuses invalid options of a guard that asks a model. */
export function checkModelOptions(path: string, options: object, own: readonly string[]): void {
  const { route, budget, maxCost } = checkObject(path, options, [...known, ...own], refuse);
  if (typeof route !== 'string' || route === '') refuse(`${path}.route`, 'a route or a target', show(route));
  checkNumber(`${path}.maxCost`, maxCost, refuse);
  if (budget === undefined) return;
  const { usd, per } = checkObject(`${path}.budget`, budget, ['usd', 'per'], refuse);
  if (usd === undefined) refuse(`${path}.budget.usd`, 'US$', 'undefined');
  checkNumber(`${path}.budget.usd`, usd, refuse);
  if (per === undefined) refuse(`${path}.budget.per`, 'hour or day', 'undefined');
  checkWord(`${path}.budget.per`, per, ['hour', 'day'], refuse);
}

export type Ask = (request: ChatRequest, context: GuardContext) => Promise<ChatResult>;

export function asker(name: string, { route, budget, maxCost }: ModelOptions): Ask {
  const spending = budget === undefined ? undefined : new Spending(budget);
  return async (request, context) => {
    const { router, unguarded, signal, now } = context;
    const { tenant, user } = context.request;
    if (spending?.isOver(now()) === true) throw new Error('the budget of the guard is used up');
    const options: CallOptions = {
      route,
      signal,
      tags: ['guard', `guard:${name}`],
      ...(maxCost === undefined ? {} : { maxCost }),
      ...(tenant === undefined ? {} : { tenant }),
      ...(user === undefined ? {} : { user }),
    };
    const result = await router.chat(unguarded({ ...request }), options);
    // Failed attempts are paid for too.
    for (const { cost } of result.attempts) spending?.add(cost?.total ?? 0, now());
    return result;
  };
}
