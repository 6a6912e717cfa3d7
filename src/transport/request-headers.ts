import type { CallAuth } from '../types/provider.ts';
import type { KeySource } from './credentials.ts';

/** Header values by name. */
export type HeaderValues = Readonly<Record<string, string>>;

/** The key of a vendor, and how it is sent. */
export interface Credentials {
  readonly key: KeySource;
  header(key: string): HeaderValues;
}

/** Which headers a transport sends. */
export interface HeaderOptions {
  /** Additional request headers that may be sent, in lower case. A trailing `*` matches any suffix. */
  readonly allowHeaders: readonly string[];
  /** Headers set on every request; they override the SDK's. */
  readonly headers?: HeaderValues | undefined;
  /**
   * The key, and the header that carries it.
   * @default none
   */
  readonly credentials?: Credentials | undefined;
}

/** Makes the headers of a request. */
export type RequestHeaders = (
  given: HeadersInit | undefined,
  auth: CallAuth | undefined,
) => HeaderValues | Promise<HeaderValues>;

const usualHeaders = ['accept', 'content-type', 'user-agent', 'x-stainless-*'];

/** The headers of requests, in order of precedence: the call's, the provider's, the key, the SDK's allowed ones. */
export function requestHeaders({ allowHeaders, headers = {}, credentials }: HeaderOptions): RequestHeaders {
  const fixed = lowerCased(headers);
  const allowedHeaders = headerFilter([...usualHeaders, ...allowHeaders]);
  // A key is the same for many requests.
  let lastKey = '';
  let lastHeader: HeaderValues | undefined;
  const headerOf = (value: string): HeaderValues | undefined => {
    lastKey = value;
    lastHeader = value === '' ? undefined : credentials?.header(value);
    return lastHeader;
  };
  return (given, auth) => {
    const key = credentials === undefined ? '' : (auth?.apiKey ?? credentials.key.next());
    const withKey = (value: string): HeaderValues => ({
      ...allowedHeaders(given),
      ...(value === lastKey ? lastHeader : headerOf(value)),
      ...fixed,
      ...(auth?.headers === undefined ? undefined : lowerCased(auth.headers)),
    });
    return typeof key === 'string' ? withKey(key) : key.then(withKey);
  };
}

/** Maximum number of header names that are remembered. Clients send the same few with every request. */
const mostNames = 256;

/** Copies the headers that may be sent, with lower-case names. */
function headerFilter(
  allowed: readonly string[],
): (given: HeadersInit | undefined) => Record<string, string> {
  const known = new Map<string, boolean>();
  const isAllowed = (name: string): boolean => {
    const found = allowed.some((each) =>
      each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each,
    );
    if (known.size < mostNames) known.set(name, found);
    return found;
  };
  return (given = {}) => {
    const headers: Record<string, string> = {};
    // Avoid creating a `Headers` object just to read it; that is the most expensive step here.
    if (given instanceof Headers || Symbol.iterator in given) {
      for (const [name, value] of given instanceof Headers ? given : new Headers(given))
        if (known.get(name) ?? isAllowed(name)) headers[name] = value;
      return headers;
    }
    for (const field in given) {
      const name = field.toLowerCase();
      if (known.get(name) ?? isAllowed(name)) headers[name] = given[field] ?? '';
    }
    return headers;
  };
}

function lowerCased(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
