import type { Plugin } from 'signalbox';
import { type Cache, type CacheOptions, cache } from 'signalbox/cache';
import { type World, world } from '../../support/requests.ts';

/** A world whose router has a cache. */
export interface CachedWorld extends World {
  readonly cache: Cache;
  /** Calls that vendors got. */
  calls(target?: string): number;
}

export function cached(
  targets: Parameters<typeof world>[0],
  options: CacheOptions = {},
  more: NonNullable<Parameters<typeof world>[1]> & { readonly plugins?: readonly Plugin[] } = {},
): CachedWorld {
  const own = cache(options);
  const all = world(targets, { ...more, plugins: [...(more.plugins ?? []), own] });
  const count = (id: string): number => {
    const { calls = [], embedCalls = [] } = all.providers[id] ?? {};
    return calls.length + embedCalls.length;
  };
  return {
    ...all,
    cache: own,
    calls: (target) =>
      target === undefined
        ? Object.keys(all.providers).reduce((sum, id) => sum + count(id), 0)
        : count(target),
  };
}

/** The tenant of most requests of these tests. */
export const acme = { tenant: 'acme' } as const;
