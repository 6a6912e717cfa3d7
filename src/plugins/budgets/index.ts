/**
 * Limits on money, tokens, requests and concurrency, which hold over all processes that share a store.
 *
 * @module budgets
 */
import { ConfigError } from '../../errors.ts';
import type { Plugin, RequestContext } from '../../types/plugin.ts';
import type { Account } from './accounts/account.ts';
import { type AccountBook, accountBook } from './accounts/book.ts';
import { fromFractions } from './accounts/fractions.ts';
import { checkLimitsOptions, type Limit, type LimitsOptions, rulesOf, type Unit } from './options.ts';
import { Stations } from './stations.ts';

export type { Amount, Limit, LimitsOptions, Unit } from './options.ts';
export type { CalendarUnit } from './period.ts';

/** The state of one limit for one subject, as this process knows it. */
export interface BudgetReport {
  /** Name of the limit. */
  readonly limit: string;
  /** The kind of subject: `tenant`, `tag:team` …; empty for all requests together. */
  readonly by: string;
  /** The subject: the tenant, user, tag or route; `undefined` for all requests together. */
  readonly subject: string | undefined;
  /** What it counts. */
  readonly unit: Unit;
  /** The whole amount, in the unit. */
  readonly amount: number;
  /** Used by all processes, in the unit; of the others at the last contact. */
  readonly used: number;
  /** Reserved by this process for requests in flight. */
  readonly reserved: number;
  /** Milliseconds since 1970; `undefined` for rolling limits and concurrency. */
  readonly period:
    | {
        /** Start of the current period. */
        readonly start: number;
        /** End of the current period, at which the limit is whole again. */
        readonly end: number;
      }
    | undefined;
  /** The store does not answer, so `used` may be too low. */
  readonly storeAway: boolean;
}

/** The plugin that `limits` returns. */
export interface LimitsPlugin extends Plugin {
  /** The method that the plugin adds to the router. */
  readonly methods: {
    /** The limits and subjects that this process has seen lately. */
    budgets(): readonly BudgetReport[];
  };
}

/**
 * Limits what requests may spend, use or do at a time, for each tenant, user, tag or route. Before an attempt it reserves its highest
 * cost; after it, it books what the attempt cost, failed, hedged, mirrored and aborted attempts included. Attempts of unknown price
 * do not pass a limit in US$.
 *
 * Processes lease parts of a limit from the router's `store` in the background, and spend them without asking. A limit therefore holds
 * over all processes, also when they crash: what a crashed process had leased counts as used. Only the first request of a subject
 * in a process waits for the store.
 *
 * @throws ConfigError for invalid limits
 * @example
 * const router = createRouter({
 *   targets,
 *   store: redis(client),
 *   plugins: [limits([{ by: 'tenant', usd: 50, per: 'month' }, { requests: 600, per: 'minute' }])],
 * });
 * await router.chat({ prompt: 'Hi' }, { tenant: 'acme' });
 * console.log(router.budgets());
 */
export function limits(list: readonly Limit[], options: LimitsOptions = {}): LimitsPlugin {
  const rules = rulesOf(list);
  checkLimitsOptions(options);
  let book: AccountBook | undefined;
  let at: Stations | undefined;

  return {
    name: 'limits',
    config: { limit: Object.fromEntries(rules.map(({ name }, index) => [name, list[index]])) },
    timeout: Number.POSITIVE_INFINITY, // `inspect` waits for the store, for `storeTimeout` at most
    methods: { budgets: () => [...(book?.all() ?? [])].map((account) => reportOf(account, book)) },
    install(host) {
      if (book !== undefined)
        throw new ConfigError('plugins', 'limits() for one router', 'the same for a second');
      book = accountBook(host, rules, options);
      at = new Stations(book);
      return book.close;
    },
    warmup: () => book?.contact(),
    inspect: (context) => at?.inspect(context),
    exclude: (candidate, context) => at?.exclude(candidate, context),
    reserve: (plan) => at?.reserve(plan),
    ...(rules.some(({ unit }) => unit === 'concurrency')
      ? { observe: (context: RequestContext) => ({ end: () => at?.release(context) }) }
      : {}),
  };
}

function reportOf(account: Account, book: AccountBook | undefined): BudgetReport {
  const { rule, subject, amount, used, reserved, period } = account;
  return {
    limit: rule.name,
    by: rule.by,
    subject: subject === '' ? undefined : subject,
    unit: rule.unit,
    amount: fromFractions(rule, amount),
    used: fromFractions(rule, used),
    reserved: fromFractions(rule, reserved),
    period,
    storeAway: book?.link.away === true,
  };
}
