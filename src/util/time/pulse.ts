import type { Clock } from '../../types/clock.ts';

/**
 * A timer per request, which runs work that other requests trigger for it. Only for runtimes on which
 * requests are isolated, see `requestsAreApart`.
 */
export interface Pulse {
  /** Monotonic milliseconds of the last beat. Beats stop when the runtime drops the request. */
  readonly at: number;
  /** Runs a function once, at the next beat. */
  post(run: () => void): void;
  /** Runs a function at every beat. Returns a function that stops it. */
  each(run: () => void): () => void;
  stop(): void;
}

/** Milliseconds between beats: the maximum delay before a request notices its turn. */
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

/**
 * A function that other requests may call: it runs immediately, or at the next beat of the owning request if
 * requests are isolated.
 */
export function forRequest(own: Pulse | undefined, run: () => void): () => void {
  return own === undefined ? run : () => own.post(run);
}
