import type { Lease, LeaseRequest } from '../../types/store.ts';
import { type Account, type AccountInit, leaseTime, type Taken, termsOf } from './account.ts';
import type { Rule } from './options.ts';
import type { Period } from './period.ts';
import { type UseRate, useRate } from './use-rate.ts';

/** Least milliseconds between two requests for more: usually, and where nothing more is free. */
const patience = 50;
const longPatience = 100;
/** A lease covers the use of so many exchanges. */
const foresight = 2.5;
/** Of the amount, where nothing is known of the use. */
const firstRatio = 0.01;
/** Of the amount, for a burst of requests: twenty at most, two at least. */
const burstRatio = 0.005;
const idleTime = 60_000;
/** A store may forget a holder after ten minutes. */
const silence = 540_000;

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
  #sequence = 0;
  #holder: string;
  /** Booked under an earlier name of the holder. */
  #offset = 0;
  #renames = 0;
  #booked = 0;
  #last: Lease | undefined;
  #pending: LeaseRequest | undefined;
  #asking: Promise<void> | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #usedAt: number;
  /** The largest need that waits for an answer. */
  #wanted = 0;
  /** The last answer did not cover it, so that what is leased here is of more use to others. */
  #starved = false;
  readonly #rate: UseRate;
  /** At the last exchange. */
  #spentBefore = 0;
  #usual = 0;
  /** The next exchange is the last one. */
  #isLast = false;
  #closed = false;

  constructor(init: AccountInit) {
    this.#init = init;
    this.rule = init.rule;
    this.subject = init.subject;
    this.period = init.period;
    this.#amount = init.amount;
    this.#holder = init.holder;
    this.#usedAt = init.clock.now();
    this.#rate = useRate(init.interval / 2, this.#usedAt);
  }

  get amount(): number {
    return this.#amount;
  }

  get used(): number {
    const { scale } = this.#init;
    const elsewhere = (this.#last?.used ?? 0) * scale - this.#booked * scale;
    return Math.max(0, elsewhere) + this.#spent - this.#offset * scale;
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
    return this.#last !== undefined;
  }

  isIdle(now: number): boolean {
    return this.#reserved === 0 && this.#pending === undefined && now - this.#usedAt > idleTime;
  }

  setAmount(amount: number): void {
    this.#amount = amount;
  }

  fits(need: number): boolean {
    if (this.#isCovered(need) || this.rule.over === 'warn') return true;
    return this.#init.link.away ? this.#fitsAlone(need) : need <= this.left;
  }

  isDue(now: number): boolean {
    const isUsed = this.#reserved > 0 || this.#spent !== this.#spentBefore || this.#pending !== undefined;
    return isUsed || now - this.#answeredAt > leaseTime / 2;
  }

  take(need: number): Taken {
    const { clock, link } = this.#init;
    this.#usedAt = clock.now();
    this.#usual = Math.max(need, this.#usual * 0.9);
    const covered = this.#isCovered(need);
    if (covered || this.rule.over === 'warn') {
      this.#reserved += need;
      if (!covered || this.#isLow()) this.#ask();
      return 'taken';
    }
    if (link.away) {
      if (!this.#fitsAlone(need)) return 'over';
      this.#reserved += need;
      return 'taken';
    }
    this.#wanted = Math.max(this.#wanted, need);
    this.#ask();
    return need <= this.left || this.#isStale() ? 'wait' : 'over';
  }

  settle(need: number, used: number): void {
    this.#reserved -= need;
    this.#spent += used;
  }

  retryAt(need: number): number | undefined {
    const { link, interval, scale } = this.#init;
    const { refill } = this.rule;
    if (refill !== undefined) {
      const missing = need - (this.#amount - this.used);
      return link.now() + Math.max(interval, (missing * refill) / Math.max(this.#amount, 1));
    }
    const heldElsewhere = (this.#last?.held ?? 0) * scale;
    const isUsedUp = this.used + need > this.#amount;
    if (this.period === undefined || (!isUsedUp && heldElsewhere + this.#reserved > 0))
      return link.now() + interval;
    return this.period.end;
  }

  exchange(): Promise<void> {
    this.#asking ??= this.#exchange().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async close(): Promise<boolean> {
    await this.#asking;
    if (this.#sequence === 0 || this.#closed) return true;
    // A call without an answer is repeated first.
    if (this.#pending !== undefined) await this.exchange();
    if (this.#pending !== undefined) return false;
    this.#isLast = true;
    await this.exchange();
    this.#closed = this.#pending === undefined;
    return this.#closed;
  }

  /** The free amount, in units of the store. */
  get #free(): number {
    const { used = 0, held = 0, granted = 0 } = this.#last ?? {};
    const amount = Math.floor(this.#amount / this.#init.scale);
    const free = Math.max(0, amount - used - held - granted);
    const { refill } = this.rule;
    if (refill === undefined) return free;
    const since = this.#init.clock.now() - this.#answeredAt;
    return Math.min(amount, free + Math.floor((since * amount) / refill));
  }

  /** Whether the last answer is too old to refuse by it. */
  #isStale(): boolean {
    const { clock, interval } = this.#init;
    return clock.now() - this.#answeredAt > 2 * interval;
  }

  #isCovered(need: number): boolean {
    // A process that is gone uses nothing of a concurrency, so what it held is given to others.
    if (this.rule.unit === 'concurrency' && this.#init.clock.now() - this.#answeredAt > leaseTime)
      return false;
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

  #isLow(): boolean {
    if (this.#free === 0) return false;
    const here = this.#ceiling * this.#init.scale - this.#spent - this.#reserved;
    return here < Math.max(2 * this.#usual, (this.#desired() - this.#reserved) / 3);
  }

  /** What to hold: what is reserved, and the use of the next exchanges. */
  #desired(): number {
    const { interval, scale } = this.#init;
    const isNew = this.#last === undefined;
    const burst = Math.max(2 * this.#usual, Math.min(20 * this.#usual, this.#amount * burstRatio));
    const soon = isNew ? this.#amount * firstRatio : this.#rate.perMillisecond * interval * foresight + burst;
    return this.#reserved + Math.max(isNew ? scale : 0, soon, this.#wanted);
  }

  #ask(): void {
    const { clock } = this.#init;
    const pause = this.#last !== undefined && this.#free === 0 ? longPatience : patience;
    if (this.#asking !== undefined || clock.now() - this.#askedAt < pause) return;
    void this.exchange();
  }

  async #exchange(): Promise<void> {
    const { key, link, store, clock } = this.#init;
    this.#askedAt = clock.now();
    await key;
    if (this.#pending === undefined) {
      this.#rate.measure(this.#spent, clock.now());
      this.#renameIfForgotten();
      this.#spentBefore = this.#spent;
      this.#pending = { ...this.#request(), key: await key };
      // Until the answer comes, the store may have taken back everything beyond what stays reserved.
      this.#ceiling = this.#offset + this.#pending.used + (this.#pending.reserved ?? 0);
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
    const { clock, link, onAnswer } = this.#init;
    this.#answeredAt = clock.now();
    this.#last = lease;
    this.#booked = request.used;
    this.#ceiling = this.#offset + request.used + lease.granted;
    link.processes = Math.max(lease.holders + 1, link.processes);
    this.#starved = this.#wanted > 0 && !this.#isCovered(this.#wanted);
    this.#wanted = 0;
    onAnswer(this);
  }

  #request(): LeaseRequest {
    const isLast = this.#isLast;
    const { rule, period } = this;
    const { scale, link } = this.#init;
    const total = this.#spent / scale - this.#offset;
    // The end books the fraction as well, so that the sum in the store is never too low.
    const used = isLast ? Math.ceil(total) : Math.floor(total);
    const exposed = Math.ceil((this.#spent + this.#reserved) / scale) - this.#offset - used;
    const remaining = this.#ceiling - this.#offset - used;
    const least = this.#wanted === 0 ? 1 : exposed + Math.ceil(this.#wanted / scale);
    const wish = this.#starved ? least : Math.ceil(this.#desired() / scale);
    const want = isLast ? 0 : wish;
    const kept = this.#starved ? exposed : Math.max(exposed, Math.min(remaining, want));
    const reserved = isLast ? 0 : kept;
    this.#sequence += 1;
    return {
      key: '',
      holder: this.#holder,
      sequence: this.#sequence,
      limit: Math.floor(this.#amount / scale),
      want: isLast ? 0 : Math.max(want, least),
      used,
      reserved,
      least,
      ...termsOf(rule, period, link.now()),
    };
  }

  /** Comes back under another name where the store may have forgotten this one, so that nothing is booked twice. */
  #renameIfForgotten(): void {
    const { clock, holder } = this.#init;
    if (this.#last === undefined || clock.now() - this.#answeredAt < silence) return;
    // What was leased has expired, and counts as used already.
    const counted = this.#booked + this.#last.granted;
    const total = Math.floor(this.#spent / this.#init.scale) - this.#offset;
    this.#offset += Math.min(counted, total);
    this.#renames += 1;
    this.#holder = `${holder}-${this.#renames}`;
    this.#sequence = 0;
  }
}
