import type { Clock } from '../../../types/clock.ts';
import type { Lease } from '../../../types/store.ts';
import type { Link } from '../store/link.ts';

/** The store's last answer about an account. Amounts in units of the store. */
export class LastAnswer {
  readonly #clock: Clock;
  readonly #link: Link;
  /** The last lease while the store had all data. */
  lease: Pick<Lease, 'granted' | 'used' | 'held' | 'holders'> | undefined;
  /** Used by others. */
  elsewhere = 0;
  at = Number.NEGATIVE_INFINITY;
  /** Until when the store grants nothing, because it has lost its data: the store's time. */
  recoversAt: number | undefined;

  /** @param used by all, as far as it is known from an earlier account */
  constructor(clock: Clock, link: Link, used: number | undefined) {
    this.#clock = clock;
    this.#link = link;
    if (used !== undefined) this.learn(used);
  }

  /** The use learned from elsewhere. */
  learn(used: number): void {
    this.elsewhere = used;
    this.lease = { granted: 0, used, held: 0, holders: 0 };
  }

  get isRecovering(): boolean {
    return this.recoversAt !== undefined && this.#link.now() < this.recoversAt;
  }

  /** Milliseconds since then. */
  get age(): number {
    return this.#clock.now() - this.at;
  }

  /** @param used booked by the holder with this call */
  take(lease: Lease, used: number): void {
    this.at = this.#clock.now();
    this.recoversAt = lease.recoversAt;
    if (lease.recoversAt !== undefined) return; // the earlier value is more accurate
    this.lease = lease;
    this.elsewhere = lease.used - used;
    this.#link.processes = Math.max(lease.holders + 1, this.#link.processes);
  }

  /**
   * The part of an amount that may be free.
   *
   * @param refill milliseconds in which the amount comes back
   */
  free(amount: number, refill: number | undefined): number {
    const { used = 0, held = 0, granted = 0 } = this.lease ?? {};
    const free = Math.max(0, amount - used - held - granted);
    return refill === undefined ? free : Math.min(amount, free + Math.floor((this.age * amount) / refill));
  }
}
