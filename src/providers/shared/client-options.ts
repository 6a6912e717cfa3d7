import { ConfigError } from '../../errors.ts';
import { checkBaseURL, checkKey, fromEnvironment, refuseBrowser } from '../../transport/credentials.ts';
import type { Fetch } from '../../transport/transport.ts';
import type { KeyLimits } from '../../types/options/limit.ts';
import { fingerprint } from '../../util/fingerprint.ts';

/** What the options of all providers share. */
export interface ClientOptions {
  /** Default: the vendor's environment variable, but only for the vendor's own `baseURL`. */
  readonly apiKey?: string;
  /**
   * Several keys in place of `apiKey`. A request goes to the key with the least to do; one that is refused (401, 403), out of
   * credit or at its limit (429) is left alone while the next one is used. Where they are keys of one organisation they share
   * its limits, and there is nothing to gain.
   */
  readonly keys?: readonly string[];
  /** What the key, or each of the `keys`, may be sent, over all targets that use it. Default: no limit. */
  readonly limits?: KeyLimits;
  /** Where requests go. Default: the vendor's own address; variables of the environment do not change it. */
  readonly baseURL?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Used for all requests, for proxies and tests. Default: on Node its own HTTP client, which costs a third of its `fetch`;
   * elsewhere the runtime's `fetch`. Node's `fetch` is used too while the application has installed an agent for it
   * (`setGlobalDispatcher`, or `NODE_USE_ENV_PROXY` with a proxy), has put another function in its place, or traces it
   * (`undici:request:create`), so that proxies, mocks and tracing see what they would have seen.
   *
   * Node's client keeps up to 256 idle connections to an origin, for 30 seconds; of 2,048 in use, more wait for a free one no
   * longer than `timeout.connect`. It speaks HTTP/1.1 and asks for answers that are not compressed.
   */
  readonly fetch?: Fetch;
  /**
   * Names the account that the key belongs to. Signatures and encrypted thoughts in a conversation go back only to the account
   * that made them; name the account where its keys are used by several providers, or in `keys`. Default: each key is an
   * account of its own.
   */
  readonly account?: string;
  /** `true` lets the provider run in a web page, whose visitors can then read the key. Default: `false`. */
  readonly unsafeAllowBrowser?: boolean;
}

/** The same, checked and with nothing left open. */
export interface ResolvedClientOptions {
  readonly apiKey: string;
  readonly baseURL: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: Fetch | undefined;
  readonly account: string;
}

/** What a vendor is known by. */
export interface Vendor {
  /** The factory's name, for errors. */
  readonly factory: string;
  readonly baseURL: string;
  /** Variables of the environment that can hold the key, in order. */
  readonly keyVariables: readonly string[];
}

/**
 * Checks the options of a provider. A key from the environment belongs to its vendor: it is never sent to another address.
 *
 * @throws ConfigError naming the option; it never shows a key
 */
export function resolveClientOptions(options: ClientOptions, vendor: Vendor): ResolvedClientOptions {
  const { factory, keyVariables } = vendor;
  refuseBrowser(`${factory}.unsafeAllowBrowser`, options.unsafeAllowBrowser);
  const baseURL = checkBaseURL(`${factory}.baseURL`, options.baseURL ?? vendor.baseURL);
  const own = new URL(baseURL).origin === new URL(vendor.baseURL).origin;
  const found = own ? keyVariables.map(fromEnvironment).find((key) => key !== undefined) : undefined;
  const where = own ? keyVariables.join(' or ') : 'this option, because the baseURL is not the vendor’s own';
  const apiKey = checkKey(`${factory}.apiKey`, options.apiKey ?? found, where);
  return {
    apiKey,
    baseURL,
    headers: checkHeaders(`${factory}.headers`, options.headers ?? {}),
    fetch: options.fetch,
    account: options.account ?? fingerprint(`${new URL(baseURL).origin} ${apiKey}`),
  };
}

/** The account of a client that the application made, where its key can be seen. */
export function accountOfClient(client: object, account: string | undefined): string | undefined {
  const { apiKey } = client as { readonly apiKey?: unknown };
  return account ?? (typeof apiKey === 'string' ? fingerprint(apiKey) : undefined);
}

/** Refuses options that a provider does not have, so that a slip of the pen does not go unseen. */
export function checkKnown(factory: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new ConfigError(
        `${factory}.${name}`,
        `one of the options ${known.join(', ')}`,
        'an unknown option',
      );
    }
  }
}

function checkHeaders(
  option: string,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(headers)) {
    // What a header cannot hold would be printed by `fetch`, and it may be a secret.
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
      throw new ConfigError(option, 'names of headers', 'another name');
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
