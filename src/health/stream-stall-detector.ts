import { type Histogram, histogram } from '../stats/histogram.ts';
import type { Clock } from '../types/clock.ts';
import { type Slot, swapSet } from '../util/swap-set.ts';
import type { AwakeClock } from '../util/time/awake-clock.ts';
import { certainty, fewestSamples, fewestWaiting, longOverdue, ownStall } from './failure-detector.ts';

/**
 * Detects that all streams of a target stalled midway, as `FailureDetector` does for streams that have not
 * started: by how improbable their combined silence between tokens is. Stalled streams then get a shorter
 * timeout than a single stream that pauses.
 */
export interface StreamStallDetector {
  /** Distribution of the target's gaps between tokens. */
  readonly gaps: Histogram;
  /** Registers a stream that gave its first token. */
  open(reader: FlowReader): Flow;
}

/** Who waits for the parts of a stream. */
export interface FlowReader {
  /** Called when the target stalls while the stream waits, and when it resumes. */
  onStall(stopped: boolean): void;
}

/** One live stream. Times are those of `AwakeClock.rough()`. */
export interface Flow {
  /** A reader waits for the next token. */
  waits(now: number): void;
  /** The token arrived. */
  came(now: number): void;
  close(): void;
}

const lookEvery = 50;
/** One gap in this many is sampled: sampling costs as much as delivering a token. */
const countEvery = 4;

/** What a detector does with its streams. */
interface Owner {
  /** A reader begins to wait. Returns when, on the awake clock, if that gap is measured. */
  waits(): number | undefined;
  /** A token has come. */
  came(stream: Live, now: number, measuredSince: number | undefined): void;
  close(stream: Live): void;
}

/** A live stream. A class, because each request for a stream has one. */
class Live implements Flow, Slot {
  place: number | undefined;
  /** When the reader started to wait; `undefined` while none waits. */
  since: number | undefined;
  readonly reader: FlowReader;
  readonly #owner: Owner;
  #measuredSince: number | undefined;

  constructor(owner: Owner, reader: FlowReader) {
    this.#owner = owner;
    this.reader = reader;
  }

  waits(now: number): void {
    if (this.since !== undefined) return;
    this.since = now;
    this.#measuredSince = this.#owner.waits() ?? this.#measuredSince;
  }

  came(now: number): void {
    const measuredSince = this.#measuredSince;
    this.#measuredSince = undefined;
    this.#owner.came(this, now, measuredSince);
  }

  close(): void {
    this.#owner.close(this);
  }
}

/** @param awake clock that measures the gaps */
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
    for (const { since, reader } of [...live.items]) if (since !== undefined) reader.onStall(stopped);
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
    // An overdue timer may belong to a request that ended, see `requestsAreApart`.
    if (cancelLook !== undefined && clock.now() <= nextLook + longOverdue) return;
    if (stopped || live.items.length < fewestWaiting) return;
    cancelLook?.();
    nextLook = clock.now() + lookEvery;
    cancelLook = awake.after(lookEvery, look);
  };

  const owner: Owner = {
    waits() {
      waits += 1;
      return waits % countEvery === 0 ? awake.now() : undefined;
    },
    came(stream, now, measuredSince) {
      lastToken = now;
      if (measuredSince !== undefined) {
        const cameAt = clock.now();
        gaps.add(awake.now(cameAt) - measuredSince, cameAt);
      }
      stream.since = undefined;
      if (cancelLook !== undefined && now > nextLook + longOverdue) watch();
      if (!stopped) return;
      stopped = false;
      tell();
      watch();
    },
    close(stream) {
      if (!live.delete(stream) || live.items.length > 0) return;
      stopped = false;
      cancelLook?.();
      cancelLook = undefined;
    },
  };

  return {
    gaps,
    open(reader) {
      const stream = new Live(owner, reader);
      live.add(stream);
      watch();
      return stream;
    },
  };
}
