import { ConfigError, ProviderError } from '../../errors.ts';
import { requirePackage } from '../../transport/node/modules.ts';
import { toResponse } from '../../transport/response.ts';
import { type Exchange, newExchange, type Transport } from '../../transport/transport.ts';
import { asObject, asText } from '../../util/json.ts';

/** The key under which an exchange travels through an SDK, in the options that it hands on to `fetch`. */
const exchangeKey = Symbol('signalbox.exchange');

/** `fetchOptions` for one call of an SDK that hands them on: so that the transport knows which call it serves. */
export function withExchange(exchange: Exchange): { readonly [exchangeKey]: Exchange } {
  return { [exchangeKey]: exchange };
}

/** The transport as a `fetch` for such an SDK. */
export function sdkFetch(transport: Transport): (input: unknown, init?: RequestInit) => Promise<Response> {
  return async (input, init: RequestInit & { readonly [exchangeKey]?: Exchange } = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    return toResponse(await transport.send(url, init, init[exchangeKey] ?? newExchange(false)), url);
  };
}

/**
 * Makes a client when it is first needed, with its package loaded only then. Each request loads for itself until there is a
 * client: what one of them could not load, another one may, and the runtime loads a package only once anyway.
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
 * A package that is missing is a mistake in the configuration. One that is there and cannot be loaded (no file handles left,
 * no permission to read) is this process's trouble for the moment: another target may do, or the same one a little later.
 */
function notLoaded(factory: string, peer: string, error: unknown): ConfigError | ProviderError {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const reason =
    (asText(asObject(cause)?.['message']) ?? String(cause)).split('\n', 1)[0]?.slice(0, longestReason) ?? '';
  if (saysMissing(reason, peer)) {
    const expected = `the package "${peer}" to be installed, or a \`client\` to be given`;
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

/** Characters of a runtime's own words that are repeated. */
const longestReason = 300;

/** All runtimes quote the name of a package that they do not find, and nothing else looks like it. */
function saysMissing(reason: string, peer: string): boolean {
  return ['"', "'", '`'].some((quote) => reason.includes(quote + peer + quote));
}
