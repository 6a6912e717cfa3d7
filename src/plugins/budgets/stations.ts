import { BudgetError } from '../../errors.ts';
import type { Candidate } from '../../types/options/strategy.ts';
import type {
  AttemptOutcome,
  AttemptPlan,
  Exclusion,
  RequestContext,
  Reservation,
  Wait,
} from '../../types/plugin.ts';
import type { Account } from './accounts/account.ts';
import type { AccountBook } from './accounts/book.ts';
import { fromFractions, toFractions } from './accounts/fractions.ts';
import type { Rule } from './options.ts';

/** Milliseconds after which a request that cannot wait for an answer of the store checks again. */
const lookAgain = 3;
/** Milliseconds for which it waits for its first target, which may have failed meanwhile. */
const longestWait = 1_000;

/** The account that a request waits for. */
interface Waiting {
  readonly account: Account;
  readonly target: string;
  readonly until: number;
}

/** What `limits` does at each station of a request. */
export class Stations {
  readonly #book: AccountBook;
  /** Requests that count, and their reservations until they end. */
  readonly #counted = new WeakMap<RequestContext, Map<Account, number>>();
  /**
   * The target for which a request waits for the store: such a short wait must not move it to another target.
   */
  readonly #waiting = new WeakMap<RequestContext, Waiting>();
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
      return this.#wait(waitsFor.account);
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
            account,
            target: target.id,
            until: waitsFor?.until ?? link.date() + longestWait,
          });
        return this.#wait(account);
      }
      return this.#refuse(account, need, plan);
    }
    if (taken.length === 0) return undefined;
    this.#count(plan, taken);
    return { settle: (outcome) => this.#settle(plan, taken, outcome) };
  }

  #wait(account: Account): Wait {
    return { retryAt: this.#book.link.date() + lookAgain, ready: account.answer() };
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
    const isRecovering = summary === undefined && account.isRecovering && rule.storeAway !== 'open';
    const retryAt = summary === undefined ? account.retryAt(need) : undefined;
    return new BudgetError({
      limit: { name: rule.name, unit: rule.unit, amount: fromFractions(rule, amount) },
      spent: fromFractions(rule, used + reserved),
      per: rule.per,
      retryAt: retryAt === undefined ? undefined : this.#date(retryAt),
      ...(summary === undefined ? {} : { summary }),
      ...(isAway ? { summary: 'the leased part is used up, and the store does not answer' } : {}),
      ...(isRecovering ? { summary: 'the leased part is used up, and the store has lost its data' } : {}),
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
