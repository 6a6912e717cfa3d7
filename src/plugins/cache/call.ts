import type { RequestContext } from '../../types/plugin.ts';
import { type Group, groupOf, labelsOf } from './keys/identity.ts';
import type { CacheCallOptions, Settings } from './options.ts';
import type { Labels } from './shelf/shelf.ts';

/** What one request asks of the cache. */
export interface CacheCall {
  readonly group: Group;
  readonly labels: Labels;
  readonly ttl: number;
  readonly refresh: boolean;
  readonly maxAge: number;
}

/** Whether a request has nothing to do with the cache, which is known when it begins. */
export function isOff({ options, shadow }: RequestContext): boolean {
  return options.cache === false || shadow;
}

/** `undefined`: the request has no entries. */
export function cacheCallOf(context: RequestContext, settings: Settings): CacheCall | undefined {
  const { cache = {} } = context.options;
  if (cache === false) return undefined;
  const group = groupOf(context, cache.scope ?? settings.scope);
  if (group === undefined) return undefined;
  const { ttl = settings.ttl, refresh = false, maxAge = Number.POSITIVE_INFINITY }: CacheCallOptions = cache;
  return { group, labels: labelsOf(context, group), ttl, refresh, maxAge };
}
