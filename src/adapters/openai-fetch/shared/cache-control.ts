import type { CallOptions } from '../../../types/options/call-options.ts';
import type { Decision } from '../../../types/result/decision.ts';
import type { Router } from '../../../types/router.ts';

/**
 * The call option of `signalbox/cache` for a request's `Cache-Control`, if the router has that plugin: `no-store` neither reads nor
 * stores, `no-cache` only stores, `max-age` limits the age of what answers, in seconds
 * (https://www.rfc-editor.org/rfc/rfc9111#section-5.2.1). Other directives have no meaning here.
 */
export function cacheOptions(headers: Headers, { plugins }: Router): Pick<CallOptions, 'cache'> {
  const control = headers.get('cache-control');
  if (control === null || !plugins.includes('cache')) return {};
  const directives = control.toLowerCase().split(/\s*,\s*/);
  if (directives.includes('no-store')) return { cache: false };
  if (directives.includes('no-cache')) return { cache: { refresh: true } };
  const seconds = directives.map((directive) => /^max-age=(\d+)$/.exec(directive)?.[1]).find(Boolean);
  return seconds === undefined ? {} : { cache: { maxAge: 1_000 * Number(seconds) } };
}

/** Where the answer came from, as a header: `hit`, `stale`, `coalesced`, `partial` or `miss`. */
export function cacheHeader(decision: Decision | undefined): { readonly 'x-signalbox-cache'?: string } {
  const missed = decision?.notes?.find(({ facts }) => typeof facts['cache'] === 'string');
  const source = decision?.lookup?.source ?? missed?.facts['cache'];
  return typeof source === 'string' ? { 'x-signalbox-cache': source } : {};
}
