import type { AttemptSummary } from './result/result.ts';
import type { Cost, Usage } from './result/usage.ts';

/** A reservation for an attempt. */
export interface Reservation {
  /** Called exactly once: when the attempt has ended, or if it does not start. */
  settle(outcome: AttemptOutcome): void;
}

/** What an attempt actually used. */
export interface AttemptOutcome {
  /** `unsent`: it did not start. */
  readonly outcome: AttemptSummary['outcome'] | 'unsent';
  /** Whether the vendor charges for it; see `AttemptSummary.billed`. */
  readonly billed: AttemptSummary['billed'];
  /** `undefined` if unknown. */
  readonly usage: Usage | undefined;
  /** `undefined` if unknown. */
  readonly cost: Cost | undefined;
}

/** Nothing is available now. */
export interface Wait {
  /** When to ask again, in milliseconds since 1970; `Infinity` means when another attempt has ended. */
  readonly retryAt: number;
  /**
   * Settles when to ask again, however soon `retryAt` is. The request then waits outside the queue, so that it delays no other.
   * Runtimes that isolate requests use `retryAt`.
   */
  readonly ready?: Promise<unknown>;
}
