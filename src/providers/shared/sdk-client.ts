import { ConfigError } from '../../errors.ts';
import { toResponse } from '../../transport/response.ts';
import { type Exchange, newExchange, type Transport } from '../../transport/transport.ts';

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

/** Makes a client once, when it is first needed, with its package loaded only then. */
export function lazyClient<Client, Peer>(
  factory: string,
  peer: string,
  load: () => Promise<Peer>,
  make: (peer: Peer) => Client,
): () => Promise<Client> {
  let made: Promise<Client> | undefined;
  const loadAndMake = async (): Promise<Client> => {
    let loaded: Peer;
    try {
      loaded = await load();
    } catch {
      throw new ConfigError(
        factory,
        `the package "${peer}" to be installed, or a \`client\` to be given`,
        'neither',
      );
    }
    return make(loaded);
  };
  return () => {
    made ??= loadAndMake();
    return made;
  };
}
