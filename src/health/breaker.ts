import { type OutcomeWindow, outcomeWindow } from '../stats/outcome-window.ts';
import type { Random } from '../types/clock.ts';
import { type Breaker, type BreakerLimits, closedBreaker, type Pass } from './closed-breaker.ts';

/** Healthy time after which one earlier opening no longer counts, in milliseconds. */
const forgiveAfter = 300_000;
/**
 * How many times as long it stays open after each bad probe. A target that has been down for some time is likely to be down for
 * about as long again; with this growth, it is found to work again after a quarter of that at the latest, and after an eighth on average.
 */
const growth = 1.25;
/** Jitter of the open time, so that processes do not probe in step. */
const jitter = 0.2;
/** Window of the failure rate in seconds, and the minimum number of outcomes in it. */
const rateSeconds = 10;
const rateSamples = 20;
/**
 * Fewer outcomes in a minute than this, including attempts in flight, are little traffic, where fewer
 * consecutive failures open the breaker. In-flight attempts count because errors arrive before answers.
 */
const littleTraffic = 20;
const littleConsecutive = 3;
/** Duration of the slow start after closing: traffic rises from a tenth to all of it. */
const slowStart = 5_000;
const firstShare = 0.1;

type Mutable = { -readonly [Field in keyof Breaker]: Breaker[Field] };

/** @param self takes its place; everything that has it keeps it */
export function breaker(random: Random, self: Mutable = closedBreaker()): Breaker {
  if (self.counts) return self;
  let epoch = 0;
  let usualPass: Pass = { epoch, probe: false }; // of attempts that are no probes
  let open = false;
  let failures = 0;
  let openings = 0;
  let closedAt = Number.NEGATIVE_INFINITY;
  /** The probe whose first token is awaited. */
  let probing: Pass | undefined;
  let goodProbes = 0;
  let hinted = false;
  const outcomes = outcomeWindow();

  const newEpoch = (): void => {
    epoch += 1;
    usualPass = { epoch, probe: false };
    self.underWay = 0;
  };
  const trip = (now: number, limits: BreakerLimits): void => {
    if (!open && openings > 0) openings = Math.max(0, openings - Math.floor((now - closedAt) / forgiveAfter));
    const span = Math.min(limits.maxOpenFor, limits.openFor * growth ** openings);
    self.until = now + span * (1 - jitter + 2 * jitter * random());
    openings += 1;
    newEpoch();
    open = true;
    hinted = false;
    self.tripped = true;
    self.hasTripped = true;
    probing = undefined;
    goodProbes = 0;
    failures = 0;
    outcomes.clear();
  };

  const own: Partial<Breaker> = {
    counts: true,
    state: (now) => (!open ? 'closed' : now < self.until ? 'open' : 'half-open'),
    admits: (now) => !open || (now >= self.until && probing === undefined),
    share: (now) =>
      closedAt === Number.NEGATIVE_INFINITY
        ? 1
        : Math.min(1, firstShare + ((1 - firstShare) * (now - closedAt)) / slowStart),
    hint(now) {
      if (open) return;
      open = true;
      hinted = true;
      self.tripped = true;
      self.until = now;
      newEpoch();
    },
    enter(now) {
      self.underWay += 1;
      if (!open || now < self.until || probing !== undefined) return usualPass;
      probing = { epoch, probe: true };
      return probing;
    },
    begun(pass) {
      if (probing === pass) probing = undefined;
    },
    success(pass, now, limits) {
      if (pass.epoch !== epoch) return;
      failures = 0;
      outcomes.add(false, now);
      // A forced attempt that succeeds is as good as a probe.
      if (!open) return;
      if (probing === pass) probing = undefined;
      goodProbes += 1;
      if (goodProbes < limits.probes && !hinted) return;
      goodProbes = 0;
      open = false;
      self.tripped = false;
      if (!hinted) closedAt = now;
      hinted = false;
      newEpoch();
    },
    failure(pass, now, limits) {
      if (pass.epoch !== epoch) return;
      failures += 1;
      outcomes.add(true, now);
      if (open ? pass.probe : isBroken(failures, outcomes, self.underWay, now, limits)) trip(now, limits);
    },
    leave(pass) {
      if (pass.epoch !== epoch) return;
      self.underWay -= 1;
      if (probing === pass) probing = undefined;
    },
  };
  return Object.assign(self, own);
}

/** @param underWay attempts in flight */
function isBroken(
  failures: number,
  outcomes: OutcomeWindow,
  underWay: number,
  now: number,
  { consecutive, failureRate }: BreakerLimits,
): boolean {
  if (failures >= consecutive) return true;
  const lately = outcomes.read(rateSeconds, now);
  if (lately.all >= rateSamples && lately.failed >= failureRate * lately.all) return true;
  if (failures < littleConsecutive) return false;
  // The attempt that just failed is one of those in flight.
  return outcomes.read(60, now).all + underWay - 1 < littleTraffic;
}
