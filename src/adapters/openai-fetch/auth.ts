import { HttpError } from './errors.ts';
import type { Settings } from './options.ts';

/** Throws unless the caller is authorized. */
export type Guard = (headers: Headers, remote: boolean) => Promise<void>;

/**
 * Checks callers against the configured tokens. Compares SHA-256 digests in constant time, so that the response time does not
 * reveal how close a guess was.
 */
export function createGuard({ tokens, open }: Settings): Guard {
  let digests: Promise<readonly Uint8Array[]> | undefined;
  return async (headers, remote) => {
    if (tokens.length === 0) {
      if (!remote || open) return;
      throw refused('requests from servers need a token: pass toFetch a token, or token: false');
    }
    digests ??= Promise.all(tokens.map(digest));
    const shown = await Promise.all(shownIn(headers).map(digest));
    let known = 0;
    for (const token of await digests) for (const given of shown) known |= same(token, given);
    if (known === 0) throw refused(shown.length === 0 ? 'the token is missing' : 'the token is invalid');
  };
}

function refused(message: string): HttpError {
  return new HttpError({ status: 401, code: 'invalid_api_key', message });
}

function shownIn(headers: Headers): readonly string[] {
  const bearer = /^bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  return [bearer, headers.get('x-api-key')?.trim()].flatMap((token) => token || []);
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

/** 1 if all bytes are equal, else 0, in constant time. */
function same(a: Uint8Array, b: Uint8Array): 0 | 1 {
  let difference = a.length ^ b.length;
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0);
  return difference === 0 ? 1 : 0;
}
