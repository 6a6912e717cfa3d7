import type { Lease, LeaseRequest } from '../../../types/store.ts';
import type { Rule } from '../options.ts';
import type { Period } from '../period.ts';
import { type Account, type AccountInit, leaseTime, retryMoment, type Taken, termsOf } from './account.ts';
import { type Asker, asker } from './asker.ts';
import { type Demand, demand, wishOf } from './demand.ts';
import { Holder } from './holder.ts';
import { LastAnswer } from './last-answer.ts';

const idleTime = 60_000;

export function openAccount(init: AccountInit): Account {
  return new LeasedAccount(init);
}

class LeasedAccount implements Account {
  readonly rule: Rule;
  readonly subject: string;
  readonly period: Period | undefined;
  readonly key: AccountInit['key'];
  readonly #init: AccountInit;
  amount: number;
  #spent = 0;
  reserved = 0;
  /** Running total up to which may be spent, in units of the store. */
  #ceiling = 0;
  readonly #holder: Holder;
  readonly #last: LastAnswer;
  #pending: LeaseRequest | undefined;
  readonly #asker: Asker;
  #usedAt: number;
  /** The last answer did not cover it, so other processes can make better use of the part leased here. */
  #starved = false;
  readonly #demand: Demand;
  /** The need that was refused last, until another one has been granted. */
  #refused = 0;
  /** Spent and reserved at the last exchange. */
  #before: readonly number[] = [0, 0];
  #isLast = false; // the next exchange
  #closed = false;

  constructor(init: AccountInit) {
    this.#init = init;
    this.rule = init.rule;
    this.subject = init.subject;
    this.period = init.period;
    this.key = init.key;
    this.amount = init.amount;
    this.#holder = new Holder(init.holder, init.before?.known);
    const known = init.before?.known && Math.ceil(init.before.used / init.scale);
    this.#last = new LastAnswer(init.clock, init.link, known);
    this.#usedAt = init.clock.now();
    this.#demand = demand(init.interval, this.#usedAt);
    const { clock, interval: longest, patience, apart } = init;
    this.#asker = asker({ ask: () => this.#exchange(), clock, longest, patience, apart });
  }

