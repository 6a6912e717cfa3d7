import { isRouterError, ProviderError } from '../../errors.ts';
import type { Attempt } from './attempt.ts';
import type { AttemptMeasures } from './billing/measures.ts';

/** Runs the call of an attempt and records a failure; `seen` returns what is known by then. */
export function follow<T>(attempt: Attempt, call: () => Promise<T>, seen: () => AttemptMeasures): Promise<T> {
  return new Promise((resolve, reject) => {
    new FollowedCall(attempt, seen, resolve, reject).start(call);
  });
}

class FollowedCall<T> {
  declare private readonly attempt: Attempt;
  declare private readonly seen: () => AttemptMeasures;
  declare private readonly resolve: (answer: T) => void;
  declare private readonly reject: (error: unknown) => void;
  declare private over: boolean;

  constructor(
    attempt: Attempt,
    seen: () => AttemptMeasures,
    resolve: (answer: T) => void,
    reject: (error: unknown) => void,
  ) {
    this.over = false;
    this.attempt = attempt;
    this.seen = seen;
    this.resolve = resolve;
    this.reject = reject;
  }

  start(call: () => Promise<T>): void {
    const { signal, observers } = this.attempt;
    signal.addEventListener('abort', this, { once: true });
    if (signal.aborted) {
      this.handleEvent();
      return;
    }
    try {
      (observers === undefined ? call() : observers.around(call)).then(
        (answer) => {
          if (this.#end()) this.resolve(answer);
        },
        (error: unknown) => this.#fail(error),
      );
    } catch (error) {
      this.#fail(error);
    }
  }

  /**
   * The attempt is aborted. It fails at once, so that all attempts are recorded when the request ends even if the provider ignores the
   * abort.
   */
  handleEvent(): void {
    this.#fail(this.attempt.signal.reason);
  }

  #fail(error: unknown): void {
    const attempt = this.attempt;
    if (!this.#end()) return;
    const failure = failureOf(error, attempt);
    const isItsOwn = isRouterError(failure, 'provider') && failure.kind !== 'aborted';
    const isSent = attempt.signal.aborted;
    const loading = isItsOwn ? attempt.loading() : attempt.pricing();
    const record = (): void => {
      if (isItsOwn) attempt.fail(failure, this.seen());
      else attempt.abandon(this.seen(), isSent);
      this.reject(failure);
    };
    if (loading === undefined) record();
    else void loading.then(record);
  }

  /** Returns whether it has not ended before. */
  #end(): boolean {
    if (this.over) return false;
    this.over = true;
    this.attempt.signal.removeEventListener('abort', this);
    return true;
  }
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
