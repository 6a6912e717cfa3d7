import { isRouterError } from '../../errors.ts';
import type { BatchCall } from '../../types/batch/batch.ts';
import type { Clock } from '../../types/clock.ts';
import { untilDone, within } from '../retry.ts';

/** Time limits of a vendor's steps, in milliseconds; for results, of each answer. */
export const quickStep = 60_000;
export const slowStep = 600_000;

/** Failures that say nothing about the vendor. */
const silences = ['network', 'timeout', 'server', 'overloaded', 'malformed', 'truncated'];

/** One step at a vendor. `extend` gives it the same time again. */
type Step<T> = (call: BatchCall, extend: () => void) => Promise<T>;

/** Runs the steps of a vendor's batch, each with a time limit, and notices a vendor that has stopped answering. */
export class VendorSteps {
  readonly #clock: Clock;
  readonly #stop: AbortSignal;
  readonly #provider: string;
  readonly #errors: BatchCall['errors'];
  readonly #patience: () => number;
  /** When the vendor last answered; monotonic milliseconds. */
  #heardAt: number;

  /**
   * @param stop ends all steps
   * @param patience how long the vendor may be silent, in milliseconds
   */
  constructor(
    clock: Clock,
    stop: AbortSignal,
    provider: string,
    errors: BatchCall['errors'],
    patience: () => number,
  ) {
    this.#clock = clock;
    this.#stop = stop;
    this.#provider = provider;
    this.#errors = errors;
    this.#patience = patience;
    this.#heardAt = clock.now();
  }

  /** The vendor has answered. */
  heard(): void {
    this.#heardAt = this.#clock.now();
  }

  /** Runs a step once. */
  once<T>(ms: number, run: Step<T>): Promise<T> {
    const errors = this.#errors === undefined ? {} : { errors: this.#errors };
    return within(this.#clock, this.#stop, ms, this.#provider, (signal, extend) =>
      run({ ...errors, signal }, extend),
    );
  }

  /** Repeats a step until the vendor answers; fails once it has been silent for too long. */
  untilDone<T>(ms: number, run: Step<T>, patience = this.#patience): Promise<T> {
    return this.repeat(() => this.once(ms, run), patience);
  }

  /** The same for work of several steps. */
  async repeat<T>(work: () => Promise<T>, patience = this.#patience): Promise<T> {
    const mayGoOn = (error: unknown): boolean => {
      const isSilence = isRouterError(error, 'provider') && silences.includes(error.kind);
      if (!isSilence) this.heard();
      return this.#clock.now() - this.#heardAt < patience();
    };
    const done = await untilDone(this.#clock, this.#stop, work, mayGoOn);
    this.heard();
    return done;
  }
}
