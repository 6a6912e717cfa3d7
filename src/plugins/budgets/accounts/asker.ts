import type { Clock } from '../../../types/clock.ts';

/**
 * Asks the store on behalf of one account: one call at a time, however many requests there are. Where requests are isolated, each
 * waiting request asks for itself, because it must not wait for the I/O of another one.
 */
export interface Asker {
  /** Asks now, or waits for the call in progress. */
  now(): Promise<void>;
  /** The same, but as soon as the rate limit permits: for requests that wait. */
  soon(): Promise<void>;
  /** The same if no request waits; does nothing if the rate limit does not permit it. */
  inBackground(): void;
  /** @param inVain whether nothing was granted of the requested amount */
  answered(inVain: boolean): void;
  /** The call in progress. */
  readonly underWay: Promise<void> | undefined;
}

/** Milliseconds per call on average, and how many calls may follow each other without a pause. */
const pause = 50;
const burst = 5;
/** First pause after an answer that granted nothing, if no request waits. It doubles with each further one. */
const pauseInVain = 100;

export interface AskerInit {
  /** Calls the store; never rejects. Two calls at a time are the same call. */
  ask(): Promise<void>;
  readonly clock: Clock;
  /** The longest pause in milliseconds. */
  readonly longest: number;
  /** Milliseconds after which a call without an answer has ended with the request that it belonged to. */
  readonly patience: number;
  /** See `requestsAreApart`. */
  readonly apart: boolean;
}

/** The rate limit is a leaky bucket, in the form of ITU-T I.371's generic cell rate algorithm. */
export function asker({ ask, clock, longest, patience, apart }: AskerInit): Asker {
  let dueAt = Number.NEGATIVE_INFINITY;
  let askedAt = Number.NEGATIVE_INFINITY;
  let inVain = 0;
  let call: Promise<void> | undefined;
  let scheduled: Promise<void> | undefined;

  const usualTime = (): number => dueAt - (burst - 1) * pause;
  const self: Asker = {
    get underWay() {
      return clock.now() - askedAt < patience ? call : undefined;
    },
    now() {
      if (self.underWay !== undefined && !apart) return self.underWay;
      askedAt = clock.now();
      dueAt = Math.max(askedAt, dueAt) + pause;
      const own = ask().finally(() => {
        if (call === own) call = undefined;
      });
      call = own;
      return own;
    },
    soon() {
      const delay = usualTime() - clock.now();
      if (self.underWay !== undefined && apart) return Promise.resolve(); // checks again on its own
      if (self.underWay !== undefined || delay <= 0 || apart) return self.now();
      scheduled ??= new Promise<void>((resolve) => void clock.after(delay, resolve)).then(() => {
        scheduled = undefined;
        return self.now();
      });
      return scheduled;
    },
    inBackground() {
      const due = inVain === 0 ? usualTime() : askedAt + Math.min(longest, pauseInVain * 2 ** (inVain - 1));
      if (self.underWay === undefined && clock.now() >= due) void self.now();
    },
    answered(wasInVain) {
      inVain = wasInVain ? inVain + 1 : 0;
    },
  };
  return self;
}