  get used(): number {
    const { scale } = this.#init;
    return Math.max(0, this.#last.elsewhere * scale) + this.#spent - this.#holder.offset * scale;
  }

  get left(): number {
    const { scale } = this.#init;
    const here = this.#ceiling * scale - this.#spent - this.reserved;
    return here + (this.#last.lease === undefined ? this.amount : this.#free * scale);
  }

  get isKnown(): boolean {
    return this.#last.lease !== undefined || this.isRecovering;
  }

  get known(): Account['known'] {
    return this.#holder.last;
  }

  get isRecovering(): boolean {
    return this.#last.isRecovering;
  }

  learn(used: number): void {
    if (this.#last.lease === undefined) this.#last.learn(used);
  }

  isIdle(now: number): boolean {
    return this.reserved === 0 && this.#pending === undefined && now - this.#usedAt > idleTime;
  }

  setAmount(amount: number): void {
    this.amount = amount;
  }

  fits(need: number): boolean {
    const found = this.#look(need);
    if (found === 'over' && !this.#isAlone) this.#want(need, false);
    return found !== 'over';
  }

  get isUsedUp(): boolean {
    return this.#refused > 0 && this.#isSpent(this.#refused);
  }

  isDue(now: number): boolean {
    if (this.#last.recoversAt !== undefined) return !this.isRecovering || this.#pending !== undefined;
    const [spent, reserved] = this.#before;
    const isUsed =
      this.reserved > 0 || this.reserved !== reserved || this.#spent !== spent || this.#pending !== undefined;
    const isAwaited = this.#starved && now - this.#usedAt < idleTime && !this.isUsedUp;
    return isUsed || isAwaited || now - this.#last.at > leaseTime / 2;
  }

  take(need: number): Taken {
    this.#usedAt = this.#init.clock.now();
    if (need <= this.amount) this.#demand.note(need);
    const found = this.#look(need);
    if (found !== 'taken') {
      if (!this.#isAlone) this.#want(need, found === 'wait');
      return found;
    }
    const asks = this.#isCovered(need) ? this.#isLow(need) : this.rule.over === 'warn';
    if (asks && !this.isRecovering) this.#asker.inBackground();
    this.#refused = 0;
    this.reserved += need;
    return 'taken';
  }

  answer(): Promise<void> {
    return this.#asker.soon();
  }

  settle(need: number, used: number): void {
    this.reserved -= need;
    this.#spent += used;
  }

  retryAt(need: number): number | undefined {
    const { link, interval, scale } = this.#init;
    if (this.isRecovering) return this.#last.recoversAt;
    return retryMoment(this, need, (this.#last.lease?.held ?? 0) * scale, link.now(), interval);
  }

  exchange(): Promise<void> {
    return this.#asker.now();
  }

  async close(again = false): Promise<boolean> {
    await this.#asker.underWay;
    if (this.#holder.isNew || (this.#closed && !again)) return true;
    // A call without an answer is repeated first.
    if (this.#pending !== undefined) await this.exchange();
    if (this.#pending !== undefined) return false;
    this.#isLast = true;
    await this.exchange();
    this.#closed = this.#pending === undefined;
    return this.#closed;
  }

  #look(need: number): Taken {
    if (this.#isCovered(need) || this.rule.over === 'warn') return 'taken';
    if (this.#isAlone) return this.#fitsAlone(need) ? 'taken' : 'over';
    return need <= this.left || this.#mayHaveChanged(need) ? 'wait' : 'over';
  }

  /** Whether the store does not answer, or grants nothing. */
  get #isAlone(): boolean {
    return this.#init.link.away || this.isRecovering;
  }

  /** The free amount, in units of the store. */
  get #free(): number {
    return this.#last.free(Math.floor(this.amount / this.#init.scale), this.rule.refill);
  }

  /** Whether the use of all processes leaves no room for this, even if they return all that they hold. */
  #isSpent(need: number): boolean {
    if (this.#last.lease === undefined) return false;
    const { refill } = this.rule;
    if (this.period === undefined && refill === undefined) return false;
    const back = refill === undefined ? 0 : (this.#last.age * this.amount) / refill;
    return this.used - back + need > this.amount;
  }

  /** Whether others may have returned enough since the last answer; otherwise use never shrinks. */
  #mayHaveChanged(need: number): boolean {
    return this.#last.age > 2 * this.#init.interval && !this.#isSpent(need);
  }

  #isCovered(need: number): boolean {
    // A process that has ended uses no concurrency, so its share is given to others.
    if (this.rule.unit === 'concurrency' && this.#last.age > leaseTime) return false;
    return this.#spent + this.reserved + need <= this.#ceiling * this.#init.scale;
  }

  /** Whether a process that cannot reach the store may take it. */
  #fitsAlone(need: number): boolean {
    const { storeAway } = this.rule;
    if (storeAway !== 'local') return storeAway === 'open';
    const { scale, link } = this.#init;
    const last = this.#last.lease;
    const share = last === undefined ? this.amount / scale / link.processes : this.#free / (last.holders + 1);
    return this.#spent + this.reserved + need <= (this.#ceiling + Math.floor(share)) * scale;
  }

  #isLow(need: number): boolean {
    if (this.#free === 0) return false;
    const here = this.#ceiling * this.#init.scale - this.#spent - this.reserved - need;
    return here < Math.max(2 * this.#demand.usual, (this.#desired() - this.reserved) / 3);
  }

  /** The amount to hold: the reserved one, and the use of the next exchanges. */
  #desired(): number {
    const least = this.#holder.isNew ? this.#init.scale : undefined;
    return this.reserved + this.#demand.soon(this.amount, least);
  }

  #want(need: number, isAwaited: boolean): void {
    this.#usedAt = this.#init.clock.now();
    if (need > this.amount) return; // it cannot fit
    this.#demand.wanted = Math.max(this.#demand.wanted, need);
    if (isAwaited) this.#demand.awaited += need;
    else {
      this.#refused = need;
      this.#asker.inBackground();
    }
  }

  async #exchange(): Promise<void> {
    const { link, store, clock } = this.#init;
    const key = await this.key();
    if (this.#pending === undefined) {
      this.#demand.measure(this.#spent, clock.now());
      this.#before = [this.#spent, this.reserved];
      this.#pending = { ...this.#request(), key };
      // Until the answer arrives, the store may have taken back everything but the reserved amount.
      this.#ceiling = this.#holder.offset + this.#pending.used + (this.#pending.reserved ?? 0);
    }
    const request = this.#pending;
    try {
      const lease = await link.call(() => store.lease(request));
      if (this.#pending !== request) return; // answered already
      this.#pending = undefined;
      this.#answer(request, lease);
    } catch {
      // The link has reported it. The same call is repeated, since it is not known whether it arrived.
    }
  }

  #answer(request: LeaseRequest, lease: Lease): void {
    const { clock, onAnswer, onLoss } = this.#init;
    this.#holder.answered(request.used, lease, clock.now());
    this.#ceiling = this.#holder.offset + request.used + lease.granted;
    this.#last.take(lease, request.used);
    if (lease.recoversAt !== undefined) {
      onLoss(lease.recoversAt);
      return;
    }
    const { wanted } = this.#demand;
    this.#starved = wanted > 0 && !this.#isCovered(wanted);
    if (wanted > 0) this.#asker.answered(this.#starved);
    Object.assign(this.#demand, { wanted: 0, awaited: 0 });
    onAnswer(this);
  }

  #request(): LeaseRequest {
    const isLast = this.#isLast;
    const { rule, period } = this;
    const { scale, link, clock, pause } = this.#init;
    const terms = termsOf(rule, period, link.now());
    const holder = this.#holder;
    this.#last.elsewhere += holder.renameIfForgotten(
      Math.floor(this.#spent / scale),
      terms.keep,
      clock.now(),
    );
    const total = this.#spent / scale - holder.offset;
    // The end books the fraction as well, so that the sum in the store is never too low.
    const used = isLast ? Math.ceil(total) : Math.floor(total);
    const exposed = Math.ceil((this.#spent + this.reserved) / scale) - holder.offset - used;
    const wish = wishOf({
      wanted: Math.ceil(this.#demand.wanted / scale),
      desired: Math.ceil(this.#desired() / scale),
      exposed,
      remaining: this.#ceiling - holder.offset - used,
      isStarved: this.#starved,
    });
    return {
      key: '',
      limit: Math.floor(this.amount / scale),
      ...(isLast ? { want: 0 } : wish),
      ...holder.next(used, pause),
      ...terms,
    };
  }
}
