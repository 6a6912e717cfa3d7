/** Attempts in flight, with an optional limit. */
export interface InFlight {
  readonly taken: number;
  /** Attempts that yield their place to others. */
  readonly preemptible: number;
  /** `limit` is `Infinity` without a limit; it may change. */
  readonly cap: { readonly limit: number };
  /**
   * Takes a place. The caller has checked that one is free.
   *
   * @param stop makes the place preemptible: called when another attempt needs it, and must release it synchronously
   */
  take(stop?: () => void): void;
  /** @param stop the function passed to `take` */
  release(stop?: () => void): void;
}

export function inFlight(cap: InFlight['cap'] = { limit: Number.POSITIVE_INFINITY }): InFlight {
  // Oldest first; usually empty.
  const stops: (() => void)[] = [];
  const self = {
    cap,
    taken: 0,
    preemptible: 0,
    take(stop?: () => void) {
      self.taken += 1;
      if (stop !== undefined) self.preemptible = stops.push(stop);
      else if (self.preemptible > 0) preempt();
    },
    release(stop?: () => void) {
      self.taken -= 1;
      if (stop === undefined) return;
      stops.splice(stops.indexOf(stop), 1);
      self.preemptible = stops.length;
    },
  };
  /** Stops the youngest preemptible attempts until the rest fit. */
  const preempt = (): void => {
    for (const stop of stops.toReversed()) {
      if (self.taken <= cap.limit) return;
      stop();
    }
  };
  return self;
}
