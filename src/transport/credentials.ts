import { ConfigError } from '../errors.ts';

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
export function checkKey(option: string, key: unknown, environment: string): string {
  if (key === undefined) throw new ConfigError(option, `an API key, here or in ${environment}`, 'none');
  if (typeof key !== 'string') throw new ConfigError(option, 'an API key as a string', typeof key);
  const trimmed = key.trim();
  if (trimmed === '') throw new ConfigError(option, 'an API key', 'an empty string');
  if (!/^[\x21-\x7e]+$/.test(trimmed)) {
    throw new ConfigError(option, 'an API key of printable ASCII characters', 'one with other characters');
  }
  return trimmed;
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
