/** How the caller of a held request left. */
interface Left {
  readonly reason: unknown;
  readonly outcome: 'aborted' | 'failed';
}

/** A request that can be ended. */
export interface Stoppable {
  stop(reason: unknown): void;
}

/** Keeps a request running for its caller and for other requests that share its answer. */
export class Holding {
  /** Set once the caller has left while others held it. */
  left: Left | undefined;
  /** Ends the caller's own call. */
  onLeave: ((reason: unknown) => void) | undefined;
  /** Reads its stream, whether or not its own reader reads. */
  readOn: (() => void) | undefined;
  readonly #request: Stoppable;
  #others = 0;

  constructor(request: Stoppable) {
    this.#request = request;
  }

  /** Whether others hold it. */
  get isHeld(): boolean {
    return this.#others > 0;
  }

  /** Holds it until the returned function is called. */
  hold(): () => void {
    this.#others += 1;
    if (this.#others === 1) this.readOn?.();
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#others -= 1;
      if (this.#others === 0 && this.left !== undefined) this.#request.stop(this.left.reason);
    };
  }

  /** The work, or the caller's reason to leave if that comes first. */
  untilLeft<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.onLeave = reject;
      work.then(resolve, reject);
    });
  }

  /** The caller leaves: the request ends unless others hold it. */
  leave(reason: unknown, outcome: Left['outcome']): void {
    if (this.left !== undefined) return;
    if (!this.isHeld) {
      this.#request.stop(reason);
      return;
    }
    this.left = { reason, outcome };
    this.onLeave?.(reason);
  }
}
