import type { Clock } from '../../../types/clock.ts';
import type { Lease, LeaseRequest, Store } from '../../../types/store.ts';
import type { Rule } from '../options.ts';
import type { Period } from '../period.ts';
import type { Link } from '../store/link.ts';

/** The outcome of an attempt to take something; `wait`: unknown until the next `answer()`. */
export type Taken = 'taken' | 'wait' | 'over';

/**
 * One limit of one subject in one period, as this process sees it. It spends a part that it has leased of the shared amount, and
 * asks the store for more in the background. `spent` and `reserved` never exceed what is leased, except where the rule allows it.
 *
 * Amounts are integers in fractions of the store's unit: billionths of US$, where the store counts millionths. The fraction that the
 * store does not see stays counted here.
 */
export interface Account {
  readonly rule: Rule;
  readonly subject: string;
  readonly period: Period | undefined;
  /** Of the shared amount, in fractions. */
  readonly amount: number;
  /** Used by all processes at the last contact, and by this one since. */
  readonly used: number;
  readonly reserved: number;
  /** The rest of the whole amount, as known here. */
  readonly left: number;
  /** Whether the store has answered once. */
  readonly isKnown: boolean;
  /** The last lease, for a later account of the same subject and period. */
  readonly known: Pick<Lease, 'record' | 'used' | 'granted'> | undefined;
  /** Whether the store grants nothing, because it has lost its data and processes book again. */
  readonly isRecovering: boolean;
  /** Whether it can be dropped: nothing reserved, everything settled, and unused for a long time. */
  isIdle(now: number): boolean;
  /** The key in the store. */
  key(): Promise<string>;
  /** The use of all processes, learned from elsewhere. Ignored after the first answer of the store. */
  learn(used: number): void;
  /** A changed amount. */
  setAmount(amount: number): void;
  /** Whether the last refused amount cannot fit before the period ends, even if others return all that they have leased. */
  readonly isUsedUp: boolean;
  /** Whether it is time for an exchange. */
  isDue(now: number): boolean;
  /** Whether `take` is expected to succeed. */
  fits(need: number): boolean;
  take(need: number): Taken;
  /** Returns the taken amount and books the part of it that was used. */
  settle(need: number, used: number): void;
  /** When there may be enough again: the store's time. */
  retryAt(need: number): number | undefined;
  /** Asks the store, unless it is being asked. Never rejects. */
  exchange(): Promise<void>;
  /** The same, but as soon as the rate of calls permits: for requests that wait. */
  answer(): Promise<void>;
  /**
   * Settles for good. Returns whether the store has taken it; if not, it can be repeated.
   *
   * @param again once more, since the store may have lost its data
   */
  close(again?: boolean): Promise<boolean>;
}

export interface AccountInit {
  readonly rule: Rule;
  readonly subject: string;
  readonly period: Period | undefined;
  readonly amount: number;
  /** An earlier account of the same subject and period. */
  readonly before: Account | undefined;
  /** Fractions per unit of the store. */
  readonly scale: number;
  key(): Promise<string>;
  readonly holder: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly link: Link;
  /** Milliseconds between two exchanges. */
  readonly interval: number;
  /** See `AskerInit`. */
  readonly patience: number;
  readonly apart: boolean;
  /** Milliseconds for which the store grants nothing after a loss of data, so that all processes book again before. */
  readonly pause: number;
  onAnswer(account: Account): void;
  /** The store has lost its data, and grants nothing until then. */
  onLoss(recoversAt: number): void;
}

/** Milliseconds of a lease. It may be long, because an expired lease counts as used, like one that is never returned. */
export const leaseTime = 30_000;
/** A period's key is kept for late settlements. */
const graceTime = 3_600_000;

/** The fields that all leases of an account share. */
export function termsOf(
  { unit, refill }: Rule,
  period: Period | undefined,
  now: number,
): Pick<LeaseRequest, 'ttl' | 'expired' | 'refill' | 'keep'> {
  const toItsEnd = (refill ?? 0) + (period === undefined ? 0 : period.end - now);
  return {
    ttl: leaseTime,
    ...(unit === 'concurrency' ? { expired: 'returned' } : {}),
    ...(refill === undefined ? {} : { refill }),
    keep: Math.max(leaseTime, toItsEnd) + graceTime,
  };
}

/**
 * When there may be enough again, on the scale of `now`.
 *
 * @param held what others have leased, in fractions
 * @param interval milliseconds between two exchanges
 */
export function retryMoment(
  { rule: { refill }, period, amount, used, reserved }: Account,
  need: number,
  held: number,
  now: number,
  interval: number,
): number {
  if (refill !== undefined) {
    const missing = need - (amount - used);
    return now + Math.max(interval, (missing * refill) / Math.max(amount, 1));
  }
  const isUsedUp = used + need > amount;
  if (period === undefined || (!isUsedUp && held + reserved > 0)) return now + interval;
  return period.end;
}
