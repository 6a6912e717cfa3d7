import { ConfigError } from '../../errors.ts';
import { digest, same } from '../../util/hash.ts';
import { show } from '../../util/option-check.ts';
import { anyone, type Caller, type TokenRequest } from './caller.ts';
import { HttpError } from './errors.ts';
import type { Settings } from './options.ts';

/** Identifies the caller of a request, or refuses it with 401. */
export type Guard = (call: TokenRequest & { readonly remote: boolean }) => Promise<Caller>;

/**
 * Checks callers against the configured tokens, or with the application's function. Compares SHA-256 digests in constant time, so
 * that the response time does not reveal how close a guess was.
 */
export function createGuard({ tokens, open, identify }: Settings): Guard {
  let digests: Promise<readonly Uint8Array[]> | undefined;
  return async ({ headers, url, method, remote }) => {
    const shown = shownIn(headers);
    if (identify !== undefined) {
      for (const token of shown) {
        const caller = await identify(token, { url, method, headers });
        if (caller !== undefined) return checkCaller(caller);
      }
      throw unknown(shown);
    }
    if (tokens.length === 0) {
      if (!remote || open) return anyone;
      throw refused('requests from servers need a token: pass toFetch a token, or token: false');
    }
    digests ??= Promise.all(tokens.map(digest));
    const given = await Promise.all(shown.map(digest));
    let known = 0;
    for (const token of await digests) for (const one of given) known |= same(token, one);
    if (known === 0) throw unknown(shown);
    return anyone;
  };
}

function unknown(shown: readonly string[]): HttpError {
  return refused(shown.length === 0 ? 'the token is missing' : 'the token is invalid');
}

/** A lookup that returns `null` or `false` for "not found" must not grant access. */
function checkCaller(caller: unknown): Caller {
  if (typeof caller === 'object' && caller !== null && !Array.isArray(caller)) return caller;
  throw new ConfigError('toFetch.token', 'call options or undefined from the function', show(caller));
}

function refused(message: string): HttpError {
  return new HttpError({ status: 401, code: 'invalid_api_key', message });
}

/** The tokens of a request. */
export function shownIn(headers: Headers): readonly string[] {
  const bearer = /^bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  return [bearer, headers.get('x-api-key')?.trim()].flatMap((token) => token || []);
}
