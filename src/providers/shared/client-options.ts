import { ConfigError } from '../../errors.ts';
import {
  type ApiKey,
  checkBaseURL,
  type KeySource,
  keySource,
  refuseBrowser,
} from '../../transport/credentials.ts';
import type { Fetch } from '../../transport/transport.ts';
import type { KeyLimits } from '../../types/options/limit.ts';
import { fingerprint } from '../../util/fingerprint.ts';

/** Options shared by all providers. */
export interface ClientOptions {
  /**
   * The API key, or a function that returns the current one, for keys that change: Entra ID tokens, rotated secrets. The function
   * runs for each request, so it should cache. A key is needed by the first request, not before.
   *
   * @default the vendor's environment variable, if `baseURL` is the vendor's own
   * @example
   * apiKey: getBearerTokenProvider(new DefaultAzureCredential(), 'https://cognitiveservices.azure.com/.default')
   */
  readonly apiKey?: ApiKey | undefined;
  /**
   * Several API keys, instead of `apiKey`. Each request goes to the least busy key. A key that is rejected
   * (401, 403), out of credit or rate-limited (429) cools down while the others are used. Keys of one
   * organization share its limits, so they add no capacity. A key that is undefined or empty is an error of the requests that
   * would use it; if all are, the vendor's environment variable is read.
   */
  readonly keys?: readonly (string | undefined)[] | undefined;
  /**
   * Limits for the key, or for each of the `keys`, across all targets that use it.
   *
   * @default no limit
   */
  readonly limits?: KeyLimits;
  /**
   * Base URL for requests. Environment variables do not change it.
   *
   * @default the vendor's own address
   */
  readonly baseURL?: string;
  /** Headers sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * A `fetch` function for all requests, for proxies and tests. By default, Node uses its own HTTP client,
   * which costs a third of its `fetch`; other runtimes use their `fetch`. Node's `fetch` is also used if the
   * application has installed an agent for it (`setGlobalDispatcher`, or `NODE_USE_ENV_PROXY` with a proxy),
   * replaced it, or traces it (`undici:request:create`), so that proxies, mocks and tracing keep working.
   *
   * Node's client uses HTTP/1.1, with a connection for each request in flight, which stays open for 30 seconds after its
   * last response, and requests uncompressed responses. To bound the number of connections, set the `concurrency` of a
   * target or key: its requests then wait in the router's queue.
   */
  readonly fetch?: Fetch;
  /**
   * The account that the key belongs to. Signatures and encrypted reasoning in a conversation are returned
   * only to the account that created them. Set this if several providers, or several `keys`, use keys of one
   * account.
   *
   * @default each key is a separate account; an `apiKey` function is one account
   */
  readonly account?: string;
  /**
   * Allows the provider to run in a web page, whose visitors can then read the key.
   *
   * @default false
   */
  readonly unsafeAllowBrowser?: boolean;
}

/** Validated client options with defaults applied. */
export interface ResolvedClientOptions {
  readonly key: KeySource;
  readonly baseURL: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: Fetch | undefined;
  readonly account: string;
  /** The account of another key at this address. */
  accountOf(apiKey: string): string;
}

/** The defaults of a vendor. */
export interface Vendor {
  /** The name of the factory, for errors. */
  readonly factory: string;
  readonly baseURL: string;
  /** Environment variables for the key, in order of precedence. */
  readonly keyVariables: readonly string[];
}

/**
 * Validates the options of a provider. A key from the environment belongs to its vendor and is never sent to
 * another address.
 *
 * @throws ConfigError naming the option; it never shows a key
 */
export function resolveClientOptions(options: ClientOptions, vendor: Vendor): ResolvedClientOptions {
  const { factory, keyVariables } = vendor;
  refuseBrowser(`${factory}.unsafeAllowBrowser`, options.unsafeAllowBrowser);
  const baseURL = checkBaseURL(`${factory}.baseURL`, options.baseURL ?? vendor.baseURL);
  const own = new URL(baseURL).origin === new URL(vendor.baseURL).origin;
  const key = keySource(factory, options.apiKey, own ? keyVariables : []);
  const accountOf = (apiKey: string): string => fingerprint(`${new URL(baseURL).origin} ${apiKey}`);
  return {
    key,
    baseURL,
    headers: checkHeaders(`${factory}.headers`, options.headers ?? {}),
    fetch: options.fetch,
    account: options.account ?? accountOf(key.known ?? ''),
    accountOf,
  };
}

/** The account of an injected client: the given name, or a fingerprint of its key if the key is visible. */
export function accountOfClient(client: object, account: string | undefined): string | undefined {
  const { apiKey } = client as { readonly apiKey?: unknown };
  return account ?? (typeof apiKey === 'string' ? fingerprint(apiKey) : undefined);
}

function checkHeaders(
  option: string,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(headers)) {
    // Checked here, because `fetch` would print an invalid value, which may be a secret.
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
      throw new ConfigError(option, 'valid header names', 'an invalid name');
    if (typeof value !== 'string' || !/^[\t\x20-\x7e]*$/.test(value)) {
      throw new ConfigError(`${option}[${JSON.stringify(name)}]`, 'printable ASCII text', 'something else');
    }
  }
  return headers;
}

export const clientOptionNames = [
  'apiKey',
  'keys',
  'limits',
  'baseURL',
  'headers',
  'fetch',
  'account',
  'unsafeAllowBrowser',
] as const;
