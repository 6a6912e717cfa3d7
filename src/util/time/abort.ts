/** The part of an `AbortSignal` that we use: our own implementation costs a tenth of the runtime's. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** An abort controller that also follows a parent signal until it is unlinked. */
export interface LinkedAbort<S extends Signal = Signal> {
  readonly signal: S;
  abort(reason: unknown): void;
  /** Stops following the parent. Call it when the work ends, so that a long-lived parent retains nothing. */
  unlink(): void;
}

/**
 * An internal abort controller: listeners run once, in order, and must not throw.
 *
 * @param onParent called when the parent aborts later, in place of aborting as well
 */
export function linkedAbort(parent?: Signal, onParent?: (reason: unknown) => void): LinkedAbort {
  return new Link(parent, onParent);
}

/** One object is both the controller and its signal, because each request has several. */
class Link implements LinkedAbort, Signal {
  aborted = false;
  reason: unknown = undefined;
  #listeners: (() => void)[] | undefined; // usually two or three
  readonly #parent: Signal | undefined;
  readonly #follow: (() => void) | undefined;

  constructor(parent: Signal | undefined, onParent: ((reason: unknown) => void) | undefined) {
    this.#parent = parent;
    if (parent === undefined) return;
    if (parent.aborted) {
      this.abort(parent.reason);
      return;
    }
    this.#follow = () => {
      if (onParent === undefined) this.abort(parent.reason);
      else onParent(parent.reason);
    };
    parent.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): Signal {
    return this;
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    // One by one: a listener may remove others.
    for (let next = this.#listeners?.shift(); next !== undefined; next = this.#listeners?.shift()) next();
  }

  unlink(): void {
    if (this.#follow !== undefined) this.#parent?.removeEventListener('abort', this.#follow);
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.aborted) return; // aborts only once
    this.#listeners ??= [];
    this.#listeners.push(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    const index = this.#listeners?.indexOf(listener) ?? -1;
    if (index >= 0) this.#listeners?.splice(index, 1);
  }
}

/**
 * Marks a provider that takes a signal of ours for `call.signal`, because it passes it to nothing else. The mark is not
 * enumerable: a copy with other methods gets the runtime's own signals.
 */
export function takingOwnSignals<P extends object>(provider: P): P {
  return Object.defineProperty(provider, takesOwn, { value: true });
}

export function takesOwnSignals(provider: object): boolean {
  return takesOwn in provider;
}

// Registered, because an application may bundle the sub-paths apart.
const takesOwn = Symbol.for('signalbox.takesOwnSignals');

/** Whether a signal is one of ours. */
export function isOwnSignal(signal: Signal): boolean {
  return signal instanceof Link;
}

/**
 * Aborts work whose outcome does not matter. Cloudflare Workers throw when one request aborts the I/O of
 * another; that I/O ends with its own request.
 */
export function abortQuietly(controller: AbortController, reason: unknown): void {
  try {
    controller.abort(reason);
  } catch {
    // See above.
  }
}

/**
 * Resolves with the work, or rejects with the signal's reason as soon as it aborts, even if the work ignores
 * the signal.
 */
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
