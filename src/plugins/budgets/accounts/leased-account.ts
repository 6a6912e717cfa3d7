import type { Lease, LeaseRequest } from '../../../types/store.ts';
import type { Rule } from '../options.ts';
import type { Period } from '../period.ts';
import { type Account, type AccountInit, leaseTime, retryMoment, type Taken, termsOf } from './account.ts';
import { type Asker, asker } from './asker.ts';
import { type Demand, demand, wishOf } from './demand.ts';
import { Holder } from './holder.ts';

const idleTime = 60_000;

export function openAccount(init: AccountInit): Account {
  return new LeasedAccount(init);
}

class LeasedAccount implements Account {
  readonly rule: Rule;
  readonly subject: string;
  readonly period: Period | undefined;
  readonly #init: AccountInit;
  #amount: number;
  #spent = 0;
  #reserved = 0;
  /** Running total up to which may be spent, in units of the store. */
  #ceiling = 0;
  readonly #holder: Holder;
  #last: Pick<Lease, 'granted' | 'used' | 'held' | 'holders'> | undefined;
  /** Used by others at the last contact, in units of the store. */
  #elsewhere = 0;
  /** Until when the store grants nothing, because it has lost its data: the store's time. */
  #recoversAt: number | undefined;
  #pending: LeaseRequest | undefined;
  readonly #asker: Asker;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #usedAt: number;
  /** The last answer did not cover it, so that what is leased here is of more use to others. */
  #starved = false;
  readonly #demand: Demand;
  /** The need that was refused last, until another one has been granted. */
  #refused = 0;
  /** At the last exchange. */
  #spentBefore = 0;
  #isLast = false; // the next exchange
  #closed = false;

  constructor(init: AccountInit) {
    this.#init = init;
    this.rule = init.rule;
    this.subject = init.subject;
    this.period = init.period;
    this.#amount = init.amount;
    const { before } = init;
    this.#holder = new Holder(init.holder, before?.known);
    this.#usedAt = init.clock.now();
    this.#demand = demand(init.interval, this.#usedAt);
    this.#asker = asker(() => this.#exchange(), init.clock, init.interval);
    if (before?.known === undefined) return;
    this.#elsewhere = Math.ceil(before.used / init.scale);
    this.#last = { granted: 0, used: this.#elsewhere, held: 0, holders: 0 };
  }

  get amount(): number {
    return this.#amount;
  }

