import type { Clock } from '../../types/clock.ts';

/** Tolerance in milliseconds: times are sums of fractions, and a shorter wait may not advance the clock. */
const rounding = 1e-6;

/** What a timer calls when it expires: an object, because a function would be one more for each request. */
export interface Expiring {
  expired(): void;
}

/** A timer that is cheap to postpone: a number is updated, not a timer. */
export class Watchdog {
  declare private readonly clock: Pick<Clock, 'now' | 'after'>;
  declare private readonly owner: Expiring;
  declare private due: number;
  declare private scheduled: number;
  declare private cancel: (() => void) | undefined;

  /** @param clock the clock of the wait; in a router, its awake clock */
  constructor(clock: Pick<Clock, 'now' | 'after'>, owner: Expiring) {
    this.due = Number.POSITIVE_INFINITY;
    this.scheduled = Number.POSITIVE_INFINITY;
    this.cancel = undefined;
    this.clock = clock;
    this.owner = owner;
  }

  /** Expires in `ms` milliseconds unless postponed or paused. `now`, from the same clock, saves a reading. */
  watch(ms: number, now = this.clock.now()): void {
    this.due = now + ms;
    // A timer that fires too early is rescheduled; only one that would fire too late is replaced.
    if (this.scheduled > this.due) this.#schedule(now);
  }

  /** Does not expire until `watch` is called again. */
  pause(): void {
    this.due = Number.POSITIVE_INFINITY;
  }

  stop(): void {
    this.due = Number.POSITIVE_INFINITY;
    this.cancel?.();
    this.cancel = undefined;
  }

  #schedule(now: number): void {
    this.cancel?.();
    this.scheduled = this.due;
    this.cancel = this.clock.after(this.due - now, () => this.#check());
  }

  #check(): void {
    const now = this.clock.now();
    this.scheduled = Number.POSITIVE_INFINITY;
    if (this.due - now < rounding) this.owner.expired();
    else if (this.due < Number.POSITIVE_INFINITY) this.#schedule(now);
  }
}
