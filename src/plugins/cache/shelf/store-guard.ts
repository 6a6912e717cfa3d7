import type { Clock } from '../../../types/clock.ts';
import { within } from './within.ts';

/** Consecutive failures after which calls of the store pause. */
const mostFailures = 3;
/** Length of the pause in milliseconds. */
const rest = 5_000;

/** Work on a store; `undefined` if it failed, took too long, or was not tried. */
export type StoreGuard = <T>(work: () => Promise<T>) => Promise<T | undefined>;

/**
 * Runs work on a store under a time limit. A failure is reported, and its result is `undefined`. After a few
 * consecutive failures calls pause for a while, so that no request waits for an unavailable store.
 */
export function storeGuard(clock: Clock, timeout: number, report: (error: unknown) => void): StoreGuard {
  let failures = 0;
  let restsUntil = Number.NEGATIVE_INFINITY;
  return async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    if (clock.now() < restsUntil) return undefined;
    try {
      const value = await within(clock, timeout, work(), `the store did not answer within ${timeout} ms`);
      failures = 0;
      return value;
    } catch (error) {
      failures += 1;
      if (failures >= mostFailures) restsUntil = clock.now() + rest;
      report(error);
      return undefined;
    }
  };
}