  get used(): number {
    const { scale } = this.#init;
    return Math.max(0, this.#elsewhere * scale) + this.#spent - this.#holder.offset * scale;
  }

  get reserved(): number {
    return this.#reserved;
  }

  get left(): number {
    const { scale } = this.#init;
    const here = this.#ceiling * scale - this.#spent - this.#reserved;
    return here + (this.#last === undefined ? this.#amount : this.#free * scale);
  }

  get isKnown(): boolean {
    return this.#last !== undefined || this.isRecovering;
  }

  get known(): Account['known'] {
    return this.#holder.last;
  }

  get isRecovering(): boolean {
    return this.#recoversAt !== undefined && this.#init.link.now() < this.#recoversAt;
  }

  isIdle(now: number): boolean {
    return this.#reserved === 0 && this.#pending === undefined && now - this.#usedAt > idleTime;
  }

  setAmount(amount: number): void {
    this.#amount = amount;
  }

  fits(need: number): boolean {
    if (this.#isCovered(need) || this.rule.over === 'warn') return true;
    if (this.#isAlone) return this.#fitsAlone(need);
    const isOpen = need <= this.left || this.#mayHaveChanged(need);
    if (!isOpen) this.#want(need, false);
    return isOpen;
  }

  get isUsedUp(): boolean {
    return this.#refused > 0 && this.#isSpent(this.#refused);
  }

  isDue(now: number): boolean {
    if (this.#recoversAt !== undefined) return !this.isRecovering || this.#pending !== undefined;
    const isUsed = this.#reserved > 0 || this.#spent !== this.#spentBefore || this.#pending !== undefined;
    const isAwaited = this.#starved && now - this.#usedAt < idleTime && !this.isUsedUp;
    return isUsed || isAwaited || now - this.#answeredAt > leaseTime / 2;
  }

  take(need: number): Taken {
    this.#usedAt = this.#init.clock.now();
    this.#demand.note(need);
    const isCovered = this.#isCovered(need);
    if (isCovered || this.rule.over === 'warn') {
      if (!this.isRecovering && (!isCovered || this.#isLow(need))) this.#asker.inBackground();
    } else if (!this.#isAlone) {
      const isOpen = need <= this.left || this.#mayHaveChanged(need);
      this.#want(need, isOpen);
      return isOpen ? 'wait' : 'over';
    } else if (!this.#fitsAlone(need)) return 'over';
    this.#refused = 0;
    this.#reserved += need;
    return 'taken';
  }

  answer(): Promise<void> {
    return this.#asker.soon();
  }

  settle(need: number, used: number): void {
    this.#reserved -= need;
    this.#spent += used;
  }

  retryAt(need: number): number | undefined {
    const { link, interval, scale } = this.#init;
    if (this.isRecovering) return this.#recoversAt;
    return retryMoment(this, need, (this.#last?.held ?? 0) * scale, link.now(), interval);
  }

  exchange(): Promise<void> {
    return this.#asker.now();
  }

  async close(): Promise<boolean> {
    await this.#asker.underWay;
    if (this.#holder.isNew || this.#closed) return true;
    // A call without an answer is repeated first.
    if (this.#pending !== undefined) await this.exchange();
    if (this.#pending !== undefined) return false;
    this.#isLast = true;
    await this.exchange();
    this.#closed = this.#pending === undefined;
    return this.#closed;
  }

  async bookAgain(): Promise<void> {
    this.#closed = false;
    await this.close();
  }

  /** Whether the store does not answer, or grants nothing. */
  get #isAlone(): boolean {
    return this.#init.link.away || this.isRecovering;
  }

  /** The free amount, in units of the store. */
  get #free(): number {
    const { used = 0, held = 0, granted = 0 } = this.#last ?? {};
    const { refill } = this.rule;
    const amount = Math.floor(this.#amount / this.#init.scale);
    const free = Math.max(0, amount - used - held - granted);
    if (refill === undefined) return free;
    return Math.min(amount, free + Math.floor((this.#sinceAnswer * amount) / refill));
  }

  get #sinceAnswer(): number {
    return this.#init.clock.now() - this.#answeredAt;
  }

  /** Whether all have used so much that this does not fit, whatever they return of what they hold. */
  #isSpent(need: number): boolean {
    if (this.#last === undefined) return false;
    const { refill } = this.rule;
    if (this.period === undefined && refill === undefined) return false;
    const back = refill === undefined ? 0 : (this.#sinceAnswer * this.#amount) / refill;
    return this.used - back + need > this.#amount;
  }

  /** Whether others may have returned since the last answer what the need does not find free: by itself, use never shrinks. */
  #mayHaveChanged(need: number): boolean {
    return this.#sinceAnswer > 2 * this.#init.interval && !this.#isSpent(need);
  }

  #isCovered(need: number): boolean {
    // A process that is gone uses nothing of a concurrency, so what it held is given to others.
    if (this.rule.unit === 'concurrency' && this.#sinceAnswer > leaseTime) return false;
    return this.#spent + this.#reserved + need <= this.#ceiling * this.#init.scale;
  }

  /** Whether a process that cannot reach the store may take it. */
  #fitsAlone(need: number): boolean {
    const { storeAway } = this.rule;
    if (storeAway !== 'local') return storeAway === 'open';
    const { scale, link } = this.#init;
    const last = this.#last;
    const share =
      last === undefined ? this.#amount / scale / link.processes : this.#free / (last.holders + 1);
    return this.#spent + this.#reserved + need <= (this.#ceiling + Math.floor(share)) * scale;
  }

  #isLow(need: number): boolean {
    if (this.#free === 0) return false;
    const here = this.#ceiling * this.#init.scale - this.#spent - this.#reserved - need;
    return here < Math.max(2 * this.#demand.usual, (this.#desired() - this.#reserved) / 3);
  }

  /** What to hold: what is reserved, and the use of the next exchanges. */
  #desired(): number {
    const least = this.#holder.isNew ? this.#init.scale : undefined;
    return this.#reserved + this.#demand.soon(this.#amount, least);
  }

  #want(need: number, isAwaited: boolean): void {
    this.#usedAt = this.#init.clock.now();
    this.#demand.wanted = Math.max(this.#demand.wanted, need);
    if (isAwaited) this.#demand.awaited += need;
    else {
      this.#refused = need;
      this.#asker.inBackground();
    }
  }

  async #exchange(): Promise<void> {
    const { key, link, store, clock } = this.#init;
    await key;
    if (this.#pending === undefined) {
      this.#demand.measure(this.#spent, clock.now());
      this.#spentBefore = this.#spent;
      this.#pending = { ...this.#request(), key: await key };
      // Until the answer comes, the store may have taken back everything beyond what stays reserved.
      this.#ceiling = this.#holder.offset + this.#pending.used + (this.#pending.reserved ?? 0);
    }
    const request = this.#pending;
    try {
      const lease = await link.call(() => store.lease(request));
      this.#pending = undefined;
      this.#answer(request, lease);
    } catch {
      // The link has reported it. The same call is repeated, since it is not known whether it arrived.
    }
  }

  #answer(request: LeaseRequest, lease: Lease): void {
    const { clock, link, onAnswer, onLoss } = this.#init;
    this.#answeredAt = clock.now();
    this.#holder.answered(request.used, lease, this.#answeredAt);
    this.#ceiling = this.#holder.offset + request.used + lease.granted;
    this.#recoversAt = lease.recoversAt;
    if (lease.recoversAt !== undefined) {
      onLoss(lease.recoversAt);
      return; // what was known before is nearer to the truth
    }
    this.#last = lease;
    this.#elsewhere = lease.used - request.used;
    link.processes = Math.max(lease.holders + 1, link.processes);
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
    this.#elsewhere += holder.renameIfForgotten(Math.floor(this.#spent / scale), terms.keep, clock.now());
    const total = this.#spent / scale - holder.offset;
    // The end books the fraction as well, so that the sum in the store is never too low.
    const used = isLast ? Math.ceil(total) : Math.floor(total);
    const exposed = Math.ceil((this.#spent + this.#reserved) / scale) - holder.offset - used;
    const wish = wishOf({
      wanted: Math.ceil(this.#demand.wanted / scale),
      desired: Math.ceil(this.#desired() / scale),
      exposed,
      remaining: this.#ceiling - holder.offset - used,
      isStarved: this.#starved,
    });
    return {
      key: '',
      limit: Math.floor(this.#amount / scale),
      ...(isLast ? { want: 0 } : wish),
      ...holder.next(used, pause),
      ...terms,
    };
  }
}
