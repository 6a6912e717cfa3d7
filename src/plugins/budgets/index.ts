/**
 * Limits on money, tokens, requests and concurrency, which hold over all processes that share a store.
 *
 * @module budgets
 */
import { BudgetError, ConfigError } from '../../errors.ts';
import type { Candidate } from '../../types/options/strategy.ts';
import type {
  AttemptOutcome,
  AttemptPlan,
  Exclusion,
  Plugin,
  RequestContext,
  Reservation,
  Wait,
} from '../../types/plugin.ts';
import type { Account } from './account.ts';
import { type AccountBook, accountBook } from './book.ts';
import { fromFractions, toFractions } from './fractions.ts';
import {
  checkLimitsOptions,
  type Limit,
  type LimitsOptions,
  type Rule,
  rulesOf,
  type Unit,
} from './options.ts';

export type { Amount, Limit, LimitsOptions, Unit } from './options.ts';
export type { CalendarUnit } from './period.ts';

/** The state of one limit for one subject, as this process knows it. */
export interface BudgetReport {
  readonly limit: string;
  /** What the limit is by: `tenant`, `tag:team` …; empty for all requests together. */
  readonly by: string;
  readonly subject: string | undefined;
  readonly unit: Unit;
  /** The whole amount, in the unit. */
  readonly amount: number;
  /** Used by all processes, in the unit; of the others at the last contact. */
  readonly used: number;
  /** Reserved by this process for requests under way. */
  readonly reserved: number;
  /** Milliseconds since 1970; `undefined` for rolling limits and concurrency. */
  readonly period: { readonly start: number; readonly end: number } | undefined;
  /** The store does not answer, so `used` may be too low. */
  readonly storeAway: boolean;
}

/** The plugin that `limits` returns. */
export interface LimitsPlugin extends Plugin {
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
  const stations = (own: AccountBook): Stations => new Stations(own);
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
      at = stations(book);
      return book.close;
    },
    inspect: (context) => at?.inspect(context),
    exclude: (candidate, context) => at?.exclude(candidate, context),
    reserve: (plan) => at?.reserve(plan),
    ...(rules.some(({ unit }) => unit === 'concurrency')
      ? { observe: (context: RequestContext) => ({ end: () => at?.release(context) }) }
      : {}),
  };
}

/** Milliseconds after which a request that waits for the store looks again. */
const lookAgain = 3;
/** Milliseconds for which it waits for its first target, which may have failed meanwhile. */
const longestWait = 1_000;

class Stations {
  readonly #book: AccountBook;
  /** Requests that count, and what they hold until they end. */
  readonly #counted = new WeakMap<RequestContext, Map<Account, number>>();
  /** The target for which a request waits for the store: no other is to be used for such a moment's sake. */
  readonly #waiting = new WeakMap<RequestContext, { readonly target: string; readonly until: number }>();
  /** Targets that a request could not pay for. */
  readonly #refused = new WeakMap<RequestContext, Set<string>>();

  constructor(book: AccountBook) {
    this.#book = book;
  }

  /** The first request of a subject waits until the store has answered. */
  inspect(context: RequestContext): Promise<undefined> | undefined {
    const book = this.#book;
    const ready = book.link.known ? book.ready(book.matching(context)) : book.ready([]);
    if (ready === undefined) return undefined;
    return ready.then(() => book.ready(book.matching(context))).then(() => undefined);
  }

  exclude(candidate: Candidate, context: RequestContext): Exclusion | undefined {
    for (const account of this.#book.matching(context)) {
      const { rule } = account;
      if (rule.over === 'warn') continue;
      const isUsd = rule.unit === 'usd';
      const cost =
        isUsd && (rule.over === 'cheaper' || candidate.target.price === undefined) ? candidate.maxCost : 0;
      if (cost === undefined) return this.#exclusion(account, 0, 'its price is unknown');
      const need = isUsd ? toFractions(rule, cost) : 0;
      const isHeld = this.#counted.get(context)?.has(account) === true;
      if (!isHeld && !account.fits(Math.max(1, need))) return this.#exclusion(account, need);
    }
    return undefined;
  }

