import { LinkedAbort } from '../../util/time/abort.ts';
import type { ChannelReservation } from '../attempt/reservation.ts';
import type { AttemptSlot, Joined, Racers } from './race.ts';
import { recoveryPart } from './recovery-part.ts';

/** Runs an attempt while the code for several at once is not loaded. Once it is, others may join this one. */
export function runAlone<T>(racers: Racers<T>, only: ChannelReservation): Promise<T> {
  return new Promise((resolve, reject) => {
    new Alone(racers, only, resolve, reject).start();
  });
}

class Alone<T> implements AttemptSlot {
  readonly signal: LinkedAbort;
  readonly #racers: Racers<T>;
  readonly #only: ChannelReservation;
  readonly #resolve: (value: T | Promise<T>) => void;
  readonly #reject: (error: unknown) => void;
  #attempt: Promise<T> | undefined;
  #joined: Joined<T> | undefined;
  #isOver = false;

  constructor(
    racers: Racers<T>,
    only: ChannelReservation,
    resolve: (value: T | Promise<T>) => void,
    reject: (error: unknown) => void,
  ) {
    this.#racers = racers;
    this.#only = only;
    this.#resolve = resolve;
    this.#reject = reject;
    this.signal = new LinkedAbort(racers.request.signal);
  }

  start(): void {
    this.#attempt = this.#racers.begin(this.#only, this);
    this.#attempt.then(
      (value) => {
        if (this.#end()) this.#resolve(value);
      },
      (error: unknown) => {
        if (!this.#end()) return;
        this.#racers.attemptFailed(this.#only, error);
        this.#reject(error);
      },
    );
  }

  /** Returns whether it has run alone. A race ends what has joined it. */
  #end(): boolean {
    if (this.#joined !== undefined) return false;
    this.#isOver = true;
    this.#racers.ended(this.#only);
    return true;
  }

  win(): boolean {
    if (this.#joined !== undefined) return this.#joined.slot.win();
    this.#isOver = true;
    return true;
  }

  alarm(): void {
    this.#join()?.alarm();
  }

  overdue(summary: string | undefined, cause: 'doubt' | 'silence'): void {
    this.#join()?.overdue(summary, cause);
  }

  revived(): void {
    this.#joined?.slot.revived();
  }

  #join(): AttemptSlot | undefined {
    if (this.#joined !== undefined) return this.#joined.slot;
    if (this.#isOver || this.#attempt === undefined) return undefined;
    const recovery = this.#racers.request.env.parts.get(recoveryPart);
    if (recovery === undefined) return undefined;
    this.#joined = recovery.joinRace(this.#racers, this.#only, this.#attempt);
    const { slot, answer } = this.#joined;
    slot.signal.addEventListener('abort', () => this.signal.abort(slot.signal.reason));
    this.#resolve(answer);
    return slot;
  }
}
