import { ConfigError } from '../../errors.ts';
import type { IdentifyCaller } from './caller.ts';

/** The options of `toFetch`. */
export interface ToFetchOptions {
  /**
   * What callers have to send, as `Authorization: Bearer …` or as `x-api-key`: one token, or several of which any is accepted. With
   * it every call is checked, those of an SDK in this process as well (as its `apiKey`). A function identifies the caller
   * instead: what it returns are call options of that caller's requests, see `Caller`. `false`: no check, because something in
   * front of it does that.
   *
   * @default calls with a URL, as SDKs in this process make them, are accepted, and calls with a `Request`, as servers make them,
   * are refused with 401
   * @example
   * token: async (token) => {
   *   const account = await accounts.findByToken(token);
   *   return account && { tenant: account.id, metadata: { plan: account.plan } };
   * }
   */
  readonly token?: string | readonly string[] | IdentifyCaller | false;
  /** Most bytes of a request's body; larger ones are refused with 413 as soon as that is seen. Default: 32 MiB. */
  readonly maxBodyBytes?: number;
}

/** The options, checked and complete. */
export interface Settings {
  readonly tokens: readonly string[];
  /** In place of tokens: the function that knows them. */
  readonly identify: IdentifyCaller | undefined;
  /** Whether a call with a `Request` needs no token. */
  readonly open: boolean;
  readonly maxBodyBytes: number;
}

const names = ['token', 'maxBodyBytes'];

export function checkOptions(options: ToFetchOptions): Settings {
  for (const name of Object.keys(options)) {
    if (!names.includes(name))
      throw new ConfigError(`toFetch.${name}`, `one of ${names.join(', ')}`, 'an unknown option');
  }
  const { token, maxBodyBytes = 32 * 2 ** 20 } = options;
  if (!Number.isInteger(maxBodyBytes) || maxBodyBytes < 1) {
    throw new ConfigError('toFetch.maxBodyBytes', 'a whole number of at least 1', String(maxBodyBytes));
  }
  const identify = typeof token === 'function' ? token : undefined;
  return { tokens: checkTokens(token), identify, open: token === false, maxBodyBytes };
}

// A token that was to come from the environment and did not must not open the door.
function checkTokens(token: ToFetchOptions['token'] | null): readonly string[] {
  if (token === undefined || token === false || typeof token === 'function') return [];
  const tokens: readonly unknown[] = typeof token === 'string' ? [token] : Array.isArray(token) ? token : [];
  const sound = tokens.filter((entry) => typeof entry === 'string' && /^[\x21-\x7e]+$/.test(entry));
  if (tokens.length > 0 && sound.length === tokens.length) return sound as readonly string[];
  throw new ConfigError(
    'toFetch.token',
    'a token of visible ASCII characters, a list of at least one, a function, or false',
    tokens.length === 0 ? (token === null ? 'null' : `a ${typeof token} without one`) : 'something else',
  );
}
