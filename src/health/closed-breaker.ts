/** When a breaker opens and for how long, in milliseconds; see `BreakerPolicy` for the defaults. */
export interface BreakerLimits {
  readonly consecutive: number;
  /** Ratio, 0 to 1. */
  readonly failureRate: number;
  readonly openFor: number;
  readonly maxOpenFor: number;
  readonly probes: number;
}

/** Handed to a running attempt. Its result counts only in the period in which the pass was issued. */
export interface Pass {
  readonly epoch: number;
  readonly probe: boolean;
}

/**
 * Circuit breaker (Nygard, "Release It!"). Opens after `consecutive` failures in a row, or at `failureRate`
 * over ten seconds. Half-open, it admits one probe at a time, of a stream until its first token: `probes` successes
 * close it, a failure reopens it for a quarter longer. With little traffic, three failures in a row within a minute open it: a target that
 * fails one time in twenty does that by chance once in 8,000 requests.
 *
 * It differs from the textbook in two ways: refused attempts go to another target instead of waiting for the
 * probe, and results of attempts that started before the last change of state are not counted.
 */
export interface Breaker {
  /** Whether outcomes count yet. */
  readonly counts: boolean;
  /** Attempts started since the last change of state. */
  readonly underWay: number;
  state(now: number): 'closed' | 'open' | 'half-open';
  /** Whether it is open or half-open. */
  readonly tripped: boolean;
  /** Whether it has ever opened. */
  readonly hasTripped: boolean;
  /** Whether it admits an attempt now. */
  admits(now: number): boolean;
  /** When an open breaker admits its next probe; monotonic milliseconds. */
  readonly until: number;
  /**
   * Ratio of its normal traffic that the target should get: below 1 for five seconds after the breaker
   * closes.
   */
  share(now: number): number;
  /**
   * Another process saw an outage: one attempt at a time is admitted until one has succeeded, which closes it at once, or one has
   * failed, which opens it.
   */
  hint(now: number): void;
  /** Records the start of an attempt. An attempt that is not admitted is forced: no other target is left. */
  enter(now: number): Pass;
  /** The first token of an attempt arrived. Of a probe, this is what the next one waits for. */
  begun(pass: Pass): void;
  success(pass: Pass, now: number, limits: BreakerLimits): void;
  failure(pass: Pass, now: number, limits: BreakerLimits): void;
  /** Records the end of an attempt, with or without a result. */
  leave(pass: Pass): void;
}

const pass: Pass = { epoch: 0, probe: false };

/** The breaker until outcomes count: closed, and counting the attempts in flight. `breaker` replaces it. */
export function closedBreaker(): Breaker {
  const self: { -readonly [Field in keyof Breaker]: Breaker[Field] } = {
    counts: false,
    underWay: 0,
    tripped: false,
    hasTripped: false,
    until: 0,
    state: () => 'closed',
    admits: () => true,
    share: () => 1,
    hint() {},
    enter() {
      self.underWay += 1;
      return pass;
    },
    begun() {},
    success() {},
    failure() {},
    leave() {
      self.underWay -= 1;
    },
  };
  return self;
}
