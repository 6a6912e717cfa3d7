import type { Clock } from '../../../types/clock.ts';

/** Asks the store on behalf of one account: one call at a time, and no more of them however many requests there are. */
export interface Asker {
  /** Asks now, unless a call is under way. */
  now(): Promise<void>;
  /** The same, but as soon as the pace permits: for requests that wait. */
  soon(): Promise<void>;
  /** The same, where no request waits; nothing where the pace does not permit it. */
  inBackground(): void;
  /** @param inVain nothing was granted of what was wanted */
  answered(inVain: boolean): void;
  /** The call that is under way. */
  readonly underWay: Promise<void> | undefined;
}

/** Milliseconds per call on average, and how many calls may follow each other without a pause. */
const pause = 50;
const burst = 5;
/** First pause after an answer that granted nothing, if no request waits. It doubles with each further one. */
const pauseInVain = 100;

/**
 * The pace is a leaky bucket, in the form of ITU-T I.371's generic cell rate algorithm.
 *
 * @param ask calls the store; never rejects
 * @param longest the longest pause in milliseconds
 */
export function asker(ask: () => Promise<void>, clock: Clock, longest: number): Asker {
  let dueAt = Number.NEGATIVE_INFINITY;
  let askedAt = Number.NEGATIVE_INFINITY;
  let inVain = 0;
  let scheduled: Promise<void> | undefined;

  const usualTime = (): number => dueAt - (burst - 1) * pause;
  const self: { -readonly [Field in keyof Asker]: Asker[Field] } = {
    underWay: undefined,
    now() {
      if (self.underWay !== undefined) return self.underWay;
      askedAt = clock.now();
      dueAt = Math.max(askedAt, dueAt) + pause;
      self.underWay = ask().finally(() => {
        self.underWay = undefined;
      });
      return self.underWay;
    },
    soon() {
      const delay = usualTime() - clock.now();
      if (self.underWay !== undefined || delay <= 0) return self.now();
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
