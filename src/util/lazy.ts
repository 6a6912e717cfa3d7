import { RouterError } from '../errors.ts';
import type { Clock } from '../types/clock.ts';
import type { Signal } from './time/abort.ts';
import { sleep } from './time/clock.ts';

/** A value that is computed on first use and then cached. */
export interface Lazy<T> {
  get(): T;
  /** Whether it has been computed. */
  readonly known: boolean;
}

export function lazy<T>(compute: () => T): Lazy<T> {
  let value: T;
  // `known` is a field: a getter would give each object its own hidden class.
  const self = {
    known: false,
    get() {
      if (!self.known) {
        value = compute();
        self.known = true;
      }
      return value;
    },
  };
  return self;
}

/** Code that is loaded when a request first needs it, so that applications that never do carry it in a file of its own. */
export interface Part<T> {
  /** `undefined` until it is loaded. */
  readonly loaded: T | undefined;
  /**
   * Loads it. Each caller loads for itself, because some runtimes end the work of one request with that request; the
   * runtime loads a file only once.
   *
   * @throws RouterError `not-loaded`, after several tries. A later call tries again
   */
  load(clock: Clock, signal: Signal | undefined): Promise<T>;
}

/** Pauses before further tries, in milliseconds: a file that cannot be read now may be readable in a moment. */
const pauses = [20, 200, 1_000];

const never: Signal = {
  aborted: false,
  reason: undefined,
  addEventListener() {},
  removeEventListener() {},
};

/** @param name names it in errors */
export function part<T>(name: string, importIt: () => Promise<T>): Part<T> {
  const self: { loaded: T | undefined; load: Part<T>['load'] } = {
    loaded: undefined,
    async load(clock, signal = never) {
      for (const pause of pauses) {
        try {
          self.loaded = await importIt();
          return self.loaded;
        } catch {
          await sleep(clock, pause, signal);
        }
      }
      try {
        self.loaded = await importIt();
        return self.loaded;
      } catch (error) {
        const reason = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0];
        throw new RouterError('not-loaded', `the code for ${name} could not be loaded: ${reason}`);
      }
    },
  };
  return self;
}
