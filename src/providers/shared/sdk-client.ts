import { ConfigError, ProviderError } from '../../errors.ts';
import { requirePackage } from '../../transport/node/modules.ts';
import { LeanResponse } from '../../transport/response.ts';
import { Exchange, type Transport } from '../../transport/transport.ts';
import { asObject, asText } from '../../util/json.ts';

/** The key for an exchange in the options that an SDK passes to `fetch`. */
const exchangeKey = Symbol('signalbox.exchange');

/** The key that SDKs are created with. Our transport replaces it by the key of each request. */
export const placeholder = 'none';

/** `fetchOptions` for one SDK call, so that the transport can identify the call. A class: see {@link Exchange}. */
export class FetchOptions {
  declare readonly [exchangeKey]: Exchange;

  constructor(exchange: Exchange) {
    this[exchangeKey] = exchange;
  }
}

/** Wraps the transport as a `fetch` for an SDK that passes `fetchOptions`. */
export function sdkFetch(transport: Transport): (input: unknown, init?: RequestInit) => Promise<Response> {
  return async (input, init: RequestInit & { readonly [exchangeKey]?: Exchange } = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    return new LeanResponse(await transport.send(url, init, init[exchangeKey] ?? new Exchange(false)), url);
  };
}

/** The methods of an SDK's client that write a request; the base of `openai` and of `@anthropic-ai/sdk`. */
interface RequestWriter {
  post(path: string, options?: object | PromiseLike<object>): unknown;
  buildRequest(options: object): WrittenRequest | Promise<WrittenRequest>;
  /** Hooks, which subclasses override. */
  prepareOptions?(options: object): Promise<void>;
  prepareRequest?(request: object, more: { readonly url: string; readonly options: object }): Promise<void>;
}

interface WrittenRequest {
  readonly url: string;
  readonly req: RequestInit & { [exchangeKey]?: Exchange | undefined };
}

type APIPromise = new (client: object, response: Promise<object>) => PromiseLike<unknown>;

/**
 * Makes a client send what it writes over the transport at once, without the SDK's own loop of timers, retries, logs and
 * parsing around `fetch`, all of which are off or replaced. It costs as much as the writing. The bytes are the same.
 *
 * @param client a client of our own, whose answers are read from the exchange. Unchanged if it has another structure
 * @param promise the class of the promises that the SDK's methods return
 */
export function sendingOver<Client extends object>(
  transport: Transport,
  client: Client,
  promise: unknown,
): Client {
  if (!isWriter(client) || typeof promise !== 'function') return client;
  const writer: RequestWriter = client;
  const Promised = promise as APIPromise;
  const send = async (path: string, given: object | PromiseLike<object> | undefined): Promise<object> => {
    const options = { ...(await given), method: 'post', path };
    const sent = new Sent(options);
    await writer.prepareOptions?.(options);
    const { req, url } = await writer.buildRequest(options);
    sent.url = url;
    await writer.prepareRequest?.(req, sent);
    const exchange = req[exchangeKey] ?? new Exchange(false);
    req[exchangeKey] = undefined; // see `Exchange`: the SDK's object is a literal
    req.method = 'POST';
    exchange.response = new LeanResponse(await transport.send(url, req, exchange), url);
    sent.response = exchange.response;
    return sent;
  };
  writer.post = (path, options) => new Promised(client, send(path, options));
  return client;
}

/** What the SDK's hooks get, and what its promise parses if it is awaited, as tracers around the SDK's methods do. */
class Sent {
  declare readonly options: object;
  declare url: string;
  declare response: Response;

  constructor(options: object) {
    this.options = options;
  }

  /** The SDK aborts it when its stream is left. The exchange has a signal of its own. */
  get controller(): AbortController {
    return new AbortController();
  }
}

function isWriter(client: object): client is RequestWriter {
  return ['post', 'buildRequest'].every((name) => typeof Reflect.get(client, name) === 'function');
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
