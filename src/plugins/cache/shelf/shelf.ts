import type { Awaitable } from '../../../types/plugin.ts';

/** Which entries to drop: those that match every field that is set; all entries if none is. */
export interface Selector {
  /** The tenant or user of `scope`, or the name that a `scope` function returned. */
  readonly scope?: string;
  /** The route that the request was for. */
  readonly route?: string;
  /** A tag of the request that made the entry. */
  readonly tag?: string;
}

/** Properties by which entries can be selected. */
export interface Labels {
  readonly scope: string;
  readonly route: string;
  readonly tags: readonly string[];
}

/** How long an entry lives, and since when. Milliseconds. */
export interface Life {
  readonly ttl: number;
  /** How long ago its request began: an invalidation since then selects it as well. */
  readonly age: number;
}

/** The storage of entries: in this process, or in a store that processes share. */
export interface Shelf {
  /** Whether other processes may make an entry that is missing here. */
  readonly isShared: boolean;
  /**
   * The texts of the keys, in their order. `labels`: of the request that asks. Never rejects and never takes
   * long: an unavailable entry is `undefined`.
   */
  get(keys: readonly string[], labels: Labels): Awaitable<readonly (string | undefined)[]>;
  /** Stores a text. Resolves when that is done or has failed. Never rejects. */
  set(key: string, text: string, labels: Labels, life: Life): Awaitable<void>;
  /** Drops an entry that cannot be read. */
  drop(key: string): void;
  invalidate(selector: Selector): Awaitable<void>;
}

export function matches({ scope, route, tag }: Selector, labels: Labels): boolean {
  return (
    (scope === undefined || scope === labels.scope) &&
    (route === undefined || route === labels.route) &&
    (tag === undefined || labels.tags.includes(tag))
  );
}
