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

/** One of a signal's listeners, and the one that was added after it. */
interface Listening {
  readonly listener: AbortListener;
  next: Listening | undefined;
}

/**
 * An abort controller of ours: listeners run once, in order, and must not throw. It is both the controller and its signal, because each
 * request has several. Its fields are only declared, like those of other classes on this road: V8 calls a function for each object
 * whose class creates fields outside the constructor.
 */
export class LinkedAbort implements AbortLink, Signal {
  declare aborted: boolean;
  declare reason: unknown;
  /** A list, because there are usually one or two, and an array makes room for many. */
  declare private first: Listening | undefined;
  declare private readonly parent: Signal | undefined;

  constructor(parent?: Signal) {
    this.aborted = false;
    this.reason = undefined;
    this.first = undefined;
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
    // One by one: a listener may remove others.
    for (let due = this.first; due !== undefined; due = this.first) {
      this.first = due.next;
      if (typeof due.listener === 'function') due.listener();
      else due.listener.handleEvent();
    }
  }

  unlink(): void {
    this.parent?.removeEventListener('abort', this);
  }

  addEventListener(_type: 'abort', listener: AbortListener): void {
    if (this.aborted) return; // aborts only once
    const added: Listening = { listener, next: undefined };
    let last = this.first;
    if (last === undefined) this.first = added;
    while (last?.next !== undefined) last = last.next;
    if (last !== undefined) last.next = added;
  }

  removeEventListener(_type: 'abort', listener: AbortListener): void {
    let before: Listening | undefined;
    for (let each = this.first; each !== undefined; each = each.next) {
      if (each.listener === listener) {
        if (before === undefined) this.first = each.next;
        else before.next = each.next;
        return;
      }
      before = each;
    }
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
