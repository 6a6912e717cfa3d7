import { ConfigError } from '../errors.ts';

/** Reads an environment variable where the runtime has any; empty counts as absent. */
export function fromEnvironment(name: string): string | undefined {
  const env = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env;
  const value = env?.[name];
  return value === undefined || value === '' ? undefined : value;
}

/**
 * Checks an API key: white space around it is cut off (keys read from files often end in a newline), and anything a
 * header cannot carry is refused here, because `fetch` would print the key in its error. The error never shows the key.
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

/** Checks the address of a vendor: `http(s):`, no credentials, query or fragment in it; a slash at its end is cut off. */
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

/** A key in a web page belongs to everybody who opens it, so browsers need a deliberate word. */
export function refuseBrowser(option: string, allowed: boolean | undefined): void {
  if (allowed === true) return;
  const page = globalThis as { window?: unknown; document?: unknown };
  if (page.window !== undefined && page.document !== undefined) {
    throw new ConfigError(
      option,
      '`true`, because keys in a browser are visible to its user',
      String(allowed),
    );
  }
}
