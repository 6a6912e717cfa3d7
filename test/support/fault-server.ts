import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net';
import { createServer as createTLSServer } from 'node:tls';

/** One request that the server got. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** The JSON body, parsed; and as it came. */
  readonly body: unknown;
  readonly text: string;
  /** Settles when the connection is closed, or the answer is complete. */
  readonly over: Promise<void>;
  /** Whether the answer was complete when it was over. */
  complete: boolean;
}

/** What the server does with a request. It may break off, or never end. */
export type Behavior = (response: ServerResponse, received: Received) => void | Promise<void>;

/** A provider's server that fails on command, over real sockets. */
export interface FaultServer {
  readonly url: string;
  readonly received: Received[];
  /** What it does from now on: one behavior for each request in turn, the last one for all that follow. */
  behave(...behaviors: readonly Behavior[]): void;
  /** Connections that are open, idle ones included. */
  readonly sockets: number;
  /** Requests that have no complete answer and whose connection is open. */
  readonly pending: number;
  /** Closes all connections, and goes on taking new ones. */
  hangUp(): Promise<void>;
  close(): Promise<void>;
}

export async function faultServer(...behaviors: readonly Behavior[]): Promise<FaultServer> {
  let script = [...behaviors];
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let pending = 0;
  const server = createServer(async (request, response) => {
    const text = await readAll(request);
    pending += 1;
    const ended = Promise.race([once(response, 'close'), once(response, 'finish')]);
    const entry: Received = {
      path: request.url ?? '',
      headers: request.headers,
      text,
      body: parse(text),
      over: ended.then(() => {
        entry.complete = response.writableFinished;
        pending -= 1;
      }),
      complete: false,
    };
    received.push(entry);
    const behavior = script.length > 1 ? script.shift() : script[0];
    await behavior?.(response, entry);
  });
  // Only a test closes a connection, however long a busy machine takes between two requests.
  server.keepAliveTimeout = 600_000;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    behave(...next) {
      script = [...next];
    },
    get sockets() {
      return sockets.size;
    },
    get pending() {
      return pending;
    },
    async hangUp() {
      await Promise.all([...sockets].map((socket) => once(socket.destroy(), 'close')));
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readAll(request: IncomingMessage): Promise<string> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) text += chunk;
  return text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A complete JSON answer. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Behavior {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req-1', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** Any bytes as an answer. */
export function raw(body: string | Uint8Array, headers: Record<string, string> = {}, status = 200): Behavior {
  return (response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

/** How an event stream goes on after its events: to a proper end, a reset, silence, or the declared fault. */
export type StreamEnd = 'end' | 'reset' | 'silence';

/** An event stream, event by event in packets of their own. */
export function events(
  list: readonly string[],
  end: StreamEnd = 'end',
  headers: Record<string, string> = {},
): Behavior {
  return async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': 'req-1', ...headers });
    response.flushHeaders();
    for (const event of list) {
      if (response.destroyed) return;
      await new Promise((resolve) => response.write(event, resolve));
    }
    if (end === 'end') response.end();
    if (end === 'reset') response.socket?.resetAndDestroy();
  };
}

/** The connection is reset before anything is said. */
export const reset: Behavior = (response) => {
  response.socket?.resetAndDestroy();
};

/** The request is accepted and never answered. */
export const silence: Behavior = () => {};

/** A JSON body that ends before its declared length. */
export function shortBody(body: unknown): Behavior {
  return (response) => {
    const text = JSON.stringify(body);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(text.length) });
    response.write(text.slice(0, text.length - 3), () => response.socket?.end());
  };
}

export const html = (status: number): Behavior =>
  raw('<!doctype html><html><body>Please log in</body></html>', { 'content-type': 'text/html' }, status);

/** A server on bare sockets, for what is no HTTP. */
export interface SocketServer {
  readonly url: string;
  /** Connections that it has got. */
  readonly connections: number;
  close(): Promise<void>;
}

/** @param tls key and certificate, where it is to speak TLS */
export async function socketServer(
  onConnection: (socket: Socket, nth: number) => void,
  tls?: { readonly key: string; readonly cert: string },
): Promise<SocketServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const take = (socket: Socket): void => {
    connections += 1;
    socket.on('error', () => {});
    onConnection(socket, connections);
  };
  const server = tls === undefined ? createSocketServer(take) : createTLSServer(tls, take);
  server.on('tlsClientError', () => {});
  // Also what never becomes a TLS connection.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The same piece over and over, as fast as it is taken; tells how many megabytes that were. */
export function flood(
  head: (response: ServerResponse) => void,
  piece: string,
  megabytes: number,
): { readonly does: Behavior; readonly served: () => number } {
  let served = 0;
  return {
    served: () => served / 2 ** 20,
    async does(response) {
      head(response);
      for (let left = megabytes * 2 ** 20; left > 0 && !response.destroyed; left -= piece.length) {
        await new Promise((resolve) => response.write(piece, resolve));
        served += piece.length;
      }
      response.end();
    },
  };
}
