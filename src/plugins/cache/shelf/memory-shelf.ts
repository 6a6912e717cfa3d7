import type { Clock } from '../../../types/clock.ts';
import { type Labels, matches, type Selector, type Shelf } from './shelf.ts';

interface Kept {
  readonly text: string;
  readonly labels: Labels;
  readonly expiresAt: number;
  readonly bytes: number;
}

/** What an entry takes besides its text and key: the map's slot, the objects, the labels. An estimate. */
const overhead = 200;
/** Expired entries to look for with each write: more than a write adds. */
const sweep = 2;
/** Milliseconds for which invalidations are remembered for requests in flight: no request takes longer. */
const longestRequest = 900_000;

/**
 * Entries in the memory of this process, the least recently used evicted first. A `Map` keeps the order of
 * insertion, so that moving an entry to the end and evicting the first take constant time.
 */
export function memoryShelf(maxBytes: number, clock: Clock): Shelf & { readonly bytes: number } {
  const kept = new Map<string, Kept>();
  let bytes = 0;
  let invalidations: readonly { readonly selector: Selector; readonly at: number }[] = [];

  const remove = (key: string): void => {
    const entry = kept.get(key);
    if (entry === undefined) return;
    bytes -= entry.bytes;
    kept.delete(key);
  };
  const read = (key: string): string | undefined => {
    const entry = kept.get(key);
    if (entry === undefined) return undefined;
    kept.delete(key);
    if (entry.expiresAt <= clock.date()) {
      bytes -= entry.bytes;
      return undefined;
    }
    kept.set(key, entry);
    return entry.text;
  };
  const removeExpired = (): void => {
    let looked = 0;
    for (const [key, { expiresAt }] of kept) {
      if (expiresAt <= clock.date()) remove(key);
      if (++looked === sweep) return;
    }
  };

  return {
    isShared: false,
    get bytes() {
      return bytes;
    },
    get: (keys) => keys.map(read),
    set(key, text, labels, { ttl, age }) {
      remove(key);
      const begun = clock.now() - age;
      if (invalidations.some(({ selector, at }) => at >= begun && matches(selector, labels))) return;
      removeExpired();
      // Strings take up to two bytes a character.
      const size = 2 * (key.length + text.length) + overhead;
      if (size > maxBytes) return;
      kept.set(key, { text, labels, expiresAt: clock.date() + ttl, bytes: size });
      bytes += size;
      for (const oldest of kept.keys()) {
        if (bytes <= maxBytes) break;
        remove(oldest);
      }
    },
    drop: remove,
    invalidate(selector) {
      const now = clock.now();
      const recent = invalidations.filter(({ at }) => now - at < longestRequest);
      invalidations = [...recent, { selector, at: now }];
      for (const [key, { labels }] of kept) if (matches(selector, labels)) remove(key);
    },
  };
}
