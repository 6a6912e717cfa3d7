import { ProviderError } from '../errors.ts';
import type { Traffic } from '../types/provider.ts';
import { isRedirect, isRedirectResponse } from '../util/redirect.ts';
import { type Body, fromText, fromWeb, readSome, readText } from './body.ts';
import { connectionAgents, connectionsSettled } from './connection.ts';
import { classifyFailure } from './failure/failure.ts';
import type { FailureRow } from './failure/failure-table.ts';
import { networkError } from './failure/network-error.ts';
import { guardBody, maxErrorBytes, maxErrorTime } from './guard-body.ts';
import { type NodeHTTP, nodeHTTP } from './node/http.ts';
import type { Answer } from './response.ts';
import { sniff } from './sniff.ts';

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
  /**
   * Whether JSON that came where a stream was asked for is a whole answer: then it is read as a stream of one event. Default: it
   * never is.
   */
  readonly isWholeAnswer?: ((json: unknown) => boolean) | undefined;
  /** Default: the runtime's `fetch`. */
  readonly fetch?: Fetch | undefined;
}

/** One call's own record: given in with the request, filled in as the answer comes. */
export interface Exchange {
  /** Whether the answer must be an event stream. */
  readonly stream: boolean;
  /** Milliseconds, see `ProviderCall.connectTimeout`. */
  readonly connectTimeout?: number | undefined;
  /** Ends the request and the reading of its answer, whatever an SDK makes of it. */
  readonly signal?: AbortSignal | undefined;
  /** Whether the answer may hold pictures. */
  large?: boolean;
  /** Status and headers (in lower case) of the answer, once there is one. */
  status?: number;
  headers: Readonly<Record<string, string>>;
  /** The answer itself, for providers that read it past their SDK. */
  answer?: Answer;
  /** Why the exchange failed, if it did: SDKs wrap or swallow it. */
  failure?: ProviderError;
}

/** The way to one vendor, which the router owns. */
export interface Transport {
  /** Sends one request. Throws a `ProviderError` for everything that is not an answer of the expected kind. */
  send(url: string, init: RequestInit, exchange: Exchange): Promise<Answer>;
  /** Opens a connection for the next request, where that can be done without sending one. What fails, the request tells. */
  warmup(signal: AbortSignal): Promise<void>;
  /** Bodies so far: of requests that are text, and of answers that were no failures. */
  readonly traffic: Traffic;
}

const usualHeaders = ['accept', 'content-type', 'user-agent', 'x-stainless-*'];

/**
 * Makes the transport of one provider. It never follows redirects, sends no header that is not on its list, limits how
 * much it reads, keeps the answer's headers, and turns failures into classified errors before an SDK sees them.
 */
export function createTransport(options: TransportOptions): Transport {
  const { provider } = options;
  const origin = new URL(options.baseURL).origin;
  const own = lowerCased(options.headers ?? {});
  const mayLeave = headerFilter([...usualHeaders, ...options.allowHeaders]);
  const agents = connectionAgents();
  // Found out when it is first needed: Node's modules take some milliseconds to load.
  let node: { readonly http: NodeHTTP | undefined } | undefined;
  const nodeIfUsable = (): NodeHTTP | undefined => {
    node ??= { http: options.fetch === undefined ? nodeHTTP(origin) : undefined };
    return node.http?.usable() === true ? node.http : undefined;
  };

  const { traffic, onSize, onBytes } = trafficCounter();

  const headersOf = (given: HeadersInit | undefined): Record<string, string> => ({
    ...allowedHeaders(given, mayLeave),
    ...own,
  });

  const overWeb = async (url: string, init: RequestInit, { connectTimeout, signal }: Exchange) => {
    const agent = options.fetch === undefined ? agents.for(connectTimeout) : undefined;
    if (typeof init.body === 'string') onSize(new TextEncoder().encode(init.body).length);
    const response = await (options.fetch ?? globalThis.fetch)(url, {
      method: init.method ?? 'GET',
      headers: headersOf(init.headers),
      body: init.body ?? null,
      signal: signal ?? init.signal ?? null,
      redirect: 'manual',
      ...(agent === undefined ? {} : { dispatcher: agent }),
    });
    const { status, headers } = response;
    const body = fromWeb(response.body);
    if (isRedirectResponse(response)) refuseRedirect(provider, body);
    return { status, headers: Object.fromEntries(headers), body };
  };

  const exchangeOnce = async (url: string, init: RequestInit, exchange: Exchange): Promise<Answer> => {
    const path = pathAt(origin, url);
    if (path === undefined) {
      const summary = 'refused to send a request to another origin than the configured one';
      throw new ProviderError({ kind: 'bad-request', scope: 'endpoint', provider, summary });
    }
    const { method = 'GET', body } = init;
    const { connectTimeout, signal = init.signal ?? undefined } = exchange;
    const client = typeof body === 'string' ? nodeIfUsable() : undefined;
    const answer =
      client !== undefined && typeof body === 'string'
        ? await client.send({
            method,
            path,
            headers: headersOf(init.headers),
            body,
            signal,
            connectTimeout,
            onSize,
          })
        : await overWeb(url, init, exchange);
    if (isRedirect(answer.status, answer.headers['location'])) refuseRedirect(provider, answer.body);
    exchange.status = answer.status;
    exchange.headers = answer.headers;
    if (!isOk(answer)) throw await failureOf(answer, exchange, options);
    const expected = isDoubtful(answer, exchange)
      ? await doubtfulBody(answer, exchange, options)
      : answer.body;
    const guarded = guardBody(expected, provider, exchange.stream, exchange.large, onBytes);
    exchange.answer = { ...answer, body: guarded };
    return exchange.answer;
  };

  return {
    async send(url, init, exchange) {
      try {
        return await exchangeOnce(url, init, exchange);
      } catch (error) {
        exchange.failure = networkError(provider, error);
        if (exchange.failure.kind === 'network') {
          agents.renew();
          await connectionsSettled();
        }
        throw exchange.failure;
      }
    },
    warmup: async (signal) => nodeIfUsable()?.warmup(signal),
    traffic,
  };
}

