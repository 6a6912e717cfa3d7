import { ProviderError } from '../errors.ts';
import { connectionAgent } from './connection.ts';
import { classifyFailure, type FailureRow } from './failure.ts';
import { guardBody, maxErrorBytes, readSome } from './guard-body.ts';
import { networkError } from './network-error.ts';

/** `fetch` as far as it is used here. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What a transport is made with. All of it comes from code or configuration, never from a request. */
export interface TransportOptions {
  /** The provider's name, for errors. */
  readonly provider: string;
  /** Nothing is ever sent anywhere but to this origin. */
  readonly baseURL: string;
  /** Request headers that may leave the process, in lower case, beside the usual ones; a trailing `*` stands for the rest. */
  readonly allowHeaders: readonly string[];
  /** Set on every request, whatever the SDK sets. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The vendor's failure table. */
  readonly failures: readonly FailureRow[];
  /** Default: the runtime's `fetch`. */
  readonly fetch?: Fetch | undefined;
}

/** One call's own record: given in with the request, filled in as the answer comes. */
export interface Exchange {
  /** Whether the answer must be an event stream. */
  readonly stream: boolean;
  /** Milliseconds, see `ProviderCall.connectTimeout`. */
  readonly connectTimeout?: number | undefined;
  /** Whether the answer may be several pictures. */
  readonly large?: boolean;
  /** Status and headers (in lower case) of the answer, once there is one. */
  status?: number;
  headers: Record<string, string>;
  /** Why the exchange failed, if it did: SDKs wrap or swallow it. */
  failure?: ProviderError;
}

/** The fetch that the router owns and gives to the SDKs. */
export interface Transport {
  /** Like `fetch`, but throws a `ProviderError` for everything that is not an answer of the expected kind. */
  send(url: string, init: RequestInit, exchange: Exchange): Promise<Response>;
}

const usualHeaders = ['accept', 'content-type', 'user-agent', 'x-stainless-*'];

/**
 * Makes the transport of one provider. It never follows redirects, sends no header that is not on its list, limits how
 * much it reads, keeps the answer's headers, and turns failures into classified errors before an SDK sees them.
 */
export function createTransport(options: TransportOptions): Transport {
  const origin = new URL(options.baseURL).origin;
  const mayLeave = headerFilter([...usualHeaders, ...options.allowHeaders]);
  const agents = new Map<number, object | undefined>();

  const agentFor = (connectTimeout: number | undefined): object | undefined => {
    if (options.fetch !== undefined || connectTimeout === undefined || !Number.isFinite(connectTimeout))
      return undefined;
    if (!agents.has(connectTimeout)) agents.set(connectTimeout, connectionAgent(connectTimeout));
    return agents.get(connectTimeout);
  };

  const prepare = (init: RequestInit, exchange: Exchange): RequestInit => {
    const headers: Record<string, string> = {};
    new Headers(init.headers).forEach((value, name) => {
      if (mayLeave(name)) headers[name] = value;
    });
    for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = value;
    const agent = agentFor(exchange.connectTimeout);
    return {
      method: init.method ?? 'GET',
      headers,
      body: init.body ?? null,
      signal: init.signal ?? null,
      redirect: 'error',
      ...(agent === undefined ? {} : { dispatcher: agent }),
    };
  };

  const exchangeOnce = async (url: string, init: RequestInit, exchange: Exchange): Promise<Response> => {
    const { provider } = options;
    if (new URL(url).origin !== origin) {
      const summary = 'refused to send a request to another origin than the configured one';
      throw new ProviderError({ kind: 'bad-request', scope: 'endpoint', provider, summary });
    }
    let response: Response;
    try {
      response = await (options.fetch ?? globalThis.fetch)(url, prepare(init, exchange));
    } catch (error) {
      throw networkError(provider, error);
    }
    exchange.status = response.status;
    exchange.headers = Object.fromEntries(response.headers);
    const type = response.headers.get('content-type') ?? '';
    const fails =
      !response.ok || /text\/html/i.test(type) || (exchange.stream && /application\/json/i.test(type));
    if (fails) throw await failureOf(response, exchange, options);
    if (response.body === null) return response;
    const body = guardBody(response.body, provider, exchange.stream, exchange.large);
    return new Response(body, {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
  };

  return {
    async send(url, init, exchange) {
      try {
        return await exchangeOnce(url, init, exchange);
      } catch (error) {
        exchange.failure = networkError(options.provider, error);
        throw exchange.failure;
      }
    },
  };
}

/** A new record for one call. */
export function newExchange(stream: boolean, connectTimeout: number | undefined, large = false): Exchange {
  return { stream, connectTimeout, large, headers: {} };
}

async function failureOf(
  response: Response,
  exchange: Exchange,
  options: TransportOptions,
): Promise<ProviderError> {
  const text = await readSome(response.body, maxErrorBytes);
  const failure = {
    provider: options.provider,
    // Inside a 200 only the body can say what went wrong.
    status: response.ok ? undefined : response.status,
    headers: exchange.headers,
    body: parseOrKeep(text),
  };
  const error = classifyFailure(failure, options.failures);
  if (!response.ok || error.kind !== 'unknown') return error;
  const summary = exchange.stream
    ? 'answered with something else than an event stream'
    : 'answered with a web page';
  const scope = /text\/html/i.test(exchange.headers['content-type'] ?? '') ? 'endpoint' : undefined;
  return new ProviderError({
    kind: 'malformed',
    provider: options.provider,
    status: response.status,
    summary,
    scope,
  });
}

function parseOrKeep(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function headerFilter(allowed: readonly string[]): (name: string) => boolean {
  const exact = new Set(allowed.filter((name) => !name.endsWith('*')));
  const prefixes = allowed.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  return (name) => exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}
