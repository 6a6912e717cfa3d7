import type { Clock } from '../../../types/clock.ts';
import type { RequestContext } from '../../../types/plugin.ts';
import type { Store } from '../../../types/store.ts';
import type { StoreGuard } from './store-guard.ts';

/** Milliseconds between two checks for the answer of another process. */
const pollEvery = 50;

/** Combines identical requests of several processes: the first claims the key, the others wait for its answer. */
export interface Claims {
  /**
   * Claims a key, or waits for its holder. Resolves with the result of `look`, or with `undefined` if this process has to make
   * the answer: it holds the claim, the other process has failed, or the time is over. A request waits for half of its time at
   * most, so that the rest is enough for a call.
   */
  claimOrWait<T>(
    key: string,
    context: Pick<RequestContext, 'deadline' | 'signal'>,
    look: () => Promise<T | undefined>,
  ): Promise<T | undefined>;
  /** Releases a claim. */
  release(key: string): void;
}

export interface ClaimsInit {
  readonly store: Store;
  readonly namespace: string;
  readonly clock: Clock;
  /** Milliseconds to wait at most, after which a claim expires as well. */
  readonly wait: number;
  readonly attempt: StoreGuard;
}

export function claims({ store, namespace, clock, wait, attempt }: ClaimsInit): Claims {
  const held = new Set<string>();
  const nameOf = (key: string): string => `${namespace}/claim/${key}`;
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      clock.after(pollEvery, resolve);
    });

  return {
    async claimOrWait(key, context, look) {
      const until = clock.now() + Math.min(wait, (context.deadline - clock.date()) / 2);
      for (;;) {
        const claimed = await attempt(async () => ({
          version: await store.set(nameOf(key), 'claimed', { ttl: wait, onlyIf: 'absent' }),
        }));
        if (claimed === undefined) {
          // The write may have arrived nevertheless, and would make others wait.
          void attempt(() => store.delete([nameOf(key)]));
          return undefined;
        }
        if (claimed.version !== undefined) {
          held.add(key);
          return undefined;
        }
        await pause();
        const found = await look();
        if (found !== undefined || clock.now() >= until || context.signal.aborted) return found;
      }
    },
    release(key) {
      if (!held.delete(key)) return;
      void attempt(() => store.delete([nameOf(key)]));
    },
  };
}
