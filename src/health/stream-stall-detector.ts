import { type Histogram, histogram } from '../stats/histogram.ts';
import type { Clock } from '../types/clock.ts';
import { type Slot, swapSet } from '../util/swap-set.ts';
import type { AwakeClock } from '../util/time/awake-clock.ts';
import { certainty, fewestSamples, fewestWaiting, longOverdue, ownStall } from './failure-detector.ts';

/**
 * Notices that the streams of a target have all stopped in the middle, as `Silence` notices that no new one begins: by how
 * unlikely so long a silence between two tokens is, of all its live streams together. Then they are not waited for as long as
 * one stream that pauses by itself.
 */
export interface StreamStallDetector {
  /** How long the target's streams pause between two tokens. */
  readonly gaps: Histogram;
  /**
   * A stream has given its first token.
   *
   * @param onChange called when the target seems to have stopped while the stream waits, and when it goes on
   */
  open(onChange: (stopped: boolean) => void): Flow;
}

/** One live stream. Its moments are those of `AwakeClock.rough()`: what is counted is measured here. */
export interface Flow {
  /** Somebody waits for the next token. */
  waits(now: number): void;
  /** It has come. */
  came(now: number): void;
  close(): void;
}

const lookEvery = 50;
/** One gap in so many is counted: there are enough of them, and each costs as much as handing a token on. */
const countEvery = 4;

interface Live extends Slot {
  /** Since when somebody waits for its next token; `undefined` where nobody does. */
  since: number | undefined;
  readonly onChange: (stopped: boolean) => void;
}

/** @param awake by which pauses are measured */
export function streamStallDetector(clock: Clock, awake: AwakeClock): StreamStallDetector {
  const gaps = histogram();
  const live = swapSet<Live>();
  let lastToken = Number.NEGATIVE_INFINITY;
  let waits = 0;
  let stopped = false;
  let cancelLook: (() => void) | undefined;
  let nextLook = 0;

  const surprise = (): number => {
    const now = awake.now();
    let sum = 0;
    for (const { since } of live.items) {
      if (since === undefined) continue;
      sum += gaps.hazard(now - since);
      if (lastToken > since) sum -= gaps.hazard(lastToken - since);
    }
    return sum;
  };
  const tell = (): void => {
    for (const { since, onChange } of [...live.items]) if (since !== undefined) onChange(stopped);
  };
  const look = (): void => {
    cancelLook = undefined;
    const now = clock.now();
    if (now - nextLook <= ownStall && gaps.weight(now) >= fewestSamples && surprise() >= certainty) {
      stopped = true;
      tell();
    } else watch();
  };
  const watch = (): void => {
    // A timer that is long overdue may be that of a request which is over, see `requestsAreApart`.
    if (cancelLook !== undefined && clock.now() <= nextLook + longOverdue) return;
    if (stopped || live.items.length < fewestWaiting) return;
    cancelLook?.();
    nextLook = clock.now() + lookEvery;
    cancelLook = awake.after(lookEvery, look);
  };

  return {
    gaps,
    open(onChange) {
      const entry: Live = { since: undefined, onChange, place: undefined };
      let measuredSince: number | undefined;
      live.add(entry);
      watch();
      return {
        waits(now) {
          if (entry.since !== undefined) return;
          entry.since = now;
          waits += 1;
          if (waits % countEvery === 0) measuredSince = awake.now();
        },
        came(now) {
          lastToken = now;
          if (measuredSince !== undefined) {
            const cameAt = clock.now();
            gaps.add(awake.now(cameAt) - measuredSince, cameAt);
            measuredSince = undefined;
          }
          entry.since = undefined;
          if (cancelLook !== undefined && now > nextLook + longOverdue) watch();
          if (!stopped) return;
          stopped = false;
          tell();
          watch();
        },
        close() {
          if (!live.delete(entry)) return;
          if (live.items.length > 0) return;
          stopped = false;
          cancelLook?.();
          cancelLook = undefined;
        },
      };
    },
  };
}
