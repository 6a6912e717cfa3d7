import { ProviderError } from '../errors.ts';
import type { CallAuth, CallContext, Traffic } from '../types/provider.ts';
import { isRedirect, isRedirectResponse } from '../util/redirect.ts';
import type { Signal } from '../util/time/abort.ts';
import { nativeSignal } from '../util/time/real-abort.ts';
import { type Body, fromText, fromWeb, readSome, readText } from './body.ts';
import { connectionAgents, connectionsSettled } from './connection.ts';
import { classifyFailure } from './failure/failure.ts';
import type { FailureRow } from './failure/failure-table.ts';
import { networkError } from './failure/network-error.ts';
import { guardBody, maxErrorBytes, maxErrorTime } from './guard-body.ts';
import { noHeaders, type ResponseHeaders, WebHeaders } from './headers.ts';
import { nodeHTTP, type UsableClient } from './node/choose.ts';
import { type HeaderOptions, type HeaderValues, requestHeaders } from './request-headers.ts';
import type { Answer, LeanResponse } from './response.ts';
import { sniff } from './sniff.ts';

/** The subset of `fetch` that the transport uses. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Options of a transport. They come from code or configuration, never from a request. */
export interface TransportOptions extends HeaderOptions {
  /** Provider name, for errors. */
  readonly provider: string;
  /** The only origin that requests are sent to. */
  readonly baseURL: string;
  /** The vendor's failure table. */
  readonly failures: readonly FailureRow[];
  /**
   * Whether JSON received in place of a stream is a complete response, to be read as a stream of one event.
   * @default never
   */
  readonly isWholeAnswer?: ((json: unknown) => boolean) | undefined;
  /**
   * A custom `fetch`.
   * @default the runtime's `fetch`
   */
  readonly fetch?: Fetch | undefined;
}

/**
 * The state of one call: passed in with the request, filled in as the response arrives.
 *
 * A class, as are the other objects that a request holds until its answer. V8 may allocate the objects of a literal, and what
 * refers to them, in its old space, where they keep alive what they refer to after their death: the whole request.
 */
export class Exchange {
  /** Whether the response must be an event stream. */
  declare readonly stream: boolean;
  /** Connect timeout in milliseconds; see `ProviderCall.connectTimeout`. */
  declare readonly connectTimeout: number | undefined;
  /** Aborts the request and the reading of its response, even if an SDK ignores its own signal. */
  declare readonly signal: Signal | undefined;
  /** The key and headers of this call alone. */
  declare readonly auth: CallAuth | undefined;
  /** See `ProviderCall.onActivity`. */
  declare readonly onActivity: (() => void) | undefined;
  /** Whether the response may contain images. `lines`: it is read line by line, so that it may have any size. */
  declare large: boolean | 'lines';
  /** The headers of the request, as they were sent. */
  declare sentHeaders?: HeaderValues;
  /** Status and headers of the response, once received. */
  declare status?: number;
  declare headers: ResponseHeaders;
  /** The response itself, for providers that read it without their SDK. */
  declare answer?: Answer;
  /** The same as an SDK sees it, whose methods may be wrapped so that it is read before the provider can. */
  declare response?: LeanResponse;
  /** Why the exchange failed; recorded here because SDKs wrap or swallow errors. */
  declare failure?: ProviderError;

  constructor(
    stream: boolean,
    { connectTimeout, onActivity, auth }: Partial<CallContext> = noContext,
    signal?: Signal,
    large: boolean | 'lines' = false,
  ) {
    this.stream = stream;
    this.connectTimeout = connectTimeout;
    this.signal = signal;
    this.auth = auth;
    this.onActivity = onActivity;
    this.large = large;
    this.headers = noHeaders;
  }
}

const noContext: Partial<CallContext> = {};

/** The HTTP connection to one vendor. */
export interface Transport {
  /** Sends one request. Throws a `ProviderError` for anything but a response of the expected kind. */
  send(url: string, init: RequestInit, exchange: Exchange): Promise<Answer>;
  /**
   * Opens a connection for the next request, if the runtime can do so without sending one. Errors are
   * ignored; the request will report them.
   */
  warmup(signal: AbortSignal): Promise<void>;
  /** Body bytes so far: of text requests, and of successful responses. */
  readonly traffic: Traffic;
}

/**
 * Creates the transport of one provider. It never follows redirects, sends only allowed headers, limits how
 * much it reads, keeps the response headers, and turns failures into classified errors before an SDK sees
 * them.
 */
