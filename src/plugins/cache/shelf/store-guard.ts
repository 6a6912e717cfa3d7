import type { Clock } from '../../../types/clock.ts';
import { within } from './within.ts';

/** Failures in a row after which the store is left alone. */
const mostFailures = 3;
/** Milliseconds for which it is left alone. */
const rest = 5_000;

/** Work on a store; `undefined` if it failed, took too long, or was not tried. */
export type StoreGuard = <T>(work: () => Promise<T>) => Promise<T | undefined>;

/**
 * Runs work on a store under a time limit. What fails is reported and `undefined`; after a few failures in a
 * row the store is left alone for a while, so that no request waits for a store that is gone.
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
