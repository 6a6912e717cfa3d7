import type { Clock } from '../../../types/clock.ts';
import { type Labels, matches, type Selector, type Shelf } from './shelf.ts';

interface Kept {
  readonly key: string;
  readonly text: string;
  readonly labels: Labels;
  readonly expiresAt: number;
  readonly bytes: number;
  /** Its neighbors by last use. */
  older: Kept | undefined;
  newer: Kept | undefined;
}

/** The size of an entry besides its text and key: the map's slot, the objects, the labels. An estimate. */
const overhead = 200;
/** Expired entries to look for with each write: more than a write adds. */
const sweep = 2;
/** Milliseconds for which invalidations are remembered for requests in flight: no request takes longer. */
const longestRequest = 900_000;

/**
 * Entries in the memory of this process, the least recently used evicted first. They are linked by last use, so that each operation
 * takes constant time: the first key of a `Map` whose first keys are deleted again and again takes longer to find the larger it is.
 */
export function memoryShelf(maxBytes: number, clock: Clock): Shelf & { readonly bytes: number } {
  const kept = new Map<string, Kept>();
  let oldest: Kept | undefined;
  let newest: Kept | undefined;
  let bytes = 0;
  let invalidations: readonly { readonly selector: Selector; readonly at: number }[] = [];

  const unlink = ({ older, newer }: Kept): void => {
    if (older === undefined) oldest = newer;
    else older.newer = newer;
    if (newer === undefined) newest = older;
    else newer.older = older;
  };
  const append = (entry: Kept): void => {
    entry.older = newest;
    entry.newer = undefined;
    if (newest === undefined) oldest = entry;
    else newest.newer = entry;
    newest = entry;
  };
  const remove = (entry: Kept | undefined): void => {
    if (entry === undefined) return;
    unlink(entry);
    bytes -= entry.bytes;
    kept.delete(entry.key);
  };
  const read = (key: string): string | undefined => {
    const entry = kept.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresAt <= clock.date()) {
      remove(entry);
      return undefined;
    }
    unlink(entry);
    append(entry);
    return entry.text;
  };
  const removeExpired = (): void => {
    let entry = oldest;
    for (let looked = 0; looked < sweep && entry !== undefined; looked++) {
      const { newer } = entry;
      if (entry.expiresAt <= clock.date()) remove(entry);
      entry = newer;
    }
  };

  return {
    isShared: false,
    get bytes() {
      return bytes;
    },
    get: (keys) => keys.map(read),
    set(key, text, labels, { ttl, age }) {
      remove(kept.get(key));
      const begun = clock.now() - age;
      if (invalidations.some(({ selector, at }) => at >= begun && matches(selector, labels))) return;
      removeExpired();
      // Strings take up to two bytes a character.
      const size = 2 * (key.length + text.length) + overhead;
      if (size > maxBytes) return;
      const expiresAt = clock.date() + ttl;
      const entry: Kept = { key, text, labels, expiresAt, bytes: size, older: undefined, newer: undefined };
      kept.set(key, entry);
      append(entry);
      bytes += size;
      while (bytes > maxBytes) remove(oldest);
    },
    drop: (key) => remove(kept.get(key)),
    invalidate(selector) {
      const now = clock.now();
      const recent = invalidations.filter(({ at }) => now - at < longestRequest);
      invalidations = [...recent, { selector, at: now }];
      for (const entry of kept.values()) if (matches(selector, entry.labels)) remove(entry);
    },
  };
}
