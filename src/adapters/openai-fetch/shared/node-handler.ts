/** The fields that are read of a request of `node:http`, Express or Fastify. */
export interface NodeRequest extends AsyncIterable<Uint8Array> {
  /** HTTP method. @default 'GET' */
  readonly method?: string | undefined;
  /** Path and query. @default '/' */
  readonly url?: string | undefined;
  /** Express: the URL before a router's prefix is removed. */
  readonly originalUrl?: string | undefined;
  /** Headers, names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Express and Fastify: the body, if it has been parsed. */
  readonly body?: unknown;
}

/** The methods that are used of a response of `node:http` or Express. */
export interface NodeResponse {
  /** The status to answer with. */
  statusCode: number;
  /** Whether `end` was called. */
  readonly writableEnded: boolean;
  /** Sets a header, before the first `write`. */
  setHeader(name: string, value: string): unknown;
  /** Sends a piece of the body; `false` if the socket's buffer is full. */
  write(chunk: Uint8Array): boolean;
  /** Ends the answer. */
  end(): unknown;
  /** Closes the socket, for an answer that broke off. */
  destroy(): unknown;
  /** Waits for the socket's end or for room in its buffer. */
  once(event: 'close' | 'drain', listener: () => void): unknown;
}

/** Fastify's request, which holds that of `node:http`. */
export interface FastifyRequest {
  /** The request of `node:http`. */
  readonly raw: NodeRequest;
  /** The body, if Fastify has parsed it. */
  readonly body?: unknown;
}
/** Fastify's reply, which holds the response of `node:http`. */
export interface FastifyReply {
  /** The response of `node:http`. */
  readonly raw: NodeResponse;
  /** Keeps Fastify from sending its own response. */
  hijack(): unknown;
}

/** Answers a request of `node:http`, Express or Fastify. */
export interface NodeHandler {
  (request: NodeRequest, response: NodeResponse): Promise<void>;
  (request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

/**
 * A web handler, such as `toFetch(router, { token })`, for `node:http`, Express and Fastify. Bodies that the framework has parsed
 * are used as they are. A client that disconnects aborts the request, which closes the vendor's socket.
 *
 * @example
 * app.all('/v1/*path', toNodeHandler(handler)); // Express 5
 * fastify.all('/v1/*', toNodeHandler(handler));
 * http.createServer(toNodeHandler(handler));
 */
export function toNodeHandler(handler: (request: Request) => Promise<Response>): NodeHandler {
  return async (request: NodeRequest | FastifyRequest, response: NodeResponse | FastifyReply) => {
    if ('raw' in response) response.hijack();
    const incoming = 'raw' in request ? request.raw : request;
    const outgoing = 'raw' in response ? response.raw : response;
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort());
    const answer = await handler(toRequest(incoming, request.body, gone.signal));
    if (gone.signal.aborted) return;
    outgoing.statusCode = answer.status;
    for (const [name, value] of answer.headers) outgoing.setHeader(name, value);
    await send(answer.body, outgoing, gone.signal);
  };
}

/** Headers of the original body, which do not apply to a parsed one. */
const ofBody = new Set(['content-length', 'content-encoding', 'transfer-encoding']);

function toRequest(incoming: NodeRequest, parsed: unknown, signal: AbortSignal): Request {
  const { method = 'GET', originalUrl, url = '/', headers } = incoming;
  const list = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || name.startsWith(':') || ofBody.has(name)
      ? []
      : [[name, typeof value === 'string' ? value : value.join(', ')]],
  );
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const host = typeof headers['host'] === 'string' ? headers['host'] : 'localhost';
  const init = { method, headers: list, signal, ...(hasBody ? bodyOf(incoming, parsed) : {}) };
  return new Request(new URL(originalUrl ?? url, `http://${host}`), init);
}

function bodyOf(incoming: NodeRequest, parsed: unknown): RequestInit & { readonly duplex?: 'half' } {
  if (typeof parsed === 'string' || parsed instanceof Uint8Array) return { body: parsed as BodyInit };
  if (typeof parsed === 'object' && parsed !== null) return { body: JSON.stringify(parsed) };
  const chunks = incoming[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return?.();
    },
  });
  return { body, duplex: 'half' };
}

/** Writes the body as fast as it is read. An error ends the connection, so that the client sees a break. */
async function send(
  body: ReadableStream<Uint8Array> | null,
  outgoing: NodeResponse,
  gone: AbortSignal,
): Promise<void> {
  const reader = body?.getReader();
  const leave = (): void => void reader?.cancel().catch(() => {});
  gone.addEventListener('abort', leave, { once: true });
  try {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true as const, value: undefined };
      if (done || gone.aborted) break;
      if (!outgoing.write(value)) await writable(outgoing, gone);
    }
    if (!outgoing.writableEnded) outgoing.end();
  } catch {
    outgoing.destroy();
  } finally {
    gone.removeEventListener('abort', leave);
  }
}

/** Settles when more can be written, or the client is gone. */
function writable(outgoing: NodeResponse, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (gone.aborted) return resolve();
    const ready = (): void => {
      gone.removeEventListener('abort', ready);
      resolve();
    };
    outgoing.once('drain', ready);
    gone.addEventListener('abort', ready, { once: true });
  });
}
