import type { Agent, ClientRequest } from 'node:http';
import type { NetConnectOpts, Socket } from 'node:net';
import { mustUseFetch } from '../connection.ts';
import type { Answer } from '../response.ts';
import { connectionLost, decoded, type NodeBody, nodeBody } from './body.ts';
import { nodeModules } from './modules.ts';

/** Sends requests to one origin with Node's HTTP client, at about a third of the cost of Node's `fetch`. */
export interface NodeHTTP {
  /**
   * Whether requests may use this client now. Not if the application has configured or replaced `fetch`, or
   * observes its requests.
   */
  usable(): boolean;
  send(request: NodeRequest): Promise<Answer>;
  /** Opens a connection for the next request. Resolves when it is established, has failed, or is aborted. */
  warmup(signal: AbortSignal): Promise<void>;
}

export interface NodeRequest {
  readonly method: string;
  /** Including the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal | undefined;
  /** Connect timeout in milliseconds; no timeout if not finite. */
  readonly connectTimeout: number | undefined;
  /** Receives the body size in bytes, which is computed anyway. */
  readonly traffic: { sent: number };
}

/** Maximum connections to one origin. Further requests wait for one, up to their `connectTimeout`. */
const maxSockets = 2_048;
/** Maximum idle connections kept open. */
const maxFreeSockets = 256;
/**
 * How long an idle connection is kept, in milliseconds: less than the 60 s after which common load balancers
 * close it.
 */
const idleTimeout = 30_000;

/** Headers that only the HTTP client itself may set. */
const ofConnection = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Creates the client for an origin, or returns `undefined` outside Node. Opens no connection before the first
 * request.
 */
export function nodeHTTP(origin: string): NodeHTTP | undefined {
  const modules = nodeModules();
  if (modules === undefined) return undefined;
  const { http, https, net, zlib, diagnostics } = modules;
  const { protocol, hostname, port, host } = new URL(origin);
  const secure = protocol === 'https:';
  const client = secure ? https : http;
  const address = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (secure ? 443 : 80) };
  const agent: Agent = new client.Agent({
    keepAlive: true,
    maxSockets,
    maxFreeSockets,
    timeout: idleTimeout,
  });
  const mustFetch = mustUseFetch(diagnostics.channel('undici:request:create'));
  // Compression costs more than it saves on short responses. Node's `fetch` also sends `node`.
  const usual: Readonly<Record<string, string>> = {
    host,
    'accept-encoding': 'identity',
    'user-agent': 'node',
  };
  const connectEvent = secure ? 'secureConnect' : 'connect';
  const tls = {
    ALPNProtocols: ['http/1.1'],
    ...(net.isIP(address.host) === 0 ? { servername: address.host } : {}),
  };
  const ahead = { ...address, ...(secure ? tls : {}), noDelay: true, keepAlive: true, timeout: idleTimeout };

  const open = ({ method, path, headers, body, traffic }: NodeRequest): ClientRequest => {
    const size = Buffer.byteLength(body);
    traffic.sent += size;
    const lines = ['content-length', String(size)];
    for (const name in usual) if (headers[name] === undefined) lines.push(name, usual[name] ?? '');
    for (const name in headers) if (!ofConnection.has(name)) lines.push(name, headers[name] ?? '');
    return client.request({ ...address, agent, method, path, headers: lines, setHost: false });
  };

  const send = (options: NodeRequest): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { signal, connectTimeout, body: sent } = options;
      signal?.throwIfAborted();
      const request = open(options);
      let body: NodeBody | undefined;
      const connected = request.reusedSocket
        ? undefined
        : connectTimer(request, connectTimeout, connectEvent);
      const settle = (): void => {
        connected?.();
        signal?.removeEventListener('abort', onAbort);
      };
      const fail = (error: unknown): void => {
        // If one idle connection was closed, the others most likely are too.
        if (body === undefined && request.reusedSocket && signal?.aborted !== true) closeIdle(agent);
        settle();
        reject(error);
        body?.fail(error);
      };
      const onAbort = (): void => {
        fail(signal?.reason);
        request.destroy();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      request.on('error', (error) => fail(toReportedError(error)));
      request.on('close', () => {
        if (body === undefined) fail(connectionLost());
      });
      request.on('response', (response) => {
        connected?.();
        const { statusCode: status = 0 } = response;
        const headers = joined(response.rawHeaders);
        const stream = decoded(response, headers['content-encoding'], zlib);
        body = nodeBody(stream, () => request.destroy(), settle);
        resolve({ status, headers, body });
      });
      request.end(sent);
    });

  return {
    usable: () => !mustFetch(),
    send,
    warmup: openAhead(agent, ahead, connectEvent),
  };
}

