/** What is used of an `AbortSignal` here: so that one of our own will do, which costs a tenth of the runtime's. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** An abort of our own that also follows another one. It lets go when told. */
export interface LinkedAbort<S extends Signal = Signal> {
  readonly signal: S;
  abort(reason: unknown): void;
  /** Stops following. To be called when the work is over, so that a long-lived parent keeps nothing alive. */
  unlink(): void;
}

/** An abort that stays within the router: its listeners are called once, in their order, and must not throw. */
export function linkedAbort(parent?: Signal): LinkedAbort {
  let listeners: (() => void)[] | undefined; // as a rule two or three
  const signal = {
    aborted: false,
    reason: undefined as unknown,
    addEventListener(_type: 'abort', listener: () => void) {
      if (signal.aborted) return; // it is told once
      listeners ??= [];
      listeners.push(listener);
    },
    removeEventListener(_type: 'abort', listener: () => void) {
      const index = listeners?.indexOf(listener) ?? -1;
      if (index >= 0) listeners?.splice(index, 1);
    },
  };
  const abort = (reason: unknown): void => {
    if (signal.aborted) return;
    signal.aborted = true;
    signal.reason = reason;
    // One by one, because what one of them does may let another one go.
    for (let next = listeners?.shift(); next !== undefined; next = listeners?.shift()) next();
  };
  const follow = (): void => abort(parent?.reason);
  if (parent?.aborted) follow();
  else parent?.addEventListener('abort', follow, { once: true });
  return { signal, abort, unlink: () => parent?.removeEventListener('abort', follow) };
}

/** The same with a signal that can be given to others. */
export function realAbort(parent: Signal | undefined): LinkedAbort<AbortSignal> {
  const controller = new AbortController();
  const follow = (): void => abortQuietly(controller, parent?.reason);
  if (parent?.aborted) follow();
  else parent?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    unlink: () => parent?.removeEventListener('abort', follow),
  };
}

/**
 * For work of which the router does not depend on how it ends. Cloudflare Workers throw where one request ends the I/O of
 * another one; that ends with its own request.
 */
export function abortQuietly(controller: AbortController, reason: unknown): void {
  try {
    controller.abort(reason);
  } catch {
    // See above.
  }
}

/** The promise, or a rejection with the signal's reason as soon as it aborts, even if the work behind it does not care. */
export function orAbort<T>(work: Promise<T>, signal: Signal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    const leave = (): void => signal.removeEventListener('abort', onAbort);
    work.then(
      (value) => {
        leave();
        resolve(value);
      },
      (error: unknown) => {
        leave();
        reject(error);
      },
    );
  });
}
