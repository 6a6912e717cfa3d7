/**
 * The only way the router sees time. Replace it in tests with `virtualClock()` of `signalbox/testing`.
 */
export interface Clock {
  /** Milliseconds on a monotonic scale with any zero. All durations and deadlines use it. */
  now(): number;
  /**
   * The same, but it stands still while the process does, so that frozen time counts for no timeout. Default: `now`, unless
   * this is the runtime's own clock.
   */
  awake?(): number;
  /** Milliseconds since 1970 (UTC). Used only for time stamps that leave the router. */
  date(): number;
  /** Calls `run` once after `ms` milliseconds. Returns the function that cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** Gives a number from 0 (included) to 1 (excluded), like `Math.random`. */
export type Random = () => number;
