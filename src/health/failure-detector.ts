import type { Histogram } from '../stats/histogram.ts';
import type { SizeClass } from '../stats/latency.ts';
import type { Clock } from '../types/clock.ts';
import { type Slot, swapSet } from '../util/swap-set.ts';
import type { AwakeClock } from '../util/time/awake-clock.ts';

/**
 * Notices within a fraction of a second that a target has gone dark, from the live traffic alone: by how surprising it is
 * that nothing at all has come from it. A suspicion is soft: new requests go elsewhere for two seconds, those that wait get
 * company, and the first token from the target ends it.
 *
 * Each attempt that waits for its first token has a cumulative hazard, -ln P(it takes even longer), by the target's own
 * latencies. Their sum since the target last gave a token is -ln of the odds that a healthy target is silent by chance. (The
 * idea is that of the phi accrual failure detector, Hayashibara et al., SRDS 2004, with one age per request instead of one
 * heartbeat.)
 */
export interface FailureDetector {
  /**
   * An attempt begins to wait.
   *
   * @param latencies how long attempts of its kind usually wait
   * @param alarm called if the target becomes suspect while it waits
   * @param size of its prompt
   */
  begin(latencies: Waits, alarm: () => void, size?: SizeClass): Waiting;
  /** Whether it is under suspicion; it stays so until a token comes. */
  readonly suspected: boolean;
  /** Whether an attempt may be sent: not while suspect, and after that one at a time until a token comes. */
  admits(now: number): boolean;
  /** Until when nothing is sent; monotonic milliseconds. */
  readonly until: number;
}

/** How long attempts wait, as far as it matters here. */
export interface Waits extends Pick<Histogram, 'weight' | 'hazard' | 'quantile'> {
  add(ms: number, now: number, size?: SizeClass): void;
}

/** One attempt, until it has given its first token or is over. */
export interface Waiting {
  /** The first token has come. */
  answered(): void;
  /** It has been given up: it would have taken at least as long as it has. */
  gaveUp(): void;
  /** It is over. If it was left without a token, how long it had waited may count as well. */
  end(): void;
}

/** Odds of e^-14, one in a million, that it is chance. */
export const certainty = 14;
const suspectFor = 2_000;
/** Fewer attempts that wait say too little. */
export const fewestWaiting = 3;
/** Fewer samples than this say nothing about what is unusual. */
export const fewestSamples = 100;
const lookEvery = 20;
/** A look that should have been so many milliseconds ago does not come any more. */
export const longOverdue = 1_000;
/**
 * Of the first requests the quick ones are answered first, and make the others seem late. So what is known counts only after so many
 * times what half of them take: by then all of them have been heard of.
 */
const settled = 10;
/**
 * An attempt that is left when it has taken longer than half of all others counts as one that took so long, which is the least that
 * it would have: else a target that has become slow would be known by only the quick answers that nobody left.
 */
const unusual = Math.LN2;
/** Our own process stood still for longer than this: then what is missing may well be here already, unread. */
export const ownStall = 50;

interface Begun extends Slot {
  /** As `AwakeClock.now()`. */
  readonly startedAt: number;
  readonly latencies: Waits;
  readonly alarm: () => void;
}

/** @param awake by which it is measured how long attempts wait */
export function failureDetector(clock: Clock, awake: AwakeClock, onChange: () => void): FailureDetector {
  const waiting = swapSet<Begun>();
  /** As `AwakeClock.now()`. */
  let lastToken = Number.NEGATIVE_INFINITY;
  let probe: object | undefined;
  let cancelLook: (() => void) | undefined;
  let nextLook = 0;

  /** When attempts were last begun of which too little was known. */
  const unknownAt = new Map<Waits, number>();
  const isKnown = (latencies: Waits, now: number): boolean =>
    latencies.weight(now) >= fewestSamples &&
    now - (unknownAt.get(latencies) ?? Number.NEGATIVE_INFINITY) >= settled * (latencies.quantile(0.5) ?? 0);

  const suspect = (now: number): void => {
    self.suspected = true;
    self.until = now + suspectFor;
    for (const { alarm } of [...waiting.items]) alarm();
    onChange();
  };

  const look = (): void => {
    cancelLook = undefined;
    const now = clock.now();
    const stalled = now - nextLook > ownStall;
    if (
      !stalled &&
      surpriseOf(waiting.items, lastToken, awake.now(now), (each) => isKnown(each, now)) >= certainty
    )
      suspect(now);
    else watch();
  };
  const watch = (): void => {
    // A timer that is long overdue may be that of a request which is over, see `requestsAreApart`.
    if (cancelLook !== undefined && clock.now() <= nextLook + longOverdue) return;
    if (self.suspected || waiting.items.length < fewestWaiting) return;
    cancelLook?.();
    nextLook = clock.now() + lookEvery;
    cancelLook = awake.after(lookEvery, look);
  };

  const self: { -readonly [Field in keyof FailureDetector]: FailureDetector[Field] } = {
    suspected: false,
    until: 0,
    begin(latencies, alarm, size) {
      const begunAt = clock.now();
      const entry: Begun = { startedAt: awake.now(begunAt), latencies, alarm, place: undefined };
      if (latencies.weight(begunAt) < fewestSamples) unknownAt.set(latencies, begunAt);
      waiting.add(entry);
      if (self.suspected && begunAt >= self.until && probe === undefined) probe = entry;
      watch();
      const leave = (): boolean => {
        if (!waiting.delete(entry)) return false;
        if (waiting.items.length < fewestWaiting) {
          cancelLook?.();
          cancelLook = undefined;
        }
        return true;
      };
      const end = (surely: boolean): void => {
        if (!leave()) return;
        const now = clock.now();
        const waited = awake.now(now) - entry.startedAt;
        if (surely || latencies.hazard(waited) > unusual) latencies.add(waited, now, size);
        if (probe !== entry) return;
        probe = undefined;
        self.until = now + suspectFor;
      };
      return {
        answered() {
          if (!leave()) return;
          const now = clock.now();
          lastToken = awake.now(now);
          latencies.add(lastToken - entry.startedAt, now, size);
          if (probe === entry) probe = undefined;
          if (!self.suspected) return;
          self.suspected = false;
          onChange();
        },
        gaveUp: () => end(true),
        end: () => end(false),
      };
    },
    admits: (now) => !self.suspected || (now >= self.until && probe === undefined),
  };
  return self;
}

/**
 * How surprising the silence is: the sum of the hazards of all pending attempts, each counted from its start or from the last
 * token, whichever is later. Stops at `certainty`.
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
