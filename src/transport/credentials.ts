import { ConfigError, ProviderError } from '../errors.ts';

/** Reads an environment variable, on runtimes that have them. Empty counts as unset. */
export function fromEnvironment(name: string): string | undefined {
  const env = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env;
  const value = env?.[name];
  return value === undefined || value === '' ? undefined : value;
}

/**
 * Validates an API key. Trims surrounding whitespace (keys read from files often end in a newline) and
 * rejects anything a header cannot carry, because `fetch` would print the key in its error. The error never
 * shows the key.
 */
export function checkKey(option: string, key: unknown): string {
  if (typeof key !== 'string')
    throw new ConfigError(option, 'an API key as a string', key === undefined ? 'none' : typeof key);
  const trimmed = key.trim();
  if (trimmed === '') throw new ConfigError(option, 'an API key', 'an empty string');
  if (!/^[\x21-\x7e]+$/.test(trimmed)) {
    throw new ConfigError(option, 'an API key of printable ASCII characters', 'one with other characters');
  }
  return trimmed;
}

/** An API key, or a function that returns the current one: called for each request, so it should cache. */
export type ApiKey = string | (() => string | PromiseLike<string>);

/** Supplies the key of each request. */
export interface KeySource {
  /** The key, if it is known without a request. */
  readonly known: string | undefined;
  /** The key for a request. Throws `ProviderError` of kind `auth` if there is none. */
  next(): string | Promise<string>;
}

/**
 * The source of a key. A missing key is no error until a request needs it, so that applications can be built and tested without
 * keys.
 *
 * @param variables environment variables to read; none if their key belongs to another address
 */
export function keySource(
  factory: string,
  given: ApiKey | undefined,
  variables: readonly string[],
): KeySource {
  const option = `${factory}.apiKey`;
  if (typeof given === 'function') return { known: undefined, next: () => fromFunction(factory, given) };
  const fixed = isMissing(given) ? undefined : checkKey(option, given);
  const known = fixed ?? readKey(option, variables);
  if (known !== undefined) return { known, next: () => known };
  return {
    known,
    next() {
      const late = readKey(option, variables);
      if (late !== undefined) return late;
      const where = variables.length === 0 ? '' : `set ${variables.join(' or ')}, or `;
      const why = variables.length === 0 ? ', because the baseURL is not the vendor’s own' : '';
      throw missing(factory, `no API key: ${where}pass the option ${option}${why}`);
    },
  };
}

function readKey(option: string, variables: readonly string[]): string | undefined {
  const found = variables.map(fromEnvironment).find((key) => key !== undefined);
  return found === undefined ? undefined : checkKey(option, found);
}

async function fromFunction(factory: string, get: () => string | PromiseLike<string>): Promise<string> {
  let key: unknown;
  try {
    key = await get();
  } catch (cause) {
    if (cause instanceof ProviderError && cause.vendorCode === noKeyCode) throw cause;
    throw missing(factory, `no API key: the function ${factory}.apiKey failed`, cause);
  }
  try {
    return checkKey(`${factory}.apiKey`, key);
  } catch {
    throw missing(factory, `no API key: the function ${factory}.apiKey returned no valid key`);
  }
}

/** Code of the error for a missing key. */
const noKeyCode = 'no_api_key';

/** Whether an option for a key has no value, for example because an environment variable is not set. */
export function isMissing(key: unknown): key is undefined {
  return key === undefined || (typeof key === 'string' && key.trim() === '');
}

/** Stands in for a key without a value: requests that need it fail with an error that names the option. */
export function missingKey(factory: string, option: string): () => never {
  return () => {
    const advice = 'set the environment variable that it is read from';
    throw missing(factory, `no API key: ${option} is undefined or empty; ${advice}`);
  };
}

function missing(provider: string, summary: string, cause?: unknown): ProviderError {
  return new ProviderError({
    kind: 'auth',
    scope: 'key',
    provider,
    code: noKeyCode,
    summary,
    answered: false,
    cause,
  });
}

/** Validates a base URL: `http(s):`, without credentials, query or fragment. Removes trailing slashes. */
export function checkBaseURL(option: string, baseURL: string): string {
  let url: URL;
  try {
    url = new URL(baseURL);
  } catch {
    throw new ConfigError(option, 'an absolute URL', 'something else');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new ConfigError(option, 'an http: or https: URL', url.protocol);
  }
  if (url.username !== '' || url.password !== '') {
    throw new ConfigError(option, 'a URL without credentials', 'one with a user or password');
  }
  if (url.search !== '' || url.hash !== '') {
    throw new ConfigError(option, 'a URL without query or fragment', 'one that has them');
  }
  return url.href.replace(/\/+$/, '');
}

/** Requires an explicit opt-in for keys in browsers, where every visitor can read them. */
export function refuseBrowser(option: string, allowed: boolean | undefined): void {
  if (allowed === true) return;
  const page = globalThis as { window?: unknown; document?: unknown };
  if (page.window !== undefined && page.document !== undefined) {
    throw new ConfigError(
      option,
      '`true`, because API keys in a browser are visible to its user',
      String(allowed),
    );
  }
}
