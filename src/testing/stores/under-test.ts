import type { Store } from '../../types/store.ts';

/** A store to check, and a way to advance its time. */
export interface StoreUnderTest {
  /** Empty, or with a separate set of keys. */
  readonly store: Store;
  /** Advances the store's time by so many milliseconds: through its clock, or by making its entries that much older. */
  advance(ms: number): Promise<void>;
  /** The store's time in milliseconds since 1970, read from the same source as the store's. */
  date(): Promise<number>;
  /** Closes the store after its case. @default nothing is closed */
  close?(): Promise<void>;
}

/** Requirements by name. */
export type StoreCases = Readonly<Record<string, (under: StoreUnderTest) => Promise<void>>>;
