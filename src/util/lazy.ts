import { RouterError } from '../errors.ts';
import type { Clock } from '../types/clock.ts';
import { LinkedAbort, type Signal } from './time/abort.ts';
import { sleep } from './time/clock.ts';

/**
 * Code that is loaded when a router first needs it, so that applications that never need it do not load it. One constant for each
 * part; `Parts` has what is loaded.
 */
export interface Part<T> {
  /** Its name in errors. */
  readonly name: string;
  readonly importIt: () => Promise<T>;
}

export function part<T>(name: string, importIt: () => Promise<T>): Part<T> {
  return { name, importIt };
}

/** Pauses before further tries, in milliseconds: a file that cannot be read now may be readable in a moment. */
const pauses = [20, 200, 1_000];

/** The parts that a router has loaded. */
export class Parts {
  readonly #loaded = new Map<Part<unknown>, unknown>();

  /** `undefined` until it is loaded. */
  get<T>(part: Part<T>): T | undefined {
    return this.#loaded.get(part) as T | undefined;
  }

  /**
   * Loads a part. Each caller loads for itself, because some runtimes end the work of one request with that request; the
   * runtime loads a file only once.
   *
   * @throws RouterError `not-loaded`, after several tries. A later call tries again
   */
  async load<T>(part: Part<T>, clock: Clock, signal: Signal = new LinkedAbort()): Promise<T> {
    for (const pause of pauses) {
      try {
        return await this.#import(part);
      } catch {
        await sleep(clock, pause, signal);
      }
    }
    try {
      return await this.#import(part);
    } catch (error) {
      const reason = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0];
      throw new RouterError('not-loaded', `the code for ${part.name} could not be loaded: ${reason}`);
    }
  }

  async #import<T>(part: Part<T>): Promise<T> {
    const loaded = await part.importIt();
    this.#loaded.set(part, loaded);
    return loaded;
  }
}
