import type { Clock } from '../../types/clock.ts';

/**
 * A timer of a request's own, by which it does for itself what another request has caused. Only for runtimes on which requests
 * are apart, see `requestsAreApart`.
 */
export interface Pulse {
  /** When it last beat: monotonic milliseconds. It stops beating when the runtime drops the request. */
  readonly at: number;
  /** Runs something once, with the next beat. */
  post(run: () => void): void;
  /** Runs something with every beat. Returns the function that ends that. */
  each(run: () => void): () => void;
  stop(): void;
}

/** Milliseconds between two beats: how long a request may be late to notice that its turn has come. */
const beat = 50;

export function pulse(clock: Clock): Pulse {
  const listeners = new Set<() => void>();
  let posted: (() => void)[] = [];
  const tick = (): void => {
    self.at = clock.now();
    cancel = clock.after(beat, tick);
    const now = posted;
    posted = [];
    for (const run of now) run();
    for (const run of [...listeners]) run();
  };
  let cancel = clock.after(beat, tick);
  const self = {
    at: clock.now(),
    post(run: () => void) {
      posted.push(run);
    },
    each(run: () => void) {
      listeners.add(run);
      return () => {
        listeners.delete(run);
      };
    },
    stop: () => cancel(),
  };
  return self;
}

/** What another request may call: at once, or where requests are apart with the next beat of the request that it is for. */
export function forRequest(own: Pulse | undefined, run: () => void): () => void {
  return own === undefined ? run : () => own.post(run);
}
