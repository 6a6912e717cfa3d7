/** How the caller of a request left that others keep going. */
interface Left {
  readonly reason: unknown;
  readonly outcome: 'aborted' | 'failed';
}

/** Who keeps a request going: its caller, and others that wait for the same answer. */
export class Holding {
  /** How its caller left while others kept it going. */
  left: Left | undefined;
  /** Lets the caller go, who leaves. */
  onLeave: ((reason: unknown) => void) | undefined;
  /** Reads its stream on, whether or not its own reader reads. */
  readOn: (() => void) | undefined;
  readonly #stop: (reason: unknown) => void;
  #others = 0;

  /** @param stop ends the request */
  constructor(stop: (reason: unknown) => void) {
    this.#stop = stop;
  }

  /** Whether others keep it going. */
  get isHeld(): boolean {
    return this.#others > 0;
  }

  /** Keeps it going for one more, until the returned function is called. */
  hold(): () => void {
    this.#others += 1;
    if (this.#others === 1) this.readOn?.();
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#others -= 1;
      if (this.#others === 0 && this.left !== undefined) this.#stop(this.left.reason);
    };
  }

  /** What the caller waits for: the work, or its own reason to leave. */
  untilLeft<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.onLeave = reject;
      work.then(resolve, reject);
    });
  }

  /** Its caller leaves: it ends, unless others keep it going. */
  leave(reason: unknown, outcome: Left['outcome']): void {
    if (this.left !== undefined) return;
    if (!this.isHeld) {
      this.#stop(reason);
      return;
    }
    this.left = { reason, outcome };
    this.onLeave?.(reason);
  }
}
