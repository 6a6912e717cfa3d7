import type { Limit } from '../../../src/plugins/budgets/index.ts';

/** The limit that all processes of the crash test spend from. Its period ends in the year 2286. */
export const limitOfAll = { name: 'money', usd: 1, per: 1e13, storeAway: 'closed' } as const satisfies Limit;