  reserve(plan: AttemptPlan): Reservation | Wait | undefined {
    const { context, target } = plan;
    const waitsFor = this.#waiting.get(context);
    const { link } = this.#book;
    if (waitsFor !== undefined && waitsFor.target !== target.id && link.date() < waitsFor.until)
      return this.#wait();
    this.#waiting.delete(context);
    const accounts = this.#book.matching(context);
    const taken: (readonly [Account, number])[] = [];
    for (const account of accounts) {
      const need = this.#needOf(account, plan);
      const result = need === undefined ? 'over' : account.take(need);
      if (result === 'taken') {
        taken.push([account, need ?? 0]);
        continue;
      }
      for (const [other, reserved] of taken) other.settle(reserved, 0);
      if (result === 'wait') {
        if (plan.attempt === 1 && !plan.preemptible)
          this.#waiting.set(context, {
            target: target.id,
            until: waitsFor?.until ?? link.date() + longestWait,
          });
        return this.#wait();
      }
      return this.#refuse(account, need, plan);
    }
    if (taken.length === 0) return undefined;
    this.#count(plan, taken);
    return { settle: (outcome) => this.#settle(plan, taken, outcome) };
  }

  #wait(): Wait {
    return { retryAt: this.#book.link.date() + lookAgain };
  }

  /** The request is over. */
  release(context: RequestContext): void {
    for (const [account, held] of this.#counted.get(context) ?? [])
      if (account.rule.unit === 'concurrency') account.settle(held, 0);
    this.#counted.delete(context);
  }

  #needOf(account: Account, plan: AttemptPlan): number | undefined {
    const { rule } = account;
    switch (rule.unit) {
      case 'usd': {
        const { maxCost } = plan;
        if (maxCost !== undefined) return Math.ceil(toFractions(rule, maxCost));
        return rule.over === 'warn' ? 0 : undefined;
      }
      case 'tokens':
        return plan.inputTokens + (outputLimitOf(plan.context) ?? Math.ceil(plan.outputTokens));
      default: {
        const counts = !plan.preemptible && this.#counted.get(plan.context)?.has(account) !== true;
        return counts ? 1 : 0;
      }
    }
  }

  #count({ context, preemptible }: AttemptPlan, taken: readonly (readonly [Account, number])[]): void {
    if (preemptible) return;
    for (const [account, need] of taken) {
      if ((account.rule.unit !== 'requests' && account.rule.unit !== 'concurrency') || need === 0) continue;
      const counted = this.#counted.get(context) ?? new Map<Account, number>();
      this.#counted.set(context, counted.set(account, need));
    }
  }

  #settle(
    { context }: AttemptPlan,
    taken: readonly (readonly [Account, number])[],
    outcome: AttemptOutcome,
  ): void {
    for (const [account, need] of taken) {
      const { unit } = account.rule;
      if (unit === 'concurrency') continue; // until the request ends
      if (unit === 'requests') {
        if (outcome.outcome === 'unsent') this.#counted.get(context)?.delete(account);
        account.settle(need, outcome.outcome === 'unsent' ? 0 : need);
      } else account.settle(need, usedBy(account.rule, need, outcome));
    }
    this.#book.exchangeIfLate();
  }

  #refuse(account: Account, need: number | undefined, plan: AttemptPlan): Wait {
    const { context, target, attempt, preemptible } = plan;
    const error = this.#errorOf(account, need ?? 0, need === undefined ? 'the price is unknown' : undefined);
    if (attempt === 1 && !preemptible) {
      const refused = (this.#refused.get(context) ?? new Set()).add(target.id);
      this.#refused.set(context, refused);
      const others = context.decision?.candidates.some((each) => !refused.has(each.target)) === true;
      if (account.rule.over === 'reject' || !others) throw error;
    }
    return { retryAt: error.retryAt ?? Number.POSITIVE_INFINITY };
  }

  #exclusion(account: Account, need: number, detail?: string): Exclusion {
    const error = this.#errorOf(account, need, detail);
    return {
      reason: 'over-budget',
      detail: detail ?? `too little is left of the limit ${account.rule.name}`,
      ...(error.retryAt === undefined ? {} : { retryAt: error.retryAt }),
      error,
    };
  }

  #errorOf(account: Account, need: number, summary: string | undefined): BudgetError {
    const { rule, amount, used, reserved } = account;
    const { link } = this.#book;
    const isAway = summary === undefined && link.away && rule.storeAway !== 'open';
    const retryAt = summary === undefined ? account.retryAt(need) : undefined;
    return new BudgetError({
      limit: { name: rule.name, unit: rule.unit, amount: fromFractions(rule, amount) },
      spent: fromFractions(rule, used + reserved),
      per: rule.per,
      retryAt: retryAt === undefined ? undefined : this.#date(retryAt),
      ...(summary === undefined ? {} : { summary }),
      ...(isAway ? { summary: 'the leased part is used up, and the store does not answer' } : {}),
    });
  }

  /** The store's time as this process's. */
  #date(moment: number): number {
    const { link } = this.#book;
    return Math.round(link.date() + moment - link.now());
  }
}

function usedBy(rule: Rule, need: number, { outcome, billed, usage, cost }: AttemptOutcome): number {
  if (outcome === 'unsent' || billed === 'no') return 0;
  if (rule.unit === 'usd') return cost === undefined ? need : toFractions(rule, cost.total);
  if (usage?.inputTokens === undefined || usage.outputTokens === undefined) return need;
  return usage.inputTokens + usage.outputTokens;
}

function outputLimitOf({ request }: RequestContext): number | undefined {
  return 'maxOutputTokens' in request ? request.maxOutputTokens : undefined;
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
