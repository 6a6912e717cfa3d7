import { ConfigError, ProviderError } from '../../errors.ts';
import { requirePackage } from '../../transport/node/modules.ts';
import { toResponse } from '../../transport/response.ts';
import { type Exchange, newExchange, type Transport } from '../../transport/transport.ts';
import { asObject, asText } from '../../util/json.ts';

/** The key for an exchange in the options that an SDK passes to `fetch`. */
const exchangeKey = Symbol('signalbox.exchange');

/** The key that SDKs are created with. Our transport replaces it by the key of each request. */
export const placeholder = 'none';

/** `fetchOptions` for one SDK call, so that the transport can identify the call. */
export function withExchange(exchange: Exchange): { readonly [exchangeKey]: Exchange } {
  return { [exchangeKey]: exchange };
}

/** Wraps the transport as a `fetch` for an SDK that passes `fetchOptions`. */
export function sdkFetch(transport: Transport): (input: unknown, init?: RequestInit) => Promise<Response> {
  return async (input, init: RequestInit & { readonly [exchangeKey]?: Exchange } = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    return toResponse(await transport.send(url, init, init[exchangeKey] ?? newExchange(false)), url);
  };
}

/**
 * Creates a client, and loads its package, on first use. Each request loads the package itself until a client
 * exists, because a later request may succeed where an earlier one failed; the runtime loads a package only
 * once anyway.
 */
export function lazyClient<Client, Peer>(
  factory: string,
  peer: string,
  load: () => Promise<Peer>,
  make: (peer: Peer) => Client,
): () => Promise<Client> {
  let made: Promise<Client> | undefined;
  const loadAndMake = async (): Promise<Client> => {
    const loaded = await load().catch((error: unknown) => requireInstead(error));
    made ??= Promise.resolve(make(loaded));
    return made;
  };
  const requireInstead = (error: unknown): Peer => {
    try {
      return requirePackage(peer) as Peer;
    } catch {
      throw notLoaded(factory, peer, error);
    }
  };
  return () => made ?? loadAndMake();
}

/**
 * A missing package is a configuration error. A package that exists but cannot be loaded (no file handles
 * left, no read permission) is a temporary problem of this process: another target, or a later retry, may
 * succeed.
 */
function notLoaded(factory: string, peer: string, error: unknown): ConfigError | ProviderError {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const reason =
    (asText(asObject(cause)?.['message']) ?? String(cause)).split('\n', 1)[0]?.slice(0, longestReason) ?? '';
  if (reportsMissing(reason, peer)) {
    const expected = `the package "${peer}" to be installed, or a \`client\``;
    return new ConfigError(factory, expected, 'neither');
  }
  return new ProviderError({
    kind: 'network',
    scope: 'request',
    provider: factory,
    code: 'sdk_not_loaded',
    summary: `the package "${peer}" could not be loaded: ${reason}`,
    cause: error,
  });
}

/** Longest runtime message to include, in characters. */
const longestReason = 300;

/**
 * Whether a message reports a missing package. All runtimes quote the name of a package they cannot find, and
 * no other message does.
 */
function reportsMissing(reason: string, peer: string): boolean {
  return ['"', "'", '`'].some((quote) => reason.includes(quote + peer + quote));
}
