import type { RequestContext } from '../../types/plugin.ts';
import { type Group, groupOf, labelsOf } from './keys/identity.ts';
import type { CacheCallOptions, Settings } from './options.ts';
import type { Labels } from './shelf/shelf.ts';

/** The cache options of one request. */
export interface CacheCall {
  readonly group: Group;
  readonly labels: Labels;
  readonly ttl: number;
  readonly refresh: boolean;
  readonly maxAge: number;
}

/** Whether a request bypasses the cache, known at its start. */
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
