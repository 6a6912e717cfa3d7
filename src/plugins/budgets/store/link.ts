import type { PluginHost } from '../../../types/plugin.ts';

/** The connection to the store: its clock, and whether it answers. */
export interface Link {
  /** The store's time: milliseconds since 1970; by this process's clock until the first contact. */
  now(): number;
  /** This process's own time: milliseconds since 1970. */
  date(): number;
  /** Whether the last call failed or took too long. */
  readonly away: boolean;
  /** Whether it has ever answered. */
  readonly known: boolean;
  /** Most processes seen to hold a lease at the same time, this one included. */
  processes: number;
  /** Calls the store, for `storeTimeout` at most. */
  call<T extends { readonly now: number }>(operation: () => Promise<T>): Promise<T>;
}

export function linkTo({ store, clock, emit }: PluginHost, plugin: string, timeout: number): Link {
  let offset: number | undefined;
  let roundTrip = Number.POSITIVE_INFINITY;
  let away = false;

  const isBack = (now: number, sentAt: number): void => {
    const took = clock.now() - sentAt;
    // The faster the answer, the more exact its time. Older ones fade, because an answer faster than all before is rare.
    if (offset === undefined || took <= roundTrip) {
      offset = now - (sentAt + took / 2);
      roundTrip = took;
    } else roundTrip *= 1.1;
    if (away) emit({ type: 'store-state', plugin, store: store.name, state: 'back' });
    away = false;
  };
  const isAway = (error: unknown): void => {
    if (!away) emit({ type: 'store-state', plugin, store: store.name, state: 'away', error });
    away = true;
  };

  return {
    processes: 1,
    get away() {
      return away;
    },
    get known() {
      return offset !== undefined;
    },
    date: () => clock.date(),
    now: () => (offset === undefined ? clock.date() : clock.now() + offset),
    async call(operation) {
      const sentAt = clock.now();
      let cancel = (): void => {};
      const tooLate = new Promise<never>((_, reject) => {
        cancel = clock.after(timeout, () => reject(new Error(`no answer within ${timeout} ms`)));
      });
      try {
        const answer = await Promise.race([operation(), tooLate]);
        isBack(answer.now, sentAt);
        return answer;
      } catch (error) {
        isAway(error);
        throw error;
      } finally {
        cancel();
      }
    },
  };
}
