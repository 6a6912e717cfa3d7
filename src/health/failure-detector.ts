import type { Histogram } from '../stats/histogram.ts';
import type { SizeClass } from '../stats/size-class.ts';
import type { Clock } from '../types/clock.ts';
import { type Slot, swapSet } from '../util/swap-set.ts';
import type { AwakeClock } from '../util/time/awake-clock.ts';

/**
 * Detects an unresponsive target within a fraction of a second, from live traffic alone: by how improbable
 * its silence is. While a target is suspected, new requests go to other targets for two seconds, waiting
 * requests get a backup, and the target's first token clears the suspicion.
 *
 * Each attempt that waits for its first token has a cumulative hazard, -ln P(it takes even longer), from the
 * target's own latencies. The sum of hazards since the target's last token is -ln of the odds that a healthy
 * target is silent by chance. (Based on the phi accrual failure detector, Hayashibara et al., SRDS 2004, with
 * one age per request instead of one heartbeat.)
 */
export interface FailureDetector {
  /**
   * Registers an attempt that starts to wait.
   *
   * @param latencies distribution of the wait for attempts of its kind
   * @param waiter alarmed when the target becomes suspected while the attempt waits
   * @param size of the prompt
   * @param now a current reading of the clock, to save another one
   */
  begin(latencies: Waits, waiter: Waiter, size?: SizeClass, now?: number): Waiting;
  /** Whether the target is suspected. Cleared by a token. */
  readonly suspected: boolean;
  /** Whether its own verdict, not only a hint, is behind the suspicion. */
  readonly convinced: boolean;
  /**
   * Another process saw an outage that may last until this moment. The target becomes suspected; one attempt may prove that it
   * answers. If that one fails, the next waits for this moment.
   */
  hint(until: number): void;
  /** Whether an attempt may be sent: none while suspected, then one at a time until a token arrives. */
  admits(now: number): boolean;
  /** End of the pause in traffic; monotonic milliseconds. */
  readonly until: number;
}

/** Latency distribution, as far as the detector needs it. */
export interface Waits extends Pick<Histogram, 'weight' | 'hazard' | 'quantile'> {
  add(ms: number, now: number, size?: SizeClass): void;
}

/** Whom a detector alarms. */
export interface Waiter {
  alarm(): void;
}

/** One attempt, from its start to its first token or its end. */
export interface Waiting {
  /** The first token arrived. `now`: a current reading of the clock, to save another one. */
  answered(now?: number): void;
  /** The attempt timed out: its true wait is at least its age. */
  gaveUp(): void;
  /** The attempt ended. If it was abandoned without a token, its age may count as a latency. */
  end(): void;
}

/** -ln of the odds that the silence is chance: one in a million. */
export const certainty = 14;
const suspectFor = 2_000;
/** Minimum number of waiting attempts for a verdict. */
export const fewestWaiting = 3;
/** Minimum number of latency samples for a verdict. */
export const fewestSamples = 100;
const lookEvery = 20;
/** Checks that are overdue by more than this many milliseconds are considered dropped. */
export const longOverdue = 1_000;
/**
 * Early samples are biased toward fast answers. They are used only after this many times their median, when
 * the slow answers have arrived too.
 */
const settled = 10;
/**
 * Among enough samples, an abandoned attempt with a hazard above this (its age exceeds the median) counts as a sample
 * of its age, a lower bound. Otherwise a target that slowed down would be known only by its fast answers.
 */
const unusual = Math.LN2;
/** Process stalls longer than this may have left tokens unread; milliseconds. */
export const ownStall = 50;

/** What a detector does when an attempt has waited. */
interface Owner {
  answered(entry: Begun, now: number | undefined): void;
  /** @param surely whether its age counts as a latency in any case */
  ended(entry: Begun, surely: boolean): void;
}

/** An attempt that waits. A class, because each request has one. */
class Begun implements Waiting, Slot {
  declare place: number | undefined;
  declare readonly latencies: Waits;
  declare readonly waiter: Waiter;
  declare readonly size: SizeClass | undefined;
  /** As `AwakeClock.now()`. */
  declare readonly startedAt: number;
  declare private readonly owner: Owner;

  constructor(
    owner: Owner,
    latencies: Waits,
    waiter: Waiter,
    size: SizeClass | undefined,
    startedAt: number,
  ) {
    this.place = undefined;
    this.owner = owner;
    this.latencies = latencies;
    this.waiter = waiter;
    this.size = size;
    this.startedAt = startedAt;
  }

  answered(now?: number): void {
    if (this.place !== undefined) this.owner.answered(this, now);
  }

  gaveUp(): void {
    if (this.place !== undefined) this.owner.ended(this, true);
  }

  end(): void {
    if (this.place !== undefined) this.owner.ended(this, false);
  }
}

/** What another process said of the target. */
interface Hint {
  until: number;
  /** An own attempt has failed since. */
  proven: boolean;
}

