import { isRouterError, ProviderError } from '../../errors.ts';
import type { Attempt } from './attempt.ts';
import type { AttemptMeasures } from './billing.ts';

/** Does an attempt's one call, and books its failure if it fails: `seen` says what is known by then. */
export function follow<T>(attempt: Attempt, call: () => Promise<T>, seen: () => AttemptMeasures): Promise<T> {
  const { signal, observers } = attempt;
  return new Promise((resolve, reject) => {
    let over = false;
    const fail = (error: unknown): void => {
      if (over) return;
      over = true;
      signal.removeEventListener('abort', onAbort);
      const failure = failureOf(error, attempt);
      if (isRouterError(failure, 'provider') && failure.kind !== 'aborted') attempt.fail(failure, seen());
      else attempt.abandon(seen(), signal.aborted);
      reject(failure);
    };
    // At once, so that all attempts are accounted for when the request ends, and even if the provider does not care.
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
 * What an attempt failed with. Timeouts and aborts of our own come through the signal, whatever the provider makes of
 * them. Errors that are no `ProviderError` are not the vendor's doing: the caller gets them as they are.
 */
export function failureOf(error: unknown, attempt: Attempt): unknown {
  const { signal } = attempt;
  const thrown = signal.aborted ? signal.reason : error;
  if (isRouterError(thrown) || signal.aborted) return thrown;
  return new ProviderError({
    kind: 'unknown',
    provider: attempt.channel.provider.name,
    summary: 'the provider threw an error of its own',
    cause: thrown,
  });
}
