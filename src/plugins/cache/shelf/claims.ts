import type { Clock } from '../../../types/clock.ts';
import type { Store } from '../../../types/store.ts';
import { within } from './within.ts';

/** Milliseconds between two looks for the answer of another process. */
const pollEvery = 50;

/** Makes identical requests of several processes one: the first claims the key, the others wait for its answer. */
export interface Claims {
  /**
   * Claims a key, or waits for who holds it. Resolves with what `look` found, or with `undefined` if this process has to make the
   * answer: it holds the claim, the other process has failed, or the time is over.
   */
  claimOrWait<T>(key: string, look: () => Promise<T | undefined>): Promise<T | undefined>;
  /** Gives a claim back. */
  release(key: string): void;
}

export interface ClaimsInit {
  readonly store: Store;
  readonly namespace: string;
  readonly clock: Clock;
  /** Milliseconds to wait at most, after which a claim expires as well. */
  readonly wait: number;
  /** Milliseconds that one operation of the store may take. */
  readonly timeout: number;
  report(error: unknown): void;
}

export function claims({ store, namespace, clock, wait, timeout, report }: ClaimsInit): Claims {
  const held = new Map<string, string>();
  const nameOf = (key: string): string => `${namespace}/claim/${key}`;
  const bounded = <T>(work: Promise<T>): Promise<T> =>
    within(clock, timeout, work, `the store did not answer within ${timeout} ms`);
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      clock.after(pollEvery, resolve);
    });

  return {
    async claimOrWait(key, look) {
      const until = clock.now() + wait;
      try {
        for (;;) {
          const version = await bounded(store.set(nameOf(key), 'claimed', { ttl: wait, onlyIf: 'absent' }));
          if (version !== undefined) {
            held.set(key, version);
            return undefined;
          }
          await pause();
          const found = await look();
          if (found !== undefined || clock.now() >= until) return found;
        }
      } catch (error) {
        report(error);
        return undefined;
      }
    },
    release(key) {
      if (!held.delete(key)) return;
      bounded(store.delete([nameOf(key)])).catch(report);
    },
  };
}
