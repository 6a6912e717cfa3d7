import { outcomeWindow } from '../stats/outcome-window.ts';
import type { Random } from '../types/clock.ts';

/** When a breaker opens, and for how long; see `BreakerPolicy` for the defaults. Milliseconds. */
export interface BreakerLimits {
  readonly consecutive: number;
  /** 0 to 1. */
  readonly failureRate: number;
  readonly openFor: number;
  readonly maxOpenFor: number;
  readonly probes: number;
}

/** What an attempt holds while it runs; a result with the pass of an earlier period says nothing about this one. */
export interface Pass {
  readonly epoch: number;
  readonly probe: boolean;
}

/**
 * Keeps a failing target from being used: closed until it fails `consecutive` times in a row, or `failureRate` of the time
 * over ten seconds; then open; then half-open for one probe at a time, of which `probes` good ones close it and a bad one opens
 * it for twice as long (Nygard, "Release It!", circuit breaker). Where there is little traffic, three failures in a row within
 * a minute are enough: by chance that happens to a target that fails one time in twenty once in 8,000 requests.
 *
 * It differs from the textbook in two ways: whoever is refused goes elsewhere at once rather than wait for the probe; and
 * results of attempts that began before it last opened or closed are not counted.
 */
export interface Breaker {
  state(now: number): 'closed' | 'open' | 'half-open';
  /** Whether it is not closed. */
  readonly tripped: boolean;
  /** Whether it has ever been. */
  readonly hasTripped: boolean;
  /** Whether an attempt would be admitted now. */
  admits(now: number): boolean;
  /** When an open breaker lets its next probe through; monotonic milliseconds. */
  readonly until: number;
  /** Share of its traffic that it should get: less than 1 in the five seconds after it has closed. */
  share(now: number): number;
  /** An attempt starts. Also when it is not admitted: then it is forced, because nothing else is left. */
  enter(now: number): Pass;
  success(pass: Pass, now: number, limits: BreakerLimits): void;
  failure(pass: Pass, now: number, limits: BreakerLimits): void;
  /** The attempt is over, whether or not it said anything about the target. */
  leave(pass: Pass): void;
}

/** Healthy milliseconds after which one earlier opening is forgiven. */
const forgiveAfter = 300_000;
/** How much the open time varies, so that processes do not probe in step. */
const jitter = 0.2;
/** The rate of failures is looked at over as many seconds, and only if there were as many outcomes. */
const rateSeconds = 10;
const rateSamples = 20;
/**
 * Fewer outcomes in a minute than this, with what is under way, are little traffic, where fewer failures in a row open it: at the
 * beginning errors come sooner than answers.
 */
const littleTraffic = 20;
const littleConsecutive = 3;
/** A target that has just come back gets a tenth of its traffic, and all of it after five seconds. */
const slowStart = 5_000;
const firstShare = 0.1;

export function breaker(random: Random): Breaker {
  let epoch = 0;
  let open = false;
  let failures = 0;
  let openings = 0;
  let closedAt = Number.NEGATIVE_INFINITY;
  let probing = false;
  let goodProbes = 0;
  /** Attempts since it last opened or closed. */
  let underWay = 0;
  const outcomes = outcomeWindow();

  const newEpoch = (): void => {
    epoch += 1;
    underWay = 0;
  };
  const trip = (now: number, limits: BreakerLimits): void => {
    if (!open && openings > 0) openings = Math.max(0, openings - Math.floor((now - closedAt) / forgiveAfter));
    const span = Math.min(limits.maxOpenFor, limits.openFor * 2 ** openings);
    self.until = now + span * (1 - jitter + 2 * jitter * random());
    openings += 1;
    newEpoch();
    open = true;
    self.tripped = true;
    self.hasTripped = true;
    probing = false;
    goodProbes = 0;
    failures = 0;
    outcomes.clear();
  };

  const broken = (now: number, { consecutive, failureRate }: BreakerLimits): boolean => {
    if (failures >= consecutive) return true;
    const lately = outcomes.read(rateSeconds, now);
    if (lately.all >= rateSamples && lately.failed >= failureRate * lately.all) return true;
    if (failures < littleConsecutive) return false;
    // The one that has just failed is among those under way.
    return outcomes.read(60, now).all + underWay - 1 < littleTraffic;
  };

  const self: { -readonly [Field in keyof Breaker]: Breaker[Field] } = {
    tripped: false,
    hasTripped: false,
    until: 0,
    state: (now) => (!open ? 'closed' : now < self.until ? 'open' : 'half-open'),
    admits: (now) => !open || (now >= self.until && !probing),
    share: (now) =>
      closedAt === Number.NEGATIVE_INFINITY
        ? 1
        : Math.min(1, firstShare + ((1 - firstShare) * (now - closedAt)) / slowStart),
    enter(now) {
      const probe = open && now >= self.until && !probing;
      if (probe) probing = true;
      underWay += 1;
      return { epoch, probe };
    },
    success(pass, now, limits) {
      if (pass.epoch !== epoch) return;
      failures = 0;
      outcomes.add(false, now);
      // A forced attempt that works is as good a proof as a probe.
      if (!open) return;
      probing = false;
      goodProbes += 1;
      if (goodProbes < limits.probes) return;
      goodProbes = 0;
      open = false;
      self.tripped = false;
      closedAt = now;
      newEpoch();
    },
    failure(pass, now, limits) {
      if (pass.epoch !== epoch) return;
      failures += 1;
      outcomes.add(true, now);
      if (open ? pass.probe : broken(now, limits)) trip(now, limits);
    },
    leave(pass) {
      if (pass.epoch !== epoch) return;
      underWay -= 1;
      if (pass.probe) probing = false;
    },
  };
  return self;
}
