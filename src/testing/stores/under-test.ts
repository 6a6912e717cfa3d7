import type { Store } from '../../types/store.ts';

/** A store to check, and how to let its time pass. */
export interface StoreUnderTest {
  /** Empty, or with keys of its own. */
  readonly store: Store;
  /** Lets so many milliseconds of the store's time pass: by its clock, or by making what it holds as much older. */
  advance(ms: number): Promise<void>;
  /** The store's time in milliseconds since 1970, read from where the store reads it. */
  date(): Promise<number>;
  /** Closes the store after its case. @default nothing is closed */
  close?(): Promise<void>;
}

/** Requirements by name. */
export type StoreCases = Readonly<Record<string, (under: StoreUnderTest) => Promise<void>>>;
