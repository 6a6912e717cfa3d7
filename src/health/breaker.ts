import type { Random } from '../types/clock.ts';

/** When a breaker opens, and for how long; see `BreakerPolicy` for the defaults. Milliseconds. */
export interface BreakerLimits {
  readonly consecutive: number;
  readonly open: number;
  readonly maxOpen: number;
}

/** What an attempt holds while it runs; a result with the pass of an earlier period says nothing about this one. */
export interface Pass {
  readonly epoch: number;
  readonly probe: boolean;
}

/**
 * Keeps a failing target from being used: closed until `consecutive` failures in a row, then open, then half-open for one
 * probe, whose result closes it or opens it for twice as long (Nygard, "Release It!", circuit breaker).
 *
 * It differs from the textbook in two ways: whoever is refused goes elsewhere at once rather than wait for the probe; and
 * results of attempts that began before it last opened or closed are not counted.
 */
export interface Breaker {
  state(now: number): 'closed' | 'open' | 'half-open';
  /** Whether an attempt would be admitted now. */
  admits(now: number): boolean;
  /** When an open breaker lets its next probe through; monotonic milliseconds. */
  readonly until: number;
  /** An attempt starts. Also when it is not admitted: then it is forced, because nothing else is left. */
  enter(now: number): Pass;
  success(pass: Pass, now: number): void;
  failure(pass: Pass, now: number, limits: BreakerLimits): void;
  /** The attempt ended without saying anything about the target. */
  leave(pass: Pass): void;
}

/** Healthy milliseconds after which one earlier opening is forgiven. */
const forgiveAfter = 300_000;
/** How much the open time varies, so that processes do not probe in step. */
const jitter = 0.2;

export function breaker(random: Random): Breaker {
  let epoch = 0;
  let open = false;
  let until = 0;
  let failures = 0;
  let openings = 0;
  let closedAt = 0;
  let probing = false;

  const trip = (now: number, limits: BreakerLimits): void => {
    if (!open) openings = Math.max(0, openings - Math.floor((now - closedAt) / forgiveAfter));
    const span = Math.min(limits.maxOpen, limits.open * 2 ** openings);
    until = now + span * (1 - jitter + 2 * jitter * random());
    openings += 1;
    epoch += 1;
    open = true;
    probing = false;
    failures = 0;
  };

  return {
    state: (now) => (!open ? 'closed' : now < until ? 'open' : 'half-open'),
    admits: (now) => !open || (now >= until && !probing),
    get until() {
      return until;
    },
    enter(now) {
      const probe = open && now >= until && !probing;
      if (probe) probing = true;
      return { epoch, probe };
    },
    success(pass, now) {
      if (pass.epoch !== epoch) return;
      failures = 0;
      // A forced attempt that works is as good a proof as a probe.
      if (!open) return;
      open = false;
      probing = false;
      closedAt = now;
      epoch += 1;
    },
    failure(pass, now, limits) {
      if (pass.epoch !== epoch) return;
      failures += 1;
      if (open ? pass.probe : failures >= limits.consecutive) trip(now, limits);
    },
    leave(pass) {
      if (pass.epoch === epoch && pass.probe) probing = false;
    },
  };
}
