import type { LastLease, Lease, LeaseRequest } from '../../../types/store.ts';

/** A store may drop a holder ten minutes after its lease; before that, the account continues under another name. */
const silence = 540_000;

/** The name under which an account books, and the booked amounts. Amounts in units of the store. */
export class Holder {
  readonly #first: string;
  #name: string;
  #renames = 0;
  #sequence = 0;
  /** Booked under earlier names. */
  offset = 0;
  /** Booked under this name. */
  #booked = 0;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #last: Pick<Lease, 'record' | 'used' | 'granted'> | undefined;
  /** Booked at the last lease, under all names. */
  #total = 0;

  /** @param last the state of an earlier account of the same subject and period */
  constructor(name: string, last: Pick<Lease, 'record' | 'used' | 'granted'> | undefined) {
    this.#first = name;
    this.#name = name;
    this.#last = last;
  }

  get isNew(): boolean {
    return this.#sequence === 0;
  }

  /** The last lease, for an account that is opened again. */
  get last(): Pick<Lease, 'record' | 'used' | 'granted'> | undefined {
    return this.#last;
  }

  /**
   * Changes the name if the store may have dropped it, so that nothing is booked twice. Returns the amount booked under the
   * previous name.
   *
   * @param total used by the account in all
   * @param keep milliseconds after which the store may have dropped the whole amount
   */
  renameIfForgotten(total: number, keep: number, now: number): number {
    const silent = now - this.#answeredAt;
    if (this.#last === undefined || this.isNew || silent < silence) return 0;
    // The lease has expired and already counts as used.
    const counted = Math.min(this.#booked + this.#last.granted, total - this.offset);
    this.offset += counted;
    this.#booked = 0;
    this.#renames += 1;
    this.#name = `${this.#first}-${this.#renames}`;
    this.#sequence = 0;
    if (silent >= keep) this.#last = undefined;
    return counted;
  }

  /**
   * The next call.
   *
   * @param used under this name
   * @param pause milliseconds in which all holders ask again
   */
  next(used: number, pause: number): Pick<LeaseRequest, 'holder' | 'sequence' | 'used' | 'last'> {
    this.#sequence += 1;
    return { holder: this.#name, sequence: this.#sequence, used, ...this.#lastLease(used, pause) };
  }

  answered(used: number, lease: Lease, now: number): void {
    this.#answeredAt = now;
    this.#booked = used;
    this.#last = lease;
    this.#total = this.offset + used;
  }

  #lastLease(used: number, pause: number): { readonly last?: LastLease } {
    if (this.#last === undefined) return {};
    const { record, used: before } = this.#last;
    return { last: { record, used: before, usedSince: this.offset + used - this.#total, pause } };
  }
}
