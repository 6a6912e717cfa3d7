/** How many requests are under way at something, and how many may be (`concurrency`). */
export interface InFlight {
  readonly taken: number;
  /** `Infinity` where there is no limit. */
  readonly limit: number;
  take(): void;
  release(): void;
}

export function inFlight(limit: number = Number.POSITIVE_INFINITY): InFlight {
  const self = {
    limit,
    taken: 0,
    take() {
      self.taken += 1;
    },
    release() {
      self.taken -= 1;
    },
  };
  return self;
}
