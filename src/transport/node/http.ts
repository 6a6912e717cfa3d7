import type { Agent, ClientRequest } from 'node:http';
import type { NetConnectOpts, Socket } from 'node:net';
import { fetchIsWanted } from '../connection.ts';
import type { Answer } from '../response.ts';
import { connectionLost, decoded, type NodeBody, nodeBody } from './body.ts';
import { nodeModules } from './modules.ts';

/** Requests to one origin over Node's own HTTP client, which does what its `fetch` does for a third of the price. */
export interface NodeHTTP {
  /**
   * Whether requests may go this way now: not while the application has told `fetch` how to connect, nor while somebody
   * watches `fetch` who would not see them.
   */
  usable(): boolean;
  send(request: NodeRequest): Promise<Answer>;
  /** Opens a connection for the next request. Resolves when it stands, has failed, or is not wanted any more. */
  warmup(signal: AbortSignal): Promise<void>;
}

/** One request. */
export interface NodeRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal | undefined;
  /** Milliseconds until the connection stands; none where it is not finite. */
  readonly connectTimeout: number | undefined;
  /** Told how many bytes the body has, which have to be counted anyway. */
  onSize(bytes: number): void;
}

/** Most connections to one origin. Requests beyond them wait for one, no longer than their `connectTimeout`. */
const maxSockets = 2_048;
/** Most of them that are kept while nobody uses them. */
const maxFreeSockets = 256;
/** How long one is kept that nobody uses, in milliseconds: less than the 60 s after which usual load balancers close it. */
const idleTimeout = 30_000;

/** What only the connection itself can say. */
const ofConnection = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/** Makes the way to an origin; `undefined` where this is not Node. Nothing is opened before the first request. */
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
  const wantsFetch = fetchIsWanted(diagnostics.channel('undici:request:create'));
  // Packing costs both sides more than so short an answer saves; and `node` is what its `fetch` calls itself.
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

  const open = ({ method, path, headers, body, onSize }: NodeRequest): ClientRequest => {
    const size = Buffer.byteLength(body);
    onSize(size);
    const lines = ['content-length', String(size)];
    for (const name in usual) if (headers[name] === undefined) lines.push(name, usual[name] ?? '');
    for (const name in headers) if (!ofConnection.has(name)) lines.push(name, headers[name] ?? '');
    return client.request({ ...address, agent, method, path, headers: lines, setHost: false });
  };

  const send = (wanted: NodeRequest): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { signal, connectTimeout, body: sent } = wanted;
      signal?.throwIfAborted();
      const request = open(wanted);
      let body: NodeBody | undefined;
      const connected = request.reusedSocket ? () => {} : connectTimer(request, connectTimeout, connectEvent);
      const settle = (): void => {
        connected();
        signal?.removeEventListener('abort', onAbort);
      };
      const fail = (error: unknown): void => {
        // What has closed one idle connection has most likely closed the others as well.
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
      request.on('error', (error) => fail(toTold(error)));
      request.on('close', () => {
        if (body === undefined) fail(connectionLost());
      });
      request.on('response', (response) => {
        connected();
        const { statusCode: status = 0 } = response;
        const headers = joined(response.rawHeaders);
        const stream = decoded(response, headers['content-encoding'], zlib);
        body = nodeBody(stream, () => request.destroy(), settle);
        resolve({ status, headers, body });
      });
      request.end(sent);
    });

  return {
    usable: () => !wantsFetch(),
    send,
    warmup: openAhead(agent, ahead, connectEvent),
  };
}

/**
 * Ends a request that has no connection in time. What is told of it is what undici tells, so that the same failure has
 * the same name whichever way a request goes.
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
    // One that another request had before stands already.
    if (socket.connecting) socket.once(connectEvent, stop);
    else stop();
  });
  return stop;
}

/**
 * An error of Node's as undici gives it: without the bytes that came, which those of answers that are no HTTP hold; and with
 * OpenSSL's reason for its code, where it was met while writing and has only the system's.
 */
function toTold(error: Error): Error {
  const { code } = error as { readonly code?: unknown };
  const reason = code === 'EPROTO' ? /:SSL routines:[^:]*:([\w ]+):/.exec(error.message)?.[1] : undefined;
  if (reason === undefined && !('rawPacket' in error)) return error;
  const told = reason === undefined ? code : `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`;
  return Object.assign(new Error(error.message), { code: told });
}

function closeIdle({ freeSockets }: Agent): void {
  for (const sockets of Object.values(freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

/** Headers as an object, whose values are joined where a name comes more than once. */
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
 * Opens a connection that no request has asked for, and has the agent take it for the next request that needs a new one.
 * There is never more than one, and it is closed where nobody needs it for `idleTimeout`.
 */
function openAhead(agent: Agent, options: NetConnectOpts, connectEvent: string): NodeHTTP['warmup'] {
  const connect = agent.createConnection.bind(agent);
  let take: (() => Socket) | undefined;
  let opening: Promise<void> | undefined;
  agent.createConnection = (wanted, created) => take?.() ?? connect(wanted, created);

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
      const ignore = (): void => {}; // it is told by `close` as well
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
