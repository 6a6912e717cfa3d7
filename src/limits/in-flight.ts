/** How many attempts are under way at something, and how many may be. */
export interface InFlight {
  readonly taken: number;
  /** How many of them give their place up to any that needs it. */
  readonly preemptible: number;
  /** `limit` is `Infinity` where there is none; it may change. */
  readonly cap: { readonly limit: number };
  /**
   * Takes a place. Whether there is one has been asked before.
   *
   * @param stop makes the place preemptible: called when another attempt needs it, and has to release it at once
   */
  take(stop?: () => void): void;
  /** @param stop as it was taken with */
  release(stop?: () => void): void;
}

export function inFlight(cap: InFlight['cap'] = { limit: Number.POSITIVE_INFINITY }): InFlight {
  // The oldest first; empty as a rule.
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
  /** Ends the youngest until what has been taken fits. */
  const preempt = (): void => {
    for (const stop of stops.toReversed()) {
      if (self.taken <= cap.limit) return;
      stop();
    }
  };
  return self;
}
