import { type LinkedAbort, linkedAbort, type Signal } from '../../util/time/abort.ts';
import type { AttemptSlot, Joined, joinRace, RaceOptions } from './race.ts';

/** The code for several attempts at once; `undefined` while it is not loaded. */
export type FindRace = () => { readonly joinRace: typeof joinRace } | undefined;

/** Runs an attempt while the code for several at once is not loaded. Once it is, others may join this one. */
export function runAlone<T>(options: RaceOptions<T>, findRace: FindRace): Promise<T> {
  return new Promise((resolve, reject) => {
    new Alone(options, findRace, resolve, reject).start();
  });
}

class Alone<T> implements AttemptSlot {
  readonly signal: Signal;
  readonly #options: RaceOptions<T>;
  readonly #findRace: FindRace;
  readonly #resolve: (value: T | Promise<T>) => void;
  readonly #reject: (error: unknown) => void;
  readonly #abort: LinkedAbort;
  #attempt: Promise<T> | undefined;
  #joined: Joined<T> | undefined;
  #isOver = false;

  constructor(
    options: RaceOptions<T>,
    findRace: FindRace,
    resolve: (value: T | Promise<T>) => void,
    reject: (error: unknown) => void,
  ) {
    this.#options = options;
    this.#findRace = findRace;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#abort = linkedAbort(options.signal);
    this.signal = this.#abort.signal;
  }

  start(): void {
    const { attempt, first, failed } = this.#options;
    this.#attempt = attempt(first, this);
    this.#attempt.then(
      (value) => {
        if (this.#joined === undefined) this.#resolve(value);
        this.#isOver = true;
      },
      (error: unknown) => {
        if (this.#joined !== undefined) return;
        this.#isOver = true;
        failed(first, error);
        this.#reject(error);
      },
    );
  }

  win(): boolean {
    if (this.#joined !== undefined) return this.#joined.slot.win();
    this.#isOver = true;
    return true;
  }

  readonly alarm = (): void => this.#join()?.alarm();

  overdue(summary: string | undefined, cause: 'doubt' | 'silence'): void {
    this.#join()?.overdue(summary, cause);
  }

  revived(): void {
    this.#joined?.slot.revived();
  }

  #join(): AttemptSlot | undefined {
    if (this.#joined !== undefined) return this.#joined.slot;
    const race = this.#isOver || this.#attempt === undefined ? undefined : this.#findRace();
    if (race === undefined || this.#attempt === undefined) return undefined;
    this.#joined = race.joinRace(this.#options, this.#attempt);
    const { slot, answer } = this.#joined;
    slot.signal.addEventListener('abort', () => this.#abort.abort(slot.signal.reason));
    this.#resolve(answer);
    return slot;
  }
}