/**
 * Ends a request that has no connection in time. Uses undici's error code, so that a failure looks the same
 * with either client.
 */
function connectTimer(request: ClientRequest, ms: number | undefined, connectEvent: string): () => void {
  if (ms === undefined || ms > 2 ** 31 - 1) return () => {};
  const expire = (): void => {
    const error = new Error(`no connection within ${ms} ms`);
    request.destroy(Object.assign(error, { code: 'UND_ERR_CONNECT_TIMEOUT' }));
  };
  const timer = setTimeout(expire, ms);
  const stop = (): void => clearTimeout(timer);
  request.on('socket', (socket) => {
    // A reused socket is already connected.
    if (socket.connecting) socket.once(connectEvent, stop);
    else stop();
  });
  return stop;
}

/**
 * Converts a Node error to its undici equivalent: without the raw bytes, which may contain the body of a
 * non-HTTP response, and with OpenSSL's reason as the code if the error occurred on write and has only the
 * system code.
 */
function toReportedError(error: Error): Error {
  const { code } = error as { readonly code?: unknown };
  const reason = code === 'EPROTO' ? /:SSL routines:[^:]*:([\w ]+):/.exec(error.message)?.[1] : undefined;
  if (reason === undefined && !('rawPacket' in error)) return error;
  const reportedCode = reason === undefined ? code : `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`;
  return Object.assign(new Error(error.message), { code: reportedCode });
}

function closeIdle({ freeSockets }: Agent): void {
  for (const sockets of Object.values(freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

/** Converts raw headers to an object, joining the values of repeated names. */
function joined(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]?.toLowerCase() ?? '';
    const value = raw[at + 1] ?? '';
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}

/**
 * Opens a connection ahead of any request and gives it to the agent for the next request that needs a new
 * one. At most one exists at a time; it closes after `idleTimeout` without use.
 */
function openAhead(agent: Agent, options: NetConnectOpts, connectEvent: string): NodeHTTP['warmup'] {
  const connect = agent.createConnection.bind(agent);
  let take: (() => Socket) | undefined;
  let opening: Promise<void> | undefined;
  agent.createConnection = (options, created) => take?.() ?? connect(options, created);

  const open = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(options) as Socket;
      const close = (): void => {
        socket.destroy();
      };
      const done = (): void => {
        signal.removeEventListener('abort', close);
        resolve();
      };
      const gone = (): void => {
        take = undefined;
        done();
      };
      const ignore = (): void => {}; // `close` follows
      signal.addEventListener('abort', close, { once: true });
      socket.on('error', ignore).on('close', gone).on('timeout', close);
      socket.once(connectEvent, () => {
        socket.unref();
        take = () => {
          take = undefined;
          socket.off('error', ignore).off('close', gone).off('timeout', close);
          return socket.ref();
        };
        done();
      });
    });

  return async (signal) => {
    const some = take !== undefined || Object.keys({ ...agent.sockets, ...agent.freeSockets }).length > 0;
    if (some || signal.aborted) return;
    opening ??= open(signal).finally(() => {
      opening = undefined;
    });
    await opening;
  };
}