/** @param awake clock that measures the waits */
export function failureDetector(clock: Clock, awake: AwakeClock, onChange: () => void): FailureDetector {
  const waiting = swapSet<Begun>();
  /** As `AwakeClock.now()`. */
  let lastToken = Number.NEGATIVE_INFINITY;
  let probe: object | undefined;
  let cancelLook: (() => void) | undefined;
  let nextLook = 0;
  const hint: Hint = { until: 0, proven: false };
  /** When attempts with too few latency samples last started. */
  const unknownAt = new Map<Waits, number>();

  const suspect = (now: number): void => {
    self.suspected = true;
    self.convinced = true;
    self.until = now + suspectFor;
    for (const { waiter } of [...waiting.items]) waiter.alarm();
    onChange();
  };

  const look = (): void => {
    cancelLook = undefined;
    const now = clock.now();
    const stalled = now - nextLook > ownStall;
    const isKnown = (each: Waits): boolean => isKnownSince(each, unknownAt.get(each), now);
    if (!stalled && surpriseOf(waiting.items, lastToken, awake.now(now), isKnown) >= certainty) suspect(now);
    else watch();
  };
  const watch = (): void => {
    // An overdue timer may belong to a request that ended, see `requestsAreApart`.
    if (cancelLook !== undefined && clock.now() <= nextLook + longOverdue) return;
    if (self.suspected || waiting.items.length < fewestWaiting) return;
    cancelLook?.();
    nextLook = clock.now() + lookEvery;
    cancelLook = awake.after(lookEvery, look);
  };

  const self: { -readonly [Field in keyof FailureDetector]: FailureDetector[Field] } = {
    suspected: false,
    convinced: false,
    until: 0,
    hint(until) {
      if (heed(self, hint, until, clock.now())) onChange();
    },
    begin(latencies, waiter, size, begunAt = clock.now()) {
      const entry = new Begun(owner, latencies, waiter, size, awake.now(begunAt));
      if (latencies.weight(begunAt) < fewestSamples) unknownAt.set(latencies, begunAt);
      waiting.add(entry);
      if (self.suspected && begunAt >= self.until && probe === undefined) probe = entry;
      watch();
      return entry;
    },
    admits: (now) => !self.suspected || (now >= self.until && probe === undefined),
  };
  const leave = (entry: Begun): void => {
    waiting.delete(entry);
    if (waiting.items.length >= fewestWaiting) return;
    cancelLook?.();
    cancelLook = undefined;
  };
  const owner: Owner = {
    answered(entry, now = clock.now()) {
      leave(entry);
      lastToken = awake.now(now);
      entry.latencies.add(lastToken - entry.startedAt, now, entry.size);
      if (probe === entry) probe = undefined;
      if (!self.suspected) return;
      dismiss(self, hint);
      onChange();
    },
    ended(entry, surely) {
      leave(entry);
      const { latencies, startedAt, size } = entry;
      const now = clock.now();
      const waited = awake.now(now) - startedAt;
      const isUnusual = latencies.weight(now) >= fewestSamples && latencies.hazard(waited) > unusual;
      if (surely || isUnusual) latencies.add(waited, now, size);
      if (probe !== entry) return;
      probe = undefined;
      hint.proven = hint.until > 0;
      self.until = Math.max(now + suspectFor, hint.until);
    },
  };
  return self;
}

interface Verdict {
  suspected: boolean;
  convinced: boolean;
  until: number;
}

/** Takes a hint. Returns whether the target has become suspected by it. */
function heed(verdict: Verdict, hint: Hint, until: number, now: number): boolean {
  hint.until = Math.max(hint.until, until);
  if (verdict.suspected) {
    if (hint.proven) verdict.until = Math.max(verdict.until, hint.until);
    return false;
  }
  verdict.suspected = true;
  verdict.until = now;
  return true;
}

/** A suspected target answers. */
function dismiss(verdict: Verdict, hint: Hint): void {
  Object.assign(verdict, { suspected: false, convinced: false });
  Object.assign(hint, { until: 0, proven: false });
}

/** Whether there are enough samples, and the slow answers among them, see `settled`. */
function isKnownSince(latencies: Waits, unknownAt: number | undefined, now: number): boolean {
  const since = now - (unknownAt ?? Number.NEGATIVE_INFINITY);
  return latencies.weight(now) >= fewestSamples && since >= settled * (latencies.quantile(0.5) ?? 0);
}

/**
 * Surprise at the silence: the sum of the hazards of all pending attempts, each counted from its start or the
 * last token, whichever is later. Stops at `certainty`.
 */
function surpriseOf(
  waiting: readonly Begun[],
  lastToken: number,
  moment: number,
  isKnown: (latencies: Waits) => boolean,
): number {
  let sum = 0;
  const known = new Map<Waits, boolean>();
  for (const { startedAt, latencies } of waiting) {
    const counts = known.get(latencies) ?? isKnown(latencies);
    known.set(latencies, counts);
    if (!counts) continue;
    sum += latencies.hazard(moment - startedAt);
    if (lastToken > startedAt) sum -= latencies.hazard(lastToken - startedAt);
    if (sum >= certainty) break;
  }
  return sum;
}
