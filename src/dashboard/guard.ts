import { digest, same } from '../util/hash.ts';
import type { Settings } from './options.ts';
import { refusal } from './responses.ts';

/** Why a request is refused; `undefined` if it may pass. */
export type Guard = (request: Request) => Promise<Response | undefined> | Response | undefined;

/**
 * Refuses requests that no page of this dashboard sends: other methods, a foreign `Host` (DNS rebinding), a foreign `Origin`, and
 * requests that the browser reports as coming from another site (https://www.w3.org/TR/fetch-metadata/).
 */
export function originGuard({ hosts }: Pick<Settings, 'hosts'>): (request: Request) => Response | undefined {
  return (request) => {
    const { method, headers, url } = request;
    if (method !== 'GET' && method !== 'HEAD')
      return refusal(405, 'the dashboard only reads', { allow: 'GET, HEAD' });
    const host = (headers.get('host') ?? new URL(url).host).toLowerCase();
    if (!hosts.includes(host) && !hosts.includes(host.replace(/:\d+$/, '')))
      return refusal(403, 'this host is not in the option hosts');
    const origin = headers.get('origin');
    if (origin !== null && hostOf(origin) !== host)
      return refusal(403, 'requests of other sites are refused');
    return undefined;
  };
}

/** Refuses requests for data without the token, in constant time, or from another site. */
export function tokenGuard({ token }: Pick<Settings, 'token'>): Guard {
  let known: Uint8Array | undefined;
  return async ({ headers }) => {
    const site = headers.get('sec-fetch-site');
    if (site !== null && site !== 'same-origin' && site !== 'none')
      return refusal(403, 'requests of other sites are refused');
    const given = /^bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? '';
    // Not a promise that several requests share: Workers do not allow it.
    known ??= await digest(token);
    if (same(known, await digest(given)) === 1) return undefined;
    return refusal(401, given === '' ? 'the token is missing' : 'the token is wrong', {
      'www-authenticate': 'Bearer',
    });
  };
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host.toLowerCase();
  } catch {
    return undefined; // `null`, of a sandboxed page
  }
}
