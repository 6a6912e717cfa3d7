/** What a signal calls when it aborts. An object that listens saves a request a closure; the runtime's signals take both, too. */
export type AbortListener = (() => void) | { handleEvent(): void };

/** The part of an `AbortSignal` that we use: our own implementation costs a tenth of the runtime's. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: AbortListener, options?: { readonly once: boolean }): void;
  removeEventListener(type: 'abort', listener: AbortListener): void;
}

/** An abort controller that also follows a parent signal until it is unlinked. */
export interface AbortLink<S extends Signal = Signal> {
  readonly signal: S;
  abort(reason: unknown): void;
  /** Stops following the parent. Call it when the work ends, so that a long-lived parent retains nothing. */
  unlink(): void;
}

/**
 * An abort controller of ours: listeners run once, in order, and must not throw. It is both the controller and its signal, because each
 * request has several. Its fields are only declared, like those of other classes on this road: V8 calls a function for each object
 * whose class creates fields outside the constructor.
 */
export class LinkedAbort implements AbortLink, Signal {
  declare aborted: boolean;
  declare reason: unknown;
  /**
   * There are usually one or two. Objects of a list would be literals, which V8 may allocate in its old space together with this
   * signal; dead there, they keep alive what they refer to, and with that all of the request.
   */
  declare private first: AbortListener | undefined;
  declare private second: AbortListener | undefined;
  declare private others: Set<AbortListener> | undefined;
  declare private readonly parent: Signal | undefined;

  constructor(parent?: Signal) {
    this.aborted = false;
    this.reason = undefined;
    this.first = undefined;
    this.second = undefined;
    this.others = undefined;
    this.parent = parent;
    if (parent?.aborted) this.abort(parent.reason);
    else parent?.addEventListener('abort', this, { once: true });
  }

  get signal(): Signal {
    return this;
  }

  /** The parent has aborted. */
  handleEvent(): void {
    this.abort(this.parent?.reason);
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const { first, others } = this;
    this.first = undefined;
    run(first);
    // One by one: a listener may remove others.
    const { second } = this;
    this.second = undefined;
    run(second);
    for (const listener of others ?? []) run(listener);
  }

  unlink(): void {
    this.parent?.removeEventListener('abort', this);
  }

  addEventListener(_type: 'abort', listener: AbortListener): void {
    if (this.aborted) return; // aborts only once
    const isFirst = this.first === undefined && this.second === undefined;
    if (isFirst && !this.others?.size) this.first = listener;
    else if (this.second === undefined && !this.others?.size) this.second = listener;
    else {
      this.others ??= new Set();
      this.others.add(listener);
    }
  }

  removeEventListener(_type: 'abort', listener: AbortListener): void {
    if (this.first === listener) this.first = undefined;
    else if (this.second === listener) this.second = undefined;
    else this.others?.delete(listener);
  }
}

function run(listener: AbortListener | undefined): void {
  if (typeof listener === 'function') listener();
  else listener?.handleEvent();
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
  return signal instanceof LinkedAbort;
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
