/** How fast something is used up. */
export interface UseRate {
  readonly perMillisecond: number;
  /** @param total used so far */
  measure(total: number, now: number): void;
}

/**
 * Rises at once, and falls by half with each measurement.
 *
 * @param span milliseconds between two measurements, at least: over less, one burst would look like the rule
 */
export function useRate(span: number, from: number): UseRate {
  let [before, at] = [0, from];
  const self = {
    perMillisecond: 0,
    measure(total: number, now: number) {
      if (now - at < span) return;
      const latest = (total - before) / (now - at);
      [before, at] = [total, now];
      self.perMillisecond = Math.max(latest, (self.perMillisecond + latest) / 2);
    },
  };
  return self;
}
