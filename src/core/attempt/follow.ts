import { isRouterError, ProviderError } from '../../errors.ts';
import type { Attempt } from './attempt.ts';
import type { AttemptMeasures } from './billing/measures.ts';

/** Runs the call of an attempt and records a failure; `seen` returns what is known by then. */
export function follow<T>(attempt: Attempt, call: () => Promise<T>, seen: () => AttemptMeasures): Promise<T> {
  const { signal, observers } = attempt;
  return new Promise((resolve, reject) => {
    let over = false;
    const fail = (error: unknown): void => {
      if (over) return;
      over = true;
      signal.removeEventListener('abort', onAbort);
      const failure = failureOf(error, attempt);
      const isFailure = isRouterError(failure, 'provider') && failure.kind !== 'aborted';
      const isSent = signal.aborted;
      const record = (): void => {
        if (isFailure) attempt.fail(failure, seen());
        else attempt.abandon(seen(), isSent);
        reject(failure);
      };
      const loading = isFailure ? attempt.loading() : attempt.pricing();
      if (loading === undefined) record();
      else void loading.then(record);
    };
    // Fails at once, so that all attempts are recorded when the request ends even if the provider ignores the
    // abort.
    const onAbort = (): void => fail(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) {
      onAbort();
      return;
    }
    try {
      (observers === undefined ? call() : observers.around(call)).then((answer) => {
        if (over) return;
        over = true;
        signal.removeEventListener('abort', onAbort);
        resolve(answer);
      }, fail);
    } catch (error) {
      fail(error);
    }
  });
}

/**
 * The error of an attempt. Our timeouts and aborts come from the signal, whatever the provider turns them
 * into. Any error other than `ProviderError` passes through to the caller unchanged.
 */
export function failureOf(error: unknown, attempt: Attempt): unknown {
  const { signal } = attempt;
  const thrown = signal.aborted ? signal.reason : error;
  if (isRouterError(thrown) || signal.aborted) return thrown;
  return new ProviderError({
    kind: 'unknown',
    provider: attempt.channel.provider.name,
    summary: 'the provider threw an unexpected error',
    cause: thrown,
  });
}