export function createTransport(options: TransportOptions): Transport {
  const { provider } = options;
  const origin = new URL(options.baseURL).origin;
  const headersOf = requestHeaders(options);
  const agents = connectionAgents();
  // Resolved on first use: Node's modules take a few milliseconds to load.
  let nodeIfUsable: UsableClient = () => {
    nodeIfUsable = (options.fetch === undefined ? nodeHTTP(origin) : undefined) ?? (() => undefined);
    return nodeIfUsable();
  };

  const traffic = { sent: 0, received: 0 };

  const overWeb = async (url: string, init: RequestInit, exchange: Exchange) => {
    const { connectTimeout, signal, sentHeaders } = exchange;
    const agent = options.fetch === undefined ? agents.for(connectTimeout) : undefined;
    if (typeof init.body === 'string') traffic.sent += new TextEncoder().encode(init.body).length;
    const response = await (options.fetch ?? globalThis.fetch)(url, {
      method: init.method ?? 'GET',
      headers: sentHeaders ?? {},
      body: init.body ?? null,
      signal: signal === undefined ? (init.signal ?? null) : nativeSignal(signal),
      redirect: 'manual',
      ...(agent === undefined ? {} : { dispatcher: agent }),
    });
    const { status, headers } = response;
    const body = fromWeb(response.body);
    if (isRedirectResponse(response)) refuseRedirect(provider, body);
    return { status, headers: new WebHeaders(headers), body };
  };

  const exchangeOnce = async (url: string, init: RequestInit, exchange: Exchange): Promise<Answer> => {
    const path = pathAt(origin, url) ?? refuseOrigin(provider);
    const { method = 'GET', body } = init;
    const { stream, large, onActivity, connectTimeout, signal = init.signal ?? undefined } = exchange;
    const made = headersOf(init.headers, exchange.auth);
    const headers = made instanceof Promise ? await made : made;
    exchange.sentHeaders = headers;
    const client = typeof body === 'string' ? nodeIfUsable() : undefined;
    const answer =
      client !== undefined && typeof body === 'string'
        ? await client.send({ method, path, headers, body, signal, connectTimeout, traffic })
        : await overWeb(url, init, exchange);
    const { status } = answer;
    const ok = status >= 200 && status < 300;
    if (!ok && isRedirect(status, answer.headers.get('location'))) refuseRedirect(provider, answer.body);
    exchange.status = status;
    exchange.headers = answer.headers;
    if (!ok) throw await failureOf(answer, exchange, options);
    onActivity?.();
    const type = answer.headers.get('content-type') ?? '';
    const isOther = /text\/html/i.test(type) || (stream && /application\/json/i.test(type));
    const expected = isOther ? await checkedBody(answer, exchange, options) : answer.body;
    const guarded = guardBody(expected, provider, stream, large, traffic, stream ? undefined : onActivity);
    exchange.answer = { ...answer, body: guarded };
    return exchange.answer;
  };

  return {
    send: (url, init, exchange) =>
      exchangeOnce(url, init, exchange).catch(async (error: unknown) => {
        exchange.failure = networkError(provider, error);
        if (exchange.failure.kind === 'network') {
          agents.renew();
          await connectionsSettled();
        }
        throw exchange.failure;
      }),
    warmup: async (signal) => nodeIfUsable()?.warmup(signal),
    traffic,
  };
}

/** The path and query of a URL, or `undefined` if it is on another origin. */
function pathAt(origin: string, url: string): string | undefined {
  if (url.startsWith(`${origin}/`)) {
    const path = url.slice(origin.length);
    if (/^(\/[\w\-~:@][\w\-.~:@]*)+(\?[\w\-.~:@/=&]*)?$/.test(path)) return path;
  }
  // Contains characters that need normalizing.
  const { origin: other, pathname, search } = new URL(url);
  return other === origin ? `${pathname}${search}` : undefined;
}

function refuseOrigin(provider: string): never {
  const summary = 'refused to send a request to an origin other than the configured one';
  throw new ProviderError({ kind: 'bad-request', scope: 'endpoint', provider, summary });
}

function refuseRedirect(provider: string, body: Body): never {
  body.cancel();
  const summary = 'the endpoint returned a redirect, which is never followed';
  throw new ProviderError({ kind: 'bad-request', scope: 'endpoint', provider, code: 'redirect', summary });
}

/**
 * The body of a response with an unexpected content type. Some servers label every response alike, so the
 * first characters decide. Throws the classified failure if the body is not of the expected kind.
 */
async function checkedBody(answer: Answer, exchange: Exchange, options: TransportOptions): Promise<Body> {
  const { format, body } = await sniff(answer.body);
  if (format === (exchange.stream ? 'event-stream' : 'json')) return body;
  if (format === 'other' || options.isWholeAnswer === undefined)
    throw await failureOf({ ...answer, body }, exchange, options);
  // Subject to the stream limits, because it becomes one event of a stream.
  const text = await readText(guardBody(body, options.provider, true, exchange.large));
  const json = parseOrKeep(text);
  if (options.isWholeAnswer(json)) return fromText(`data: ${JSON.stringify(json)}\n\ndata: [DONE]\n\n`);
  throw await failureOf({ ...answer, body: fromText(text) }, exchange, options);
}

async function failureOf(
  answer: Answer,
  exchange: Exchange,
  options: TransportOptions,
): Promise<ProviderError> {
  const text = await readSome(answer.body, maxErrorBytes, maxErrorTime);
  const ok = answer.status >= 200 && answer.status < 300;
  const failure = {
    provider: options.provider,
    // In a 200 response, only the body identifies the error.
    status: ok ? undefined : answer.status,
    headers: exchange.headers.record(),
    body: parseOrKeep(text),
  };
  const error = classifyFailure(failure, options.failures);
  if (!ok || error.kind !== 'unknown') return error;
  const summary = exchange.stream ? 'the response is not an event stream' : 'the response is a web page';
  const scope = /text\/html/i.test(exchange.headers.get('content-type') ?? '') ? 'endpoint' : undefined;
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
