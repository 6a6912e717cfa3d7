import { ConfigError } from '../../errors.ts';

/** The options of `toFetch`. */
export interface ToFetchOptions {
  /**
   * The token that callers send as `Authorization: Bearer …` or `x-api-key`, or a list of accepted tokens.
   * With it every call is checked, those of an SDK in this process as well (as its `apiKey`). `false`: nobody is checked, because
   * something in front of it does that. Default: calls with an address, as SDKs in this process make them, are let in, and
   * calls with a `Request`, as servers make them, are refused with 401.
   */
  readonly token?: string | readonly string[] | false;
  /** The maximum size of a request body, in bytes. Larger bodies are refused with 413. Default: 32 MiB. */
  readonly maxBodyBytes?: number;
}

/** The validated options with defaults applied. */
export interface Settings {
  readonly tokens: readonly string[];
  /** `true` if a call with a `Request` needs no token. */
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
  return { tokens: checkTokens(token), open: token === false, maxBodyBytes };
}

// A token missing from the environment must not disable the check.
function checkTokens(token: ToFetchOptions['token'] | null): readonly string[] {
  if (token === undefined || token === false) return [];
  const tokens: readonly unknown[] = typeof token === 'string' ? [token] : Array.isArray(token) ? token : [];
  const sound = tokens.filter((entry) => typeof entry === 'string' && /^[\x21-\x7e]+$/.test(entry));
  if (tokens.length > 0 && sound.length === tokens.length) return sound as readonly string[];
  throw new ConfigError(
    'toFetch.token',
    'a token of visible ASCII characters, a list of at least one, or false',
    tokens.length === 0 ? (token === null ? 'null' : `a ${typeof token} without one`) : 'something else',
  );
}