function trafficCounter() {
  const traffic = { sent: 0, received: 0 };
  return {
    traffic,
    onSize(bytes: number) {
      traffic.sent += bytes;
    },
    onBytes(count: number) {
      traffic.received += count;
    },
  };
}

/** The headers that may be sent, by lower-case name. */
function allowedHeaders(
  given: HeadersInit | undefined,
  mayLeave: (name: string) => boolean,
): Record<string, string> {
  const headers: Record<string, string> = {};
  const take = (value: string, name: string): void => {
    if (mayLeave(name)) headers[name] = value;
  };
  // Creating `Headers` only to read them would cost more than everything else here.
  if (given instanceof Headers) given.forEach(take);
  else if (given !== undefined && !isIterable(given))
    for (const name in given) take(given[name] ?? '', name.toLowerCase());
  else new Headers(given).forEach(take);
  return headers;
}

function isIterable(headers: HeadersInit): headers is [string, string][] {
  return Symbol.iterator in headers;
}

/** What stands behind the origin in an address; `undefined` if the address is elsewhere. */
function pathAt(origin: string, url: string): string | undefined {
  if (url.startsWith(`${origin}/`)) {
    const path = url.slice(origin.length);
    if (/^(\/[\w\-~:@][\w\-.~:@]*)+(\?[\w\-.~:@/=&]*)?$/.test(path)) return path;
  }
  // Has something in it that an address is not sent with as it stands.
  const { origin: other, pathname, search } = new URL(url);
  return other === origin ? `${pathname}${search}` : undefined;
}

function refuseRedirect(provider: string, body: Body): never {
  body.cancel();
  const summary = 'the address answers with a redirect, which is never followed';
  throw new ProviderError({ kind: 'bad-request', scope: 'endpoint', provider, code: 'redirect', summary });
}

function isOk({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

function isDoubtful({ headers }: Answer, { stream }: Exchange): boolean {
  const type = headers['content-type'] ?? '';
  return /text\/html/i.test(type) || (stream && /application\/json/i.test(type));
}

/**
 * The body of an answer whose label does not fit what was asked for. Some servers label every answer alike: what it is shows in its
 * first characters. Throws the failure that it is, if it is neither.
 */
async function doubtfulBody(answer: Answer, exchange: Exchange, options: TransportOptions): Promise<Body> {
  const { format, body } = await sniff(answer.body);
  if (format === (exchange.stream ? 'event-stream' : 'json')) return body;
  if (format === 'other' || options.isWholeAnswer === undefined)
    throw await failureOf({ ...answer, body }, exchange, options);
  // Limited as a stream is, because it stands for one of its events.
  const text = await readText(guardBody(body, options.provider, true, exchange.large));
  const json = parseOrKeep(text);
  if (options.isWholeAnswer(json)) return fromText(`data: ${JSON.stringify(json)}\n\ndata: [DONE]\n\n`);
  throw await failureOf({ ...answer, body: fromText(text) }, exchange, options);
}

/** A new record for one call. */
export function newExchange(
  stream: boolean,
  connectTimeout?: number,
  signal?: AbortSignal,
  large = false,
): Exchange {
  return { stream, connectTimeout, signal, large, headers: {} };
}

async function failureOf(
  answer: Answer,
  exchange: Exchange,
  options: TransportOptions,
): Promise<ProviderError> {
  const text = await readSome(answer.body, maxErrorBytes, maxErrorTime);
  const ok = isOk(answer);
  const failure = {
    provider: options.provider,
    // Inside a 200 only the body can say what went wrong.
    status: ok ? undefined : answer.status,
    headers: exchange.headers,
    body: parseOrKeep(text),
  };
  const error = classifyFailure(failure, options.failures);
  if (!ok || error.kind !== 'unknown') return error;
  const summary = exchange.stream
    ? 'answered with something else than an event stream'
    : 'answered with a web page';
  const scope = /text\/html/i.test(exchange.headers['content-type'] ?? '') ? 'endpoint' : undefined;
  return new ProviderError({
    kind: 'malformed',
    provider: options.provider,
    status: answer.status,
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

function lowerCased(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
