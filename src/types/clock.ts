/** The router's only source of time. In tests, replace it with `virtualClock()` from `signalbox/testing`. */
export interface Clock {
  /** Monotonic time in milliseconds, with an arbitrary origin. All durations and deadlines use it. */
  now(): number;
  /**
   * Monotonic time in milliseconds that pauses while the process is suspended or blocked, so that a frozen
   * process triggers no timeouts. The runtime's own clock provides it; for other clocks the fallback is `now`.
   */
  awake?(): number;
  /** Wall-clock time in milliseconds since 1970 (UTC). Used only for timestamps that leave the router. */
  date(): number;
  /** Calls `run` once after `ms` milliseconds. Returns a function that cancels it. */
  after(ms: number, run: () => void): () => void;
  /**
   * Calls `run` once the event loop has read what has arrived until now. The runtime's own clock provides it; where time is simulated,
   * nothing arrives by itself.
   */
  afterInput?(run: () => void): void;
}

/** Returns a number from 0 (inclusive) to 1 (exclusive), like `Math.random`. */
export type Random = () => number;
