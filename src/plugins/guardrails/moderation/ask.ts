import type { CallOptions } from '../../../types/options/call-options.ts';
import type { ChatRequest } from '../../../types/request/request.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import type { GuardContext } from '../types.ts';
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
