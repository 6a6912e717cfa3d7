import pRetry from 'p-retry';
import { isRouterError, ProviderError } from '../errors.ts';
import type { Clock } from '../types/clock.ts';
import { sleep } from '../util/time/clock.ts';

/** First and longest pause between polls of a vendor, in milliseconds. */
const firstPoll = 15_000;
const longestPoll = 300_000;
const growth = 1.5;

/** Pauses that grow from poll to poll, with jitter, so that many batches do not poll at once. */
export interface Pace {
  /** Milliseconds to wait before the next poll. */
  next(): number;
}

export function pollPace(random: () => number): Pace {
  let pause = firstPoll;
  return {
    next() {
      const now = pause;
      pause = Math.min(longestPoll, pause * growth);
      return now * (0.9 + 0.2 * random());
    },
  };
}

const firstRetry = 1_000;
const longestRetry = 60_000;

/**
 * Repeats a step of a batch until it succeeds or fails for good: p-retry decides and counts, our clock waits. A vendor's own
 * retry-after is respected.
 *
 * @param mayGoOn whether to try again after a failure that may pass
 */
export function untilDone<T>(
  clock: Clock,
  signal: AbortSignal,
  step: () => Promise<T>,
  mayGoOn: (error: unknown) => boolean = () => true,
): Promise<T> {
  return pRetry(
    async () => {
      try {
        return await step();
      } catch (error) {
        // p-retry does not retry a TypeError, because it treats one as a programming error.
        throw error instanceof TypeError ? new Error(error.message, { cause: error }) : error;
      }
    },
    {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: 0,
      maxTimeout: 0,
      signal,
      shouldRetry: ({ error }) => mayPass(error) && mayGoOn(error),
      async onFailedAttempt({ error, attemptNumber }) {
        if (!mayPass(error) || !mayGoOn(error)) return;
        const asked = isRouterError(error, 'provider') ? error.retryAfter : undefined;
        const pause = Math.min(longestRetry, firstRetry * 2 ** Math.min(attemptNumber - 1, 10));
        await sleep(clock, Math.max(asked ?? 0, pause), signal);
      },
    },
  );
}

const passing = [
  'rate-limit',
  'overloaded',
  'server',
  'network',
  'timeout',
  'malformed',
  'truncated',
  'unknown',
];

/** Whether the same step may succeed later. A store's failure always passes. */
export function mayPass(error: unknown): boolean {
  if (isRouterError(error, 'provider')) return passing.includes(error.kind);
  return !isRouterError(error) || isRouterError(error, 'store');
}

/**
 * Runs a step with a time limit.
 *
 * @param run gets a signal that ends it, and a function that extends its time
 */
export async function within<T>(
  clock: Clock,
  stop: AbortSignal,
  ms: number,
  provider: string,
  run: (signal: AbortSignal, extend: () => void) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const onStop = (): void => abort.abort(stop.reason);
  const summary = `no answer within ${ms / 1_000} s`;
  const late = new ProviderError({ kind: 'timeout', provider, summary });
  const start = (): (() => void) => clock.after(ms, () => abort.abort(late));
  let cancelTimer = start();
  stop.addEventListener('abort', onStop, { once: true });
  try {
    return await run(abort.signal, () => {
      cancelTimer();
      cancelTimer = start();
    });
  } catch (error) {
    throw abort.signal.reason === late ? late : error;
  } finally {
    cancelTimer();
    stop.removeEventListener('abort', onStop);
  }
}
